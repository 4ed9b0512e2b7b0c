"""One conversation test, held on any channel: what a person reads there must be what the pure engine says.

Each channel brings a `Seat`. The oracle is the engine itself, played beside it without program and store.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bot.content.rehearsal import transcript_files
from bot.content.transcripts import Exchange, Transcript, World, input_of, new_world
from bot.dialogue.library import Library
from bot.markup import plain
from bot.model.effects import Edit, Erase, Export, Send
from bot.model.inputs import Tap
from bot.model.message import Message, Option
from bot.model.who import Standing
from tests.journeys.program import ROOT

HERE = Path(__file__).parent / "transcripts"
SHIPPED = ROOT / "tests" / "transcripts"


@dataclass(frozen=True)
class Bubble:
    """What a person sees appear, white space and markup aside."""

    text: str
    buttons: tuple[str, ...]
    """Labels, answers first."""
    edited: bool = False
    """It appeared in the place of an earlier one."""


class Seat(Protocol):
    """One person in front of one channel."""

    @property
    def name(self) -> str:
        """First name as the channel tells it to the program; may be empty."""
        ...

    shows_links: bool
    """Whether a link's address stands in the text."""
    shows_edits: bool
    """Whether a message that only records an answer is seen again."""

    async def says(self, text: str) -> None:
        """Type a message."""
        ...

    async def taps(self, button: Option) -> None:
        """Press a button: the newest of this label, or an older one that a person could still hold."""
        ...

    async def hears(self, count: int) -> list[Bubble]:
        """The next messages and edits, in order; fewer if no more come in time."""
        ...

    async def rest(self) -> list[Bubble]:
        """What came without having been waited for."""
        ...


def tidy(text: str) -> str:
    """A text with every run of white space as one space."""
    return " ".join(text.split())


@dataclass
class Oracle:
    """The pure engine, and what a person would see of it on a channel."""

    world: World
    shows_links: bool
    shows_edits: bool
    _shown: dict[str, Message] = field(default_factory=dict)

    def give(self, deed: Exchange) -> list[Bubble]:
        """One turn; what a person must see appear."""
        self.world.now = datetime.now(UTC)
        self.world.give(input_of(deed, self.world))
        return [bubble for effect in self.world.effects if (bubble := self._bubble(effect))]

    def button(self, deed: Exchange) -> Option | None:
        """The button that a deed presses; None if it was never shown."""
        act = input_of(deed, self.world)
        assert isinstance(act, Tap)
        for message in reversed(self.world.heard):
            for option in (*message.options, *message.controls):
                if option.act == act.act:
                    return option
        return None

    def _bubble(self, effect: object) -> Bubble | None:
        match effect:
            case Send(message) | Export(message) | Erase(message):
                edited = False
            case Edit(message):
                edited = message.key in self._shown
                if edited and not message.options and not message.controls and not self.shows_edits:
                    return None
            case _:
                return None
        if message.key:
            self._shown[message.key] = message
        buttons = tuple(option.label for option in (*message.options, *message.controls))
        text = f"{plain(message.text, links=self.shows_links)} {plain(message.folded)}"
        return Bubble(tidy(text), buttons, edited and self.shows_edits)


def oracle_for(transcript: Transcript, library: Library, seat: Seat | None = None) -> Oracle:
    """The engine at the beginning of a transcript, for the person on this seat."""
    world = new_world(transcript, library)
    if seat is None:
        return Oracle(world, shows_links=False, shows_edits=True)
    world.person = type(world.person)(world.person.id, seat.name)
    return Oracle(world, shows_links=seat.shows_links, shows_edits=seat.shows_edits)


async def differences(seat: Seat, transcript: Transcript, library: Library) -> list[str]:
    """Hold a conversation to its end; where the channel and the engine first part (empty: nowhere)."""
    oracle = oracle_for(transcript, library, seat)
    parted = await hold(seat, oracle, transcript.turns)
    return parted or [f"at the end came too much: {bubble}" for bubble in await seat.rest()]


async def hold(seat: Seat, oracle: Oracle, turns: Sequence[Exchange]) -> list[str]:
    """Hold a part of a conversation; where the channel and the engine first part (empty: nowhere)."""
    for number, deed in enumerate(turns, 1):
        if deed.tap is None:
            await seat.says(deed.say or "")
        else:
            button = oracle.button(deed)
            assert button is not None, f"turn {number}: nobody can tap {deed.tap}"
            await seat.taps(button)
        expected = oracle.give(deed)
        came = await seat.hears(len(expected))
        if came != expected:
            return [f"turn {number}, {deed.say or deed.tap}", *_parted(expected, came)]
    return []


def _parted(expected: Sequence[Bubble], came: Sequence[Bubble]) -> list[str]:
    return [*(f"engine:  {bubble}" for bubble in expected), *(f"channel: {bubble}" for bubble in came)]


def can_be_held(transcript: Transcript, library: Library) -> bool:
    """Whether a person can hold this conversation here and now: no time passes, nothing is known before,
    and every button they press was shown to them."""
    given = transcript.given
    if given.fields or given.person.standing is not Standing.MEMBER:
        return False
    if any(
        deed.later is not None or (deed.say is not None and not deed.say.strip()) for deed in transcript.turns
    ):
        return False
    oracle = oracle_for(transcript, library)
    for deed in transcript.turns:
        if deed.tap is not None and oracle.button(deed) is None:
            return False
        oracle.give(deed)
    return True


def all_transcripts() -> list[Path]:
    """The conversation tests that came with the content, and those of this folder."""
    return [*transcript_files([SHIPPED]), *transcript_files([HERE])]
