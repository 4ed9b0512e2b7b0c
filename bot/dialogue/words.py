"""Typed words: which of command, confirmation, way out, answer, button, small talk, trigger and question
they are.
"""

from collections.abc import Callable, Sequence

from bot.dialogue.acts import plain_act
from bot.dialogue.announcing import correction_written
from bot.dialogue.commands import confirm_erase, human, note_forwarded, run_command
from bot.dialogue.context import is_bare, understand, wants_more
from bot.dialogue.door import searched
from bot.dialogue.draft import Draft
from bot.dialogue.events import list_events
from bot.dialogue.journeys import may_start, start
from bot.dialogue.lists import list_open
from bot.dialogue.preferences import show_preferences
from bot.dialogue.prompts import Way, answer, ready, recover, refuse, repeat, resume, take_way, walk_of
from bot.dialogue.questions import (
    judged,
    none_fits,
    rephrased_in_vain,
    say_and_come_back,
    show,
    tell_more,
    ways_on,
    which_one,
)
from bot.dialogue.stages import Stage, stage_of
from bot.dialogue.taps import tapped
from bot.flows.steps.ask import Ask
from bot.knowledge.ask import Verdict
from bot.knowledge.choice import Chosen, match_choice, same_words
from bot.knowledge.french import POLITENESS
from bot.knowledge.smalltalk import recognise
from bot.knowledge.text import fold, split_words
from bot.model.inputs import Utterance
from bot.model.session import Run
from bot.model.turn import Need

TYPED_WAYS: tuple[Way, ...] = ("back", "skip", "pause", "cancel", "repeat", "help", "restart")
"""Ways out that may be typed at any prompt, in the order in which their words are tried."""


def said(draft: Draft, text: str, *, may_command: bool = True) -> None:
    """What a person typed, tried in the order of the module's first line."""
    words = text.strip()
    if may_command and words.startswith("/") and len(words) > 1:
        name, *argument = words[1:].split(maxsplit=1)
        run_command(draft, name.split("@")[0].lower(), *argument)
        return
    if not may_command:
        note_forwarded(draft, words)
    if correction_written(draft, text):
        return
    if searched(draft, words):
        return
    if draft.pending and _confirmed(draft, words):
        return
    run = draft.active
    if run and not ready(draft, run):
        recover(draft, run)
        return
    if _at_prompt(draft, run, text) if run else _between_journeys(draft, words):
        return
    if _small_talk(draft, words) or _triggered(draft, words) or _wants_events(draft, words):
        return
    _answer_question(draft, run, words)


def _confirmed(draft: Draft, words: str) -> bool:
    for sure in (True, False):
        if same_words(words, draft.phrases.words["yes" if sure else "no"]):
            confirm_erase(draft, sure=sure)
            return True
    return False


def _at_prompt(draft: Draft, run: Run, text: str) -> bool:
    """The label of a choice, a way out, an answer; last a way out with typing errors, for it may be an
    answer.
    """
    words = text.strip()
    if stage_of(draft) is Stage.REPHRASING and not _sticks_to_prompt(draft, run, words):
        return _way_out(draft, run, words, same_words)
    if not _names_a_choice(draft, run, words) and _way_out(draft, run, words, exactly):
        return True
    heard = draft.heard or Utterance(text)
    if not _clearly_asks(draft, run, words) and answer(draft, run, heard):
        return True
    return _way_out(draft, run, words, same_words)


def _way_out(draft: Draft, run: Run, words: str, same: Callable[[str, Sequence[str]], bool]) -> bool:
    way = next((way for way in TYPED_WAYS if same(words, draft.phrases.words[way])), None)
    if way:
        take_way(draft, run, way)
    return way is not None


def exactly(text: str, wordings: Sequence[str]) -> bool:
    """Whether a text is one of some wordings but for case, accents and politeness, without a typing error."""
    return _bare(text) in map(_bare, wordings)


def _bare(text: str) -> str:
    words = split_words(fold(text))
    return " ".join(word for word in words if word not in POLITENESS) or " ".join(words) or text.strip()


def _names_a_choice(draft: Draft, run: Run, words: str) -> bool:
    walk = walk_of(draft, run)
    options = walk.step.options(walk.scope()) if isinstance(walk.step, Ask) else ()
    return any(exactly(words, wordings) for _, wordings in options)


def _sticks_to_prompt(draft: Draft, run: Run, words: str) -> bool:
    """After we asked for other words: whether this answers the prompt all the same, by the very words of a
    button or by a number. Anything else is the question for which we asked.
    """
    walk = walk_of(draft, run)
    shown = walk.prompt.prompt(walk.scope())
    labels = [option.label for option in (*shown.options, *shown.controls)]
    numbers = not any(sign.isalpha() for sign in words)
    return numbers or exactly(words, labels) or _names_a_choice(draft, run, words)


