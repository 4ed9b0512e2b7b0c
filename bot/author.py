"""The author's panel of the local page, and the page's view of the store: adapters to the ports of
`channels/web`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.app import Assistant
from bot.channels.web.channel import WebChannel
from bot.channels.web.ports import Face, KeptFile, MenuEntry, PanelState, Said, Shown, Start
from bot.channels.web.texts import TEXT_KEYS
from bot.content.media import MEDIA_TYPES
from bot.dialogue.authoring import start_at
from bot.knowledge.ask import explain
from bot.model.inputs import Input, Utterance
from bot.model.session import Run, Session
from bot.model.turn import View
from bot.model.values import FlowId, Owner, StoredFile
from bot.model.who import Address, Standing


@dataclass(slots=True)
class LocalPage:
    """What the page asks of the program in local mode.

    Holds the last words of each conversation, in memory only.
    """

    assistant: Assistant
    web: WebChannel
    standings: dict[Address, Standing] = field(default_factory=dict)
    """What the author made of a conversation; without a line it has the role that it was given there."""
    words: dict[Address, str] = field(default_factory=dict)
    """What was typed last: the panel explains its verdict."""

    # Receiver

    async def receive(
        self, address: Address, input: Input, *, name: str = "", profile: Mapping[str, str] | None = None
    ) -> None:
        """Hand an input to the runner, as staff where the author said so."""
        if isinstance(input, Utterance):
            self.words[address] = input.text
        await self.assistant.runner.receive(
            address, input, name=name, profile={**(profile or {}), **self._standing(address)}
        )
        if not await self.assistant.store.history(address):  # the person had everything erased
            self.words.pop(address, None)
            self.web.forget(address)

    # History

    async def recent(self, address: Address) -> Sequence[Said | Shown]:
        """The conversation as kept; a tap shows in the question that it answered."""
        kept = await self.assistant.store.history(address)
        # A card said again stands at both places, and is edited at the last.
        last = {one.message.key: one.id for one in kept if one.message is not None}
        return [
            Shown(_reference(one.message.key, one.id, last), one.at, one.message)
            if one.message is not None
            else Said(f"kept-{one.id}", one.at, one.text)
            for one in kept
            if not one.tapped
        ]

    # Files

    async def keep(self, content: bytes, name: str, media_type: str) -> StoredFile:
        """Store what a person handed in."""
        return await self.assistant.store.files.keep(content, name=name, media_type=media_type)

    async def find(self, address: Address, sha256: str) -> KeptFile | None:
        """A file that the person handed in or was given, or an authored one."""
        store, media = self.assistant.store, self.assistant.keeper.media
        if sha256 in media:
            path = media[sha256]
            return KeptFile(path.name, MEDIA_TYPES[path.suffix.lower()], path)
        kept = await store.file(address, sha256)
        return KeptFile(kept.name, kept.media_type, store.files.path(sha256)) if kept else None

    # Face

    def face(self) -> Face:
        """The words of the page, from the phrases in use."""
        phrases = self.assistant.keeper.library.shelf.phrases
        texts = {key: phrases.label(f"page_{key}") for key in TEXT_KEYS}
        menu = tuple(MenuEntry(name, text) for name, text in phrases.commands.items())
        return Face(texts, menu)

    # Panel

    async def state(self, address: Address) -> PanelState:
        """Where the conversation stands, the answers, the last verdict, the problems of the content.

        Only looks: who had everything erased stays unknown.
        """
        keeper = self.assistant.keeper
        found = await self.assistant.store.find(address, now=self.assistant.clock.now())
        known = found.view.person.standing if found else Standing.MEMBER
        session = found.session if found else Session()
        run = next((run for run in session.runs if run.id == session.active), None)
        frame = run.frames[-1] if run else None
        starts = tuple(
            Start(flow.flow, flow.title, flow.keys) for flow in keeper.library.shelf.flows.values()
        )
        return PanelState(
            flow=frame.flow if frame else "",
            step=frame.step if frame else "",
            fields=_fields(found.view, run) if found else (),
            verdict=self._verdict(address),
            problems=tuple(str(problem) for problem in keeper.problems),
            staff=self.standings.get(address, known) is not Standing.MEMBER,
            starts=starts,
        )

    async def be_staff(self, address: Address, staff: bool) -> None:
        """Make this conversation one of staff with every right, or one of a volunteer."""
        self.standings[address] = Standing.ADMIN if staff else Standing.MEMBER
        store, now = self.assistant.store, self.assistant.clock.now()
        if staff and self.assistant.settings.telegram_token is None:
            store.staff_is_here()  # on the page alone, its owner sees to what people ask
        if await store.find(address, now=now) is not None:  # else it counts from their first word
            await store.load(address, now=now, profile=self._standing(address))

    async def start(self, address: Address, flow: str, step: str) -> None:
        """Begin a flow at a step. LookupError if there is none."""
        library = self.assistant.keeper.library
        found = library.shelf.flows[FlowId(flow)]
        if step and step not in found.position:
            raise LookupError(step)
        now, rng, key = self.assistant.clock.now(), self.assistant.rng, step or found.keys[0]
        committed = False
        while not committed:  # a reminder may be quicker
            loaded = await self.assistant.store.load(address, now=now, profile=self._standing(address))
            turn = start_at(loaded.session, library, loaded.view, found.id, key, now=now, rng=rng)
            committed = await self.assistant.store.commit_turn(loaded, turn, now=now)
        self.assistant.courier.wake()

    def _standing(self, address: Address) -> Mapping[str, str]:
        standing = self.standings.get(address)
        return {} if standing is None else {"standing": standing.value}

    def _verdict(self, address: Address) -> tuple[str, ...]:
        words = self.words.get(address)
        if words is None:
            return ()
        why = explain(self.assistant.keeper.library.index, words)
        finding = why.finding
        sure = f"{finding.confidence:.2f} / {why.answer_from:.2f}"
        first = f"{finding.verdict.value} ({finding.reason.value}), {sure}"
        return (first, *(f"{match.score:.3f} {match.id}" for match in finding.matches[:3]))


def _reference(key: str | None, id: int, last: Mapping[str | None, int]) -> str:
    """What the page knows a message by: its key, where it was said last."""
    return key if key and last[key] == id else f"kept-{id}"


def _fields(view: View, run: Run | None) -> tuple[tuple[str, str], ...]:
    """Profile fields, and those of the run in the foreground, as the author names them."""
    return tuple(
        (ref.name if ref.run else f"{Owner(ref.owner).value}.{ref.name}", str(value))
        for ref, value in view.answers.items()
        if not ref.run or (run is not None and ref.run == run.id)
    )
