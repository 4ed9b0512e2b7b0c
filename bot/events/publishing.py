"""Publishing an event, changing it, calling it off: what the change is, who hears what of it. Pure.

The command line and the conversation both decide here; the store applies it (`effects.Publish`).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.events.card import event_card, notice
from bot.events.registration import Roll, moving_up
from bot.flows.phrases import Phrases
from bot.model.effects import HandOut, News, Publish
from bot.model.event import Event, EventSeen, EventState, Place
from bot.model.message import Message
from bot.model.turn import Policy
from bot.model.who import PersonId

TOLD = ("title", "starts", "ends", "zone", "place", "link", "state")
"""Fields whose change people must hear of; any other only shows on the card."""


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
        if all(getattr(self.event, name) == getattr(self.before.event, name) for name in TOLD):
            return ()
        coming = (Place.SEATED, Place.WAITING)
        return (*coming, Place.MAYBE) if self.cancels else coming

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
    promoted = event_card(theirs, phrases, policy, now=now, heading="event_promoted")
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
        heading="event_called_off" if change.cancels else "event_changed",
        calendar=place is Place.SEATED,
    )
