"""What staff are shown of a request: who asks, what about, and what the person agreed to share."""

from collections.abc import Iterator

from bot.dialogue.draft import Draft
from bot.dialogue.prompts import ready, walk_of
from bot.flows.french import shorten
from bot.flows.names import Names
from bot.flows.steps.review import question
from bot.flows.template import Rich
from bot.markup.escape import escape
from bot.markup.plain import plain
from bot.model.message import Markdown, Message, Option
from bot.model.request import NUMBER
from bot.model.values import FlowId, Owner, RunId

SUBJECT = 60
"""Characters of a request's subject in its title."""

MOST_ANSWERS = 30
"""Answers that a pack shows."""

LINE = 200
"""Characters of one of the last messages."""

ANSWER = 160
"""Characters of one answer."""


def title_of(draft: Draft, reason: str, text: str) -> str:
    """What staff know the request by."""
    about = _quoted(text) or _journey(draft, reason) or draft.phrases.label("request_what_asked")
    subject = shorten(about, SUBJECT)
    return draft.phrases.label("request_title", number=NUMBER, name=name_of(draft), subject=subject)


def pack_of(draft: Draft, reason: str, text: str, *, shared: bool, number: str = NUMBER) -> Message:
    """The first message about a request, without buttons."""
    phrases = draft.phrases
    what = _what(draft, reason, text)
    parts = [phrases.say("request_pack", number=number, name=name_of(draft), what=Rich(what))]
    if text:
        parts.append(phrases.say("request_words", text=_quoted(text)))
    if stands := _stands(draft):
        parts.append(stands)
    if shared:
        if profile := "\n".join(_answers(draft)):
            parts.append(phrases.say("request_profile", answers=Rich(Markdown(profile))))
        if recent := "\n".join(_recent(draft)):
            parts.append(phrases.say("request_recent", lines=Rich(Markdown(recent))))
    else:
        parts.append(phrases.say("request_not_shared"))
    parts.append(phrases.say("request_how"))
    return Message(Markdown("\n\n".join(parts)), group_options(draft, number))


def group_options(draft: Draft, number: str) -> tuple[Option, ...]:
    """The buttons below a pack in a group."""
    names = ("take", "give", "release", "models", "propose", "close", "reopen")
    return tuple(request_option(draft, name, number) for name in names)


def own_options(draft: Draft, number: str) -> tuple[Option, ...]:
    """The same in a chat of one's own, where an answer must be begun."""
    names = ("answer", "take", "give", "models", "propose", "close")
    return tuple(request_option(draft, name, number) for name in names)


def request_option(draft: Draft, name: str, number: object) -> Option:
    """A button that does something with a request."""
    return Option(f"req.{name}", draft.phrases.label(f"button_{name}"), f"req.{number}.{name}")


def name_of(draft: Draft) -> str:
    """How the person is called in front of staff."""
    return draft.view.person.name or draft.phrases.label("request_nobody")


def _what(draft: Draft, reason: str, text: str) -> Markdown:
    if title := _journey(draft, reason):
        return draft.phrases.say("request_what_journey", title=title)
    asks = bool(text) and reason == "question"
    return draft.phrases.say("request_what_question" if asks else "request_what_asked")


def _journey(draft: Draft, reason: str) -> str:
    flow = draft.shelf.flows.get(FlowId(reason.partition("/")[0])) if "/" in reason else None
    return flow.title if flow else ""


def _stands(draft: Draft) -> Markdown | None:
    """Where the person is in a journey."""
    run = draft.active or next(iter(draft.session.runs), None)
    if run is None or not ready(draft, run):
        return None
    walk = walk_of(draft, run)
    place, title = walk.progress, draft.shelf.flows[run.flow].title
    return draft.phrases.say("request_stands", title=title, done=place.number, total=place.total)


def _answers(draft: Draft) -> Iterator[str]:
    """The answers with their questions: the profile first, then those of each journey."""
    names = Names(draft.shelf, FlowId(""), RunId(""), draft.answers, draft.view, draft.now, {})
    shown = 0
    for name in sorted(draft.shelf.profile):
        if names.stored(name) is not None and shown < MOST_ANSWERS:
            shown += 1
            yield _line(name, names)
    for ref in draft.answers:
        flow = draft.shelf.flows.get(ref.flow)
        if flow is None or ref.name not in flow.declared or shown >= MOST_ANSWERS:
            continue
        if flow.declared[ref.name].type in ("computed", "file") or ref.owner not in Owner:
            continue
        shown += 1
        yield _line(ref.name, Names(draft.shelf, flow.id, ref.run, draft.answers, draft.view, draft.now, {}))


def _line(name: str, names: Names) -> str:
    asked = shorten(plain(Markdown(question(name, names))), ANSWER)
    return f"- {escape(asked)} **{escape(shorten(names.text(name), ANSWER))}**"


def _recent(draft: Draft) -> Iterator[str]:
    for own, text in draft.view.recent:
        words = " ".join((text if own else plain(Markdown(text))).split())
        if words:
            key = "request_recent_person" if own else "request_recent_bot"
            yield draft.phrases.say(key, text=shorten(words, LINE))


def _quoted(text: str) -> str:
    return " ".join(text.split())