def _clearly_asks(draft: Draft, run: Run, words: str) -> bool:
    """At a prompt that takes any words: a question that the base can answer is no answer to the prompt."""
    step = walk_of(draft, run).step
    takes_all = isinstance(step, Ask) and step.takes_any_words
    if not takes_all or not words.endswith("?"):
        return False
    return wants_more(draft, words) or understand(draft, words).verdict is Verdict.ANSWER


def _between_journeys(draft: Draft, words: str) -> bool:
    """A way out that leads nowhere now, or a button of the last message by its number or its words."""
    spoken, offers = draft.phrases.words, draft.session.offers
    if any(exactly(words, (option.label,)) for option in offers):
        return _picked(draft, words)
    if _says_no_to_a_card(draft, words) or _replies_to_buttons(draft, words):
        return True
    if same_words(words, spoken["resume"]):
        _resumed(draft)
    elif same_words(words, spoken["help"]):
        run_command(draft, "aide")
    elif same_words(words, spoken["news"]):
        show_preferences(draft)
    elif same_words(words, spoken["cancel"]):
        draft.say("nothing_to_cancel", draft.button("button_menu", "menu"))
    elif same_words(words, (*spoken["back"], *spoken["repeat"])):
        draft.say("nothing_to_repeat", draft.button("button_menu", "menu"))
    else:
        return _picked(draft, words)
    return True


def _says_no_to_a_card(draft: Draft, words: str) -> bool:
    """ "Ce n'est pas ça", typed right below a card, is its thumb down."""
    topic = draft.session.topic
    below = topic is not None and any(option.act == f"no.{topic}" for option in draft.session.offers)
    if topic is None or not below or not same_words(words, draft.phrases.words["no"]):
        return False
    judged(draft, topic, helpful=False)
    return True


def _replies_to_buttons(draft: Draft, words: str) -> bool:
    """ "Oui" or "non" to what the last message asks: one of these titles? to begin with this journey?"""
    spoken, offers = draft.phrases.words, draft.session.offers
    titles_offered = any(option.act == plain_act("none") for option in offers)
    if titles_offered and same_words(words, (*spoken["no"], *spoken["none"])):
        none_fits(draft)
    elif not offers or not same_words(words, spoken["yes"]):
        return False
    elif titles_offered:
        which_one(draft)
    elif offers[0].label == draft.phrases.label("welcome_option_profile"):
        tapped(draft, offers[0].act)
    else:
        return False
    return True


def _resumed(draft: Draft) -> None:
    if len(draft.session.runs) == 1:
        resume(draft, draft.session.runs[0])
    else:
        list_open(draft)


def _picked(draft: Draft, words: str) -> bool:
    offers = draft.session.offers
    match match_choice(words, [(option.act, (option.label,)) for option in offers]) if offers else None:
        case Chosen(id=act):
            tapped(draft, act)
            return True
    return False


def _small_talk(draft: Draft, words: str) -> bool:
    kind = recognise(words, {str(kind): wordings for kind, wordings in draft.phrases.small_talk.items()})
    if kind == "human":
        human(draft)
    elif kind:
        say_and_come_back(draft, draft.phrases.say(kind))
    return kind is not None


def _triggered(draft: Draft, words: str) -> bool:
    for flow in draft.shelf.flows.values():
        if may_start(draft, flow) and same_words(words, (*flow.triggers, flow.title)):
            start(draft, flow.id)
            return True
    return False


def _wants_events(draft: Draft, words: str) -> bool:
    """ "Rendez-vous", "agenda": nothing but words for the list of events."""
    if not same_words(words, draft.phrases.words["events"]):
        return False
    if Need.EVENTS not in draft.view.known:
        draft.lacks |= {Need.EVENTS}
    run = draft.session.active
    list_events(draft)
    if run is not None and draft.session.active is None:  # what was typed is no command
        draft.change(active=run)
        repeat(draft, draft.phrases.say("back_to_prompt"))
    return True


def _answer_question(draft: Draft, run: Run | None, words: str) -> None:
    """Ask the base; what is no question at all it never sees."""
    if not words:
        say_and_come_back(draft, draft.phrases.say("question_empty"))
        return
    if wants_more(draft, words):
        tell_more(draft)
        return
    if is_bare(draft, words):
        if run:
            refuse(draft, run)
        else:
            draft.say("bare_word", *ways_on(draft))
        return
    finding = understand(draft, words)
    if run is None or finding.verdict is not Verdict.REJECT or finding.redirect:
        show(draft, words, finding)
    elif stage_of(draft) is Stage.REPHRASING:
        rephrased_in_vain(draft)
    else:
        refuse(draft, run)
