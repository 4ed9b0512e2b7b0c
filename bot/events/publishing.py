"""Publishing an event, changing it, calling it off: what the change is, who hears what of it. Pure.

The command line and the conversation both decide here; the store applies it (`effects.Publish`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.events.card import event_card, notice
from bot.events.registration import Roll, moving_up
from bot.flows.french import write_list
from bot.flows.phrases import Phrases
from bot.model.effects import HandOut, News, Publish
from bot.model.event import Event, EventSeen, EventState, Place
from bot.model.message import Markdown, Message
from bot.model.turn import Policy
from bot.model.who import PersonId

TOLD: Mapping[str, str] = {
    "title": "event_what_title",
    "starts": "event_what_when",
    "ends": "event_what_when",
    "zone": "event_what_when",
    "place": "event_what_place",
    "link": "event_what_link",
}
"""Fields whose change people must hear of, and the phrase that names it; any other only shows on the card."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event as it will be, beside how it stands."""

    event: Event
    """As it will be: announced or cancelled, of the next revision."""
    before: EventSeen | None
    """As it was published last, with its seats; None if it is new."""

    @property
    def same(self) -> bool:
        """Whether it changes nothing."""
        return self.before is not None and (
            replace(self.event, revision=self.before.event.revision) == self.before.event
        )

    @property
    def cancels(self) -> bool:
        """Whether it calls the event off."""
        return self.event.state is EventState.CANCELLED

    @property
    def places(self) -> tuple[Place, ...]:
        """Who hears of it: those who come or want to; of a cancellation also those who might have come."""
        if self.before is None:
            return ()
        if self.event.state is self.before.event.state and not self.told:
            return ()
        coming = (Place.SEATED, Place.WAITING)
        return (*coming, Place.MAYBE) if self.cancels else coming

    @property
    def told(self) -> tuple[str, ...]:
        """The phrases that name what of it changed, each once."""
        if self.before is None:
            return ()
        old, new = self.before.event, self.event
        changed = (said for name, said in TOLD.items() if getattr(old, name) != getattr(new, name))
        return tuple(dict.fromkeys(changed))

    @property
    def concerned(self) -> int:
        """How many people hear of it."""
        if self.before is None:
            return 0
        count = {
            Place.SEATED: self.before.seated,
            Place.WAITING: self.before.waiting,
            Place.MAYBE: self.before.maybe,
        }
        return sum(count[place] for place in self.places)

    @property
    def after(self) -> EventSeen:
        """The event with its seats once those who wait have moved up."""
        if self.before is None:
            return EventSeen(self.event)
        waiting = tuple(PersonId(-1 - number) for number in range(self.before.waiting))
        roll = Roll(self.event.capacity, self.before.seated, waiting)
        rising = 0 if self.cancels else len(moving_up(roll))
        return EventSeen(
            self.event, self.before.seated + rising, self.before.waiting - rising, maybe=self.before.maybe
        )


def announced(event: Event, before: EventSeen | None) -> Change:
    """Announce an event, or what it is changed into."""
    return _next(replace(event, state=EventState.ANNOUNCED), before)


def called_off(seen: EventSeen) -> Change:
    """Call an event off."""
    return _next(replace(seen.event, state=EventState.CANCELLED), seen)


def preview(change: Change, phrases: Phrases, policy: Policy, *, now: datetime) -> Message:
    """The card as people will see it."""
    return event_card(change.after, phrases, policy, now=now)


def announcement(change: Change, phrases: Phrases, policy: Policy, *, now: datetime) -> HandOut | None:
    """What those hear who come, shown before it is sent; None if nobody is told."""
    return _notice(change, Place.SEATED, phrases, policy, now=now) if change.places else None


def publish(change: Change, phrases: Phrases, policy: Policy, *, now: datetime) -> Publish:
    """The effect that makes the change, with all that people are told of it."""
    return Publish(change.event, news_of(change, phrases, policy, now=now))


def news_of(change: Change, phrases: Phrases, policy: Policy, *, now: datetime) -> News:
    """What those concerned are told."""
    event = change.event
    theirs = EventSeen(event, event.capacity or 0, mine=Place.SEATED)
    heading = phrases.say("event_promoted", title=event.title)
    promoted = event_card(theirs, phrases, policy, now=now, heading=heading)
    told = {place: _notice(change, place, phrases, policy, now=now) for place in change.places}
    return News(promoted, told)


def _next(event: Event, before: EventSeen | None) -> Change:
    return Change(replace(event, revision=before.event.revision + 1 if before else 1), before)


def _notice(change: Change, place: Place, phrases: Phrases, policy: Policy, *, now: datetime) -> HandOut:
    return notice(
        replace(change.after, mine=place),
        phrases,
        policy,
        now=now,
        heading=_heading(change, phrases),
        calendar=place is Place.SEATED,
    )


def _heading(change: Change, phrases: Phrases) -> Markdown:
    """What became of it; of a change, what changed."""
    title = change.event.title
    if change.cancels:
        return phrases.say("event_called_off", title=title)
    if not change.told:
        return phrases.say("event_back", title=title)
    what = write_list([phrases.label(name) for name in change.told], phrases.label("list_and"))
    return phrases.say("event_changed", title=title, what=what)
