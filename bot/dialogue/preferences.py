"""`/nouvelles`: what a person wants to hear from us besides what they ask for. One card, edited in place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time

from bot.dialogue.acts import Wish
from bot.dialogue.draft import Draft
from bot.dialogue.prompts import repeat
from bot.events.news import QUIET, held_until, usual_hours
from bot.flows.duration import Span, parse_span
from bot.flows.french import write_date, write_hour
from bot.model.announcement import NewsKind
from bot.model.effects import Edit, Send, SetPreferences
from bot.model.message import Markdown, Message, Option
from bot.model.preferences import UNTIL_RESUMED, Preferences

CARD = "wishes"
"""The name under which the card is found again to be edited."""

KINDS: Mapping[NewsKind, str] = {
    NewsKind.EVENTS: "news_events",
    NewsKind.LIFE: "news_life",
    NewsKind.RESOURCES: "news_resources",
}
"""Kind -> the phrase that names it."""

PAUSES: Mapping[str, tuple[str, Span | None]] = {
    "pause-2-weeks": ("button_news_2_weeks", parse_span("2 weeks")),
    "pause-2-months": ("button_news_2_months", parse_span("2 months")),
    "pause-open": ("button_news_open", None),
}
"""Button -> its phrase, and how long the pause is; None: until it is ended."""


def show_preferences(draft: Draft, argument: str = "") -> None:
    """`/nouvelles`, and the way out under every announcement."""
    draft.add(Send(_card(draft, draft.view.preferences)))
    if draft.session.active:
        repeat(draft, draft.phrases.say("back_to_prompt"))


def wish_tapped(draft: Draft, wish: Wish) -> None:
    """A button of the card; one of an old card too says what is wanted, never "the other"."""
    screen = SCREENS.get(wish)
    now = draft.view.preferences
    wanted = now if screen else _changed(draft, wish)
    if wanted != now:
        draft.add(SetPreferences(wanted))
    message = (screen or _card)(draft, wanted)
    draft.add(Edit(message))
    if not draft.session.active:
        draft.change(offers=message.options)  # what stands there now may be picked by its words


def _changed(draft: Draft, wish: Wish) -> Preferences:
    wishes = draft.view.preferences
    what, _, how = wish.rpartition("-")
    if wish in PAUSES:
        return replace(wishes, paused_until=_pause_end(draft, PAUSES[wish][1]))
    if what == "hours":
        return replace(wishes, quiet=QUIET[how])
    if what in tuple(NewsKind):
        kind = frozenset({NewsKind(what)})
        return replace(wishes, off=wishes.off - kind if how == "on" else wishes.off | kind)
    if wish == "resume":
        return replace(wishes, paused_until=None)
    return replace(wishes, weekly=wish == "weekly")


def _pause_end(draft: Draft, span: Span | None) -> datetime:
    """The beginning of the day on which a pause that begins now is over."""
    if span is None:
        return UNTIL_RESUMED
    day = span.after(draft.now.astimezone(draft.view.policy.timezone))
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


# ---- the card and its screens ----


def _card(draft: Draft, wishes: Preferences) -> Message:
    lines = "\n".join(_lines(draft, wishes))
    parts = [draft.phrases.say("news"), Markdown(lines), *_when(draft, wishes)]
    return Message(Markdown("\n\n".join(parts)), tuple(_buttons(draft, wishes)), key=CARD)


def _lines(draft: Draft, wishes: Preferences) -> Iterator[Markdown]:
    for kind, name in KINDS.items():
        said = "news_line_off" if kind in wishes.off else "news_line_on"
        yield draft.phrases.say(said, kind=draft.phrases.label(name))


def _when(draft: Draft, wishes: Preferences) -> Iterator[Markdown]:
    phrases = draft.phrases
    if wishes.paused(draft.now):
        yield _paused(draft, wishes)
        yield phrases.say("news_seats_kept")
        return
    if wishes.off == frozenset(NewsKind):
        yield phrases.say("news_none")
    elif wishes.weekly:
        slot = held_until(wishes, draft.view.policy, draft.now)
        assert slot is not None  # the next slot is never now
        day = phrases.calendar.days[slot.weekday()]
        yield phrases.say("news_weekly", day=day, hour=write_hour(slot))
    else:
        yield phrases.say("news_at_once")
    begin, end = _window(draft, wishes.quiet)
    if begin == end:
        yield phrases.say("news_always")
    else:
        yield phrases.say("news_window", begin=write_hour(begin), end=write_hour(end))


def _paused(draft: Draft, wishes: Preferences) -> Markdown:
    end = wishes.paused_until
    if end is None or end >= UNTIL_RESUMED:
        return draft.phrases.say("news_paused")
    day = end.astimezone(draft.view.policy.timezone).date()
    return draft.phrases.say("news_paused_until", day=write_date(day, draft.phrases.calendar))


def _buttons(draft: Draft, wishes: Preferences) -> Iterator[Option]:
    phrases = draft.phrases
    if wishes.paused(draft.now):
        yield _button("resume", phrases.label("button_news_resume"))
        yield draft.button("button_menu", "menu")
        return
    for kind, name in KINDS.items():
        off = kind in wishes.off
        label = "button_news_on" if off else "button_news_off"
        yield _button(f"{kind}-{'on' if off else 'off'}", phrases.label(label, kind=phrases.label(name)))
    rhythm = ("at-once", "button_news_at_once") if wishes.weekly else ("weekly", "button_news_weekly")
    yield _button(rhythm[0], phrases.label(rhythm[1]))
    yield _button("hours", phrases.label("button_news_hours"))
    yield _button("pause", phrases.label("button_news_pause"))
    yield draft.button("button_menu", "menu")


def _hours(draft: Draft, wishes: Preferences) -> Message:
    options = []
    for name, quiet in QUIET.items():
        begin, end = _window(draft, quiet)
        if begin == end:
            label = draft.phrases.label("button_news_always")
        else:
            label = draft.phrases.label("button_news_window", begin=write_hour(begin), end=write_hour(end))
        chosen = quiet == wishes.quiet
        options.append(
            _button(f"hours-{name}", draft.phrases.label("ticked", label=label) if chosen else label)
        )
    back = _button("card", draft.phrases.label("button_back"))
    return Message(draft.phrases.say("news_hours"), (*options, back), key=CARD)


def _pause(draft: Draft, wishes: Preferences) -> Message:
    options = (_button(wish, draft.phrases.label(label)) for wish, (label, _) in PAUSES.items())
    back = _button("card", draft.phrases.label("button_back"))
    return Message(draft.phrases.say("news_pause"), (*options, back), key=CARD)


SCREENS: Mapping[str, Callable[[Draft, Preferences], Message]] = {
    "card": _card,
    "hours": _hours,
    "pause": _pause,
}
"""Buttons that change nothing yet."""


def _window(draft: Draft, quiet: tuple[time, time] | None) -> tuple[time, time]:
    """From when to when we write, between quiet hours; None: those of the settings."""
    start, end = quiet or usual_hours(draft.view.policy)
    return end, start


def _button(wish: str, label: str) -> Option:
    return Option(f"wish.{wish}", label, f"wish.{wish}")
