"""The person's commands: an explicit table, and what each does."""

from collections.abc import Callable, Iterator, Mapping

from bot.dialogue.acts import plain_act
from bot.dialogue.announcing import list_announcements
from bot.dialogue.composers import compose_event, compose_news
from bot.dialogue.context import is_bare, understand
from bot.dialogue.door import ENTRY, arrive
from bot.dialogue.draft import Draft
from bot.dialogue.events import leave_events, list_events, open_event
from bot.dialogue.journeys import may_start, start
from bot.dialogue.links import link
from bot.dialogue.lists import list_journeys, list_open
from bot.dialogue.preferences import show_preferences
from bot.dialogue.prompts import repeat
from bot.dialogue.questions import say_and_come_back, show, show_article, ways_on
from bot.dialogue.requests import call_team, erasing, leave_team
from bot.dialogue.roster import export_people
from bot.dialogue.sharing import ARRIVALS
from bot.dialogue.staff_desk import list_requests
from bot.dialogue.staff_questions import list_questions
from bot.dialogue.stages import begin_anew
from bot.dialogue.statistics import show_statistics
from bot.dialogue.team import PREFIX as INVITATION
from bot.dialogue.team import list_team, show_journal, take_role
from bot.events.card import PREFIX
from bot.flows.cards import flow_option
from bot.flows.phrases import MenuEntry
from bot.flows.template import Rich
from bot.markup.escape import escape
from bot.model.effects import Audit, Escalate, Export, Send, SetLanguage
from bot.model.effects import Erase as EraseEverything
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right
from bot.model.session import Session
from bot.model.values import ArticleId, FlowId

FIRST_JOURNEY = FlowId("faire-connaissance")
"""The journey that a newcomer is offered, where the content has it."""
EXPORT_NAME = "mes-donnees.json"


def welcome(draft: Draft) -> None:
    """In three lines what it can do, and one question."""
    known = bool(draft.session.runs or draft.view.finished)
    options: list[Option] = []
    if draft.session.runs:
        options.append(draft.button("button_resume", "resume"))
    elif FIRST_JOURNEY in draft.shelf.flows and not known:
        first = flow_option(FIRST_JOURNEY, draft.shelf)
        options.append(Option(first.id, draft.phrases.label("welcome_option_profile"), first.act))
    options += [draft.button("welcome_option_ask", "ask"), draft.button("button_menu", "menu")]
    # Escaping drops outer spaces, and a name follows the greeting after one.
    name = escape(draft.view.person.name)
    named = Rich(Markdown(f" {name}" if name else ""))
    begin_anew(draft)
    draft.change(active=None)
    draft.say("welcome_back" if known else "welcome", *options, name=named)


def help_(draft: Draft, argument: str = "") -> None:
    """`/aide`."""
    draft.say("help", *ways_on(draft), contact=draft.contact)
    if draft.session.active:
        repeat(draft)


def menu(draft: Draft, argument: str = "") -> None:
    """`/menu`: the authored entries; those whose journey is not written yet are left out."""
    options = [option for entry in draft.phrases.menu if (option := _menu_option(draft, entry))]
    begin_anew(draft)
    draft.change(active=None)
    parts = [draft.phrases.say("menu"), *_menu_of_staff(draft)]
    draft.add(Send(Message(Markdown("\n\n".join(parts)), tuple(options))))


def _menu_of_staff(draft: Draft) -> Iterator[Markdown]:
    """The commands that the person's role adds: only Telegram has a menu of its own for them."""
    lines = [
        draft.phrases.say("menu_staff_line", command=f"/{name}", about=about)
        for name, about in draft.phrases.staff_commands.items()
        if draft.may(STAFF_COMMANDS[name][0])
    ]
    if lines:
        yield draft.phrases.say("menu_staff", lines=Rich(Markdown("\n".join(lines))))


def _menu_option(draft: Draft, entry: MenuEntry) -> Option | None:
    flow = draft.shelf.flows.get(FlowId(entry.flow or ""))
    if flow:
        return Option(f"go.{flow.id}", entry.label, f"go.{flow.id}") if may_start(draft, flow) else None
    if entry.article in draft.shelf.articles:
        return Option(f"article.{entry.article}", entry.label, f"art.{entry.article}")
    name = BUTTONS.get(entry.command)
    return Option(name, entry.label, plain_act(name)) if name else None


BUTTONS: Mapping[str | None, str] = {
    "parcours": "journeys",
    "reprendre": "resume",
    "question": "ask",
    "evenements": "events",
    "nouvelles": "news",
    "mes_donnees": "data",
    "aide": "human",
}
"""Commands that the menu can hold -> the button that does the same."""


def journeys(draft: Draft, argument: str = "") -> None:
    """`/parcours`."""
    list_journeys(draft)


def open_runs(draft: Draft, argument: str = "") -> None:
    """`/reprendre`."""
    list_open(draft)


def question(draft: Draft, argument: str = "") -> None:
    """`/question`, with or without its words."""
    if argument.strip() and not is_bare(draft, argument):
        show(draft, argument, understand(draft, argument))
    else:
        draft.say("ask_away")
        draft.change(active=None)


def language(draft: Draft, argument: str = "") -> None:
    """`/langue`."""
    languages = draft.phrases.languages
    draft.say("language", *(Option(f"lang.{tag}", name, f"lang.{tag}") for tag, name in languages.items()))


def choose_language(draft: Draft, tag: str) -> None:
    """A language was tapped."""
    if tag in draft.phrases.languages:
        draft.add(SetLanguage(tag))
        say_and_come_back(draft, draft.phrases.say("language_set"))
    else:
        language(draft)


def own_data(draft: Draft, argument: str = "") -> None:
    """`/mes_donnees`: what is kept, with the buttons that hand it out or erase it."""
    draft.change(active=None)
    draft.say("my_data", draft.button("button_export", "export"), draft.button("button_erase", "erase"))


def export(draft: Draft) -> None:
    """Hand out everything as a file."""
    message = Message(draft.phrases.say("export_ready"), (draft.button("button_menu", "menu"),))
    draft.add(Export(message, EXPORT_NAME))


def erase(draft: Draft, argument: str = "") -> None:
    """`/effacer`: asks first."""
    draft.change(active=None, confirming="erase")
    yes, no = draft.button("button_erase", "erase-yes"), draft.button("button_no", "erase-no")
    draft.add(Send(Message(erasing(draft, draft.phrases.say("confirm_erase")), (yes, no))))


def confirm_erase(draft: Draft, *, sure: bool) -> None:
    """The person said yes or no to erasing; a yes without the question before it erases nothing."""
    asked = draft.pending == "erase"
    if sure and asked:
        farewell = erasing(draft, draft.phrases.say("erased"))
        leave_team(draft)
        draft.session = Session()
        leave_events(draft)
        draft.add(EraseEverything(Message(farewell)))
    elif sure:
        erase(draft)
    else:
        draft.say("not_erased", draft.button("button_menu", "menu"))


def human(draft: Draft) -> None:
    """A human is wanted: record a request, say whom to reach."""
    if draft.view.policy.staffed:
        call_team(draft)
        return
    draft.add(Escalate("asked"))
    draft.say("human", contact=draft.contact)
    if draft.session.active:
        repeat(draft)


def open_link(draft: Draft, payload: str = "") -> None:
    """`/start`, by a deep link or plain: a flow's id, `q_` or `e_` and an id, or nothing that we know."""
    article = ArticleId(payload.removeprefix("q_"))
    flow = draft.shelf.flows.get(FlowId(payload))
    if flow and may_start(draft, flow):
        start(draft, flow.id)
    elif payload.startswith("q_") and article in draft.shelf.articles:
        show_article(draft, article)
    elif payload.startswith(INVITATION):
        take_role(draft, payload.removeprefix(INVITATION))
    elif payload.startswith(ENTRY):
        arrive(draft, payload.removeprefix(ENTRY))
    elif payload.startswith(PREFIX):
        if not open_event(draft, payload.removeprefix(PREFIX)):
            say_and_come_back(draft, draft.phrases.say("event_gone"))
    else:
        if payload and payload not in ARRIVALS:
            draft.add(Send(Message(draft.phrases.say("link_unknown"))))
        welcome(draft)


COMMANDS: Mapping[str, Callable[[Draft, str], None]] = {
    "start": open_link,
    "aide": help_,
    "help": help_,
    "menu": menu,
    "parcours": journeys,
    "reprendre": open_runs,
    "question": question,
    "evenements": list_events,
    "événements": list_events,
    "nouvelles": show_preferences,
    "langue": language,
    "mes_donnees": own_data,
    "effacer": erase,
}
"""Slash command -> what it does. Flows add their own (`Flow.command`)."""

STAFF_COMMANDS: Mapping[str, tuple[Right, Callable[[Draft, str], None]]] = {
    "evenement": (Right.EVENTS, compose_event),
    "annonce": (Right.ANNOUNCE, compose_news),
    "lien": (Right.EVENTS, link),
    "annonces": (Right.ANNOUNCE, list_announcements),
    "questions": (Right.ANSWER, list_questions),
    "statistiques": (Right.NEEDS, show_statistics),
    "equipe": (Right.ROLES, list_team),
    "journal": (Right.JOURNAL, show_journal),
    "personnes": (Right.ANNOUNCE, export_people),
    "demandes": (Right.ANSWER, list_requests),
}
"""The same for those who have the right: nobody else learns that they exist, only their menu shows them."""


def note_forwarded(draft: Draft, words: str) -> None:
    """A forwarded command is words like any others; one of staff is counted as tried."""
    name = words.removeprefix("/").split(maxsplit=1)[:1]
    if words.startswith("/") and name and name[0].split("@")[0].lower() in STAFF_COMMANDS:
        draft.add(Audit("refused", f"/{name[0].split('@')[0].lower()}"))


def run_command(draft: Draft, name: str, argument: str = "") -> None:
    """One of the table, or of the flows; else say kindly that there is none."""
    right, act = STAFF_COMMANDS.get(name, (None, COMMANDS.get(name)))
    if act and (right is None or draft.may(right)):
        act(draft, argument)
        return
    if right is not None:
        draft.add(Audit("refused", f"/{name}"))
    flow = next((flow for flow in draft.shelf.flows.values() if flow.command == name), None)
    if flow and may_start(draft, flow):
        start(draft, flow.id)
        return
    say_and_come_back(draft, draft.phrases.say("unknown_command", command=f"/{name[:32]}"))
