"""`alliances questions …`: what people ask and the base does not know, for those who keep the base.

Short commands that open the database beside a serving process. What they print is English, what they quote is
what people wrote.
"""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.content.evaluation import QuestionsBroken
from bot.content.judging import Judgement, judge
from bot.content.library import ContentBroken, open_library
from bot.content.load import load_library
from bot.content.proposing import (
    CannotPropose,
    Change,
    NotKept,
    add_entry,
    add_phrasings,
    entry_begun,
    write,
)
from bot.knowledge.index import Index
from bot.knowledge.likeness import OPEN, Group, group_with, groups, nearest, wordings, worth_adding
from bot.model.misses import Liking, Missed, MissState, Proposal
from bot.model.turn import Policy
from bot.storage.errors import StorageError
from bot.storage.store import Store

LEAST_OPINIONS = 5
"""Opinions of an entry from which their share says something."""
SHOWN_ENTRIES = 10
UNSEEN_BY_STAFF: tuple[MissState, ...] = ("open", "dismissed")
NO_FILE = "no questions yet: the assistant has not run with this database"


class LoopError(Exception):
    """The command cannot be done; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands work."""

    content: Path
    cache: Path
    database: Path
    policy: Policy

    def index(self) -> Index:
        """The index of the base; ContentBroken with every error."""
        return open_library(self.content, self.cache).index

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The database, which is not made for a look at it. LoopError, StorageError."""
        if not self.database.exists():
            raise LoopError(NO_FILE)
        store = await Store.open(self.database, policy=self.policy)
        try:
            yield store
        finally:
            await store.close()


@dataclass(frozen=True, slots=True)
class Wish:
    """What `propose` shall add, and where."""

    group: int | None = None
    to: str | None = None
    """Id of the entry that gets phrasings."""
    phrasings: tuple[str, ...] = ()
    """Instead of those of the group."""
    entry: Path | None = None
    """A file with a new entry."""
    proposal: int | None = None
    """Number of what staff proposed in chat, instead of `group` and `to`."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A change with the questions that it is made for."""

    change: Change
    asked: tuple[str, ...]
    misses: tuple[int, ...]
    proposal: Proposal | None = None


async def ordered(place: Place, given: Mapping[str, Any], *, now: datetime) -> tuple[str, int]:
    """What one command prints, and its exit status; `given` are its arguments by name.

    LoopError for whatever is in the way: unknown names, a broken base, a database that cannot be used.
    """
    try:
        match given["order"]:
            case "show":
                return await show(place, given["group"], as_json=given["json"]), 0
            case "dismiss":
                return await dismiss(place, given["group"], now=now), 0
            case "proposals":
                return await list_proposals(place, as_json=given["json"]), 0
            case "withdraw":
                return await withdraw(place, given["proposal"], now=now), 0
            case "drafts":
                return await list_drafts(place, as_json=given["json"]), 0
            case "draft":
                return await show_draft(place, given["draft"], done=given["done"], now=now), 0
            case "propose":
                wish, output = _wish(given), given["output"]
                return await propose(place, wish, apply=given["apply"], output=output, now=now)
        shown = {"days": given["days"], "dismissed": given["all"], "as_json": given["json"]}
        return await list_questions(place, now=now, **shown), 0
    except (CannotPropose, ContentBroken, NotKept, OSError, QuestionsBroken, StorageError) as error:
        raise LoopError(str(error)) from None


def _wish(given: Mapping[str, Any]) -> Wish:
    if (given["group"] is None) == (given["proposal"] is None):
        raise LoopError("name a group with --to or --entry, or --proposal alone")
    if given["phrasing"] and given["entry"]:
        raise LoopError("--phrasing goes with --to or --proposal; a new entry has its own phrasings")
    return Wish(given["group"], given["to"], tuple(given["phrasing"]), given["entry"], given["proposal"])


async def list_questions(
    place: Place, *, now: datetime, days: int | None, dismissed: bool, as_json: bool
) -> str:
    """The groups, biggest first, and the entries that people are least happy with."""
    missed: Sequence[Missed] = ()
    likings: Sequence[Liking] = ()
    if place.database.exists():
        async with place.store() as store:
            missed, likings = await store.misses.missed(), await store.misses.likings()
    index = place.index()
    found = groups(index, missed, states=UNSEEN_BY_STAFF if dismissed else OPEN)
    if days is not None:
        since = (now - timedelta(days=days)).date().isoformat()
        found = tuple(group for group in found if group.days[1] >= since)
    worst = _worst(likings)
    if as_json:
        told = {
            "groups": [_group_as_json(index, group) for group in found],
            "opinions": [asdict(one) | {"dislike": round(one.dislike, 3)} for one in worst],
        }
        return json.dumps(told, ensure_ascii=False)
    return "\n".join([*_table(index, found), *_opinions(worst)])


async def show(place: Place, number: int, *, as_json: bool) -> str:
    """One group: its wordings, days, verdicts and the nearest entries."""
    async with place.store() as store:
        missed = await store.misses.missed()
    index = place.index()
    group = _known(group_with(groups(index, missed, states=UNSEEN_BY_STAFF), number), number)
    if as_json:
        return json.dumps(_group_as_json(index, group), ensure_ascii=False)
    first, last = group.days
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in group.verdicts.items())
    lines = [f"group {group.id}: {len(group.rows)} times, {first} to {last} ({verdicts})", ""]
    lines += [f"  {text}" for text in wordings(group.rows)]
    lines += ["", "nearest entries"]
    lines += [f"  {match.score:.2f} {match.id}: {match.phrasing}" for match in nearest(index, group)]
    return "\n".join(lines)


async def dismiss(place: Place, number: int, *, now: datetime) -> str:
    """Put a group away: it needs no answer."""
    async with place.store() as store:
        group = _known(group_with(groups(place.index(), await store.misses.missed()), number), number)
        count = await store.misses.dismiss(group.row_ids, now=now)
    return f"dismissed group {group.id} ({count} questions)"


async def list_proposals(place: Place, *, as_json: bool) -> str:
    """What staff proposed in chat and nobody checked yet."""
    async with place.store() as store:
        found = await store.misses.proposals()
    if as_json:
        return json.dumps([asdict(one) for one in found], ensure_ascii=False)
    lines = []
    for one in found:
        lines.append(f"proposal {one.id} of {one.day}: {len(one.misses)} questions, to {one.article}")
        lines += [f"  {text}" for text in one.phrasings]
    lines.append(
        "check one with: alliances questions propose --proposal N" if found else "nothing is proposed"
    )
    return "\n".join(lines)


async def withdraw(place: Place, number: int, *, now: datetime) -> str:
    """Give up a proposal; its questions are open again."""
    async with place.store() as store:
        proposal = _proposal(await store.misses.proposals(), number)
        await store.misses.withdraw(proposal, now=now)
    return f"withdrew proposal {number}; its questions are open again"


async def list_drafts(place: Place, *, as_json: bool) -> str:
    """Answers of staff that they want in the base, and nobody made an entry of yet."""
    async with place.store() as store:
        found = await store.requests.drafts()
    if as_json:
        return json.dumps([dict(one) for one in found], ensure_ascii=False)
    lines = [f"draft {one['id']} of {one['day']}: {one['question']}" for one in found]
    lines.append("write one with: alliances questions draft N" if found else "nothing is proposed")
    return "\n".join(lines)


async def show_draft(place: Place, number: int, *, done: bool, now: datetime) -> str:
    """One as the beginning of an entry, for `propose --entry`; `done`: put it away."""
    async with place.store() as store:
        found = next((one for one in await store.requests.drafts() if one["id"] == number), None)
        if found is None:
            raise LoopError(f"there is no open draft {number}; see: alliances questions drafts")
        if done:
            await store.requests.settle_draft(number, now=now)
            return f"put draft {number} away"
    return entry_begun(found["question"], found["answer"])


async def propose(
    place: Place, wish: Wish, *, apply: bool, output: Path | None, now: datetime
) -> tuple[str, int]:
    """The patch, what the evaluation says of it, and the exit status: 1 if it is refused.

    `apply` writes it if it is accepted. Raises as `ordered` translates.
    """
    async with place.store() as store:
        case = _case(place, wish, await store.misses.missed(), await store.misses.proposals())
        judgement = judge(place.content, case.change, case.asked, place.cache)
        patch = case.change.patch()
        if output is not None:
            output.write_text(patch, encoding="utf-8", newline="")
        lines = [patch, *_verdict(judgement, case.change)]
        if judgement.accepted and apply:
            write(place.content, case.change)
            applied = await store.misses.applied(case.change.entry, case.misses, case.proposal, now=now)
            count = applied or len(case.misses)
            lines.append(f"applied to {place.content / case.change.path}; {count} questions are done")
        elif judgement.accepted:
            lines.append("nothing is written yet: add --apply, or apply the patch")
    return "\n".join(lines), int(not judgement.accepted)


def _case(place: Place, wish: Wish, missed: Sequence[Missed], proposals: Sequence[Proposal]) -> _Case:
    loaded, index = load_library(place.content), place.index()
    if wish.proposal is not None:
        proposal = _proposal(proposals, wish.proposal)
        rows = [row for row in missed if row.id in proposal.misses]
        change = add_phrasings(loaded, proposal.article, wish.phrasings or proposal.phrasings)
        return _Case(change, wordings(rows), proposal.misses, proposal)
    assert wish.group is not None
    group = _known(group_with(groups(index, missed), wish.group), wish.group)
    if wish.entry is not None:
        change = add_entry(loaded, wish.entry)
    else:
        assert wish.to is not None
        texts = wish.phrasings or worth_adding(index, group.rows, wish.to)
        if not texts:
            raise LoopError(
                f"{wish.to} is found by these questions already, or none of them can be published as it is; "
                "give phrasings with --phrasing, or dismiss the group"
            )
        change = add_phrasings(loaded, wish.to, texts)
    return _Case(change, wordings(group.rows), group.row_ids)


def _known(group: Group | None, number: int) -> Group:
    if group is None:
        raise LoopError(f"there is no group {number} with open questions; see: alliances questions")
    return group


def _proposal(proposals: Sequence[Proposal], number: int) -> Proposal:
    found = next((one for one in proposals if one.id == number), None)
    if found is None:
        raise LoopError(f"there is no open proposal {number}; see: alliances questions proposals")
    return found


def _table(index: Index, found: Collection[Group]) -> list[str]:
    if not found:
        return ["no questions without an answer"]
    lines = [f"{'group':>7} {'times':>6}  {'last day':10}  question and nearest entries"]
    for group in found:
        lines.append(f"{group.id:7} {len(group.rows):6}  {group.days[1]}  {group.title}")
        near = ", ".join(f"{match.id} {match.score:.2f}" for match in nearest(index, group))
        lines.append(f"{'':28}{near or 'no entry is near'}")
    return lines


def _worst(likings: Sequence[Liking]) -> list[Liking]:
    """The entries with the worst opinions, worst first."""
    known = [one for one in likings if one.unhelpful and one.helpful + one.unhelpful >= LEAST_OPINIONS]
    return sorted(known, key=lambda one: (-one.dislike, -one.unhelpful, one.article))[:SHOWN_ENTRIES]


def _opinions(worst: Sequence[Liking]) -> list[str]:
    if not worst:
        return []
    lines = ["", "entries with the worst opinions"]
    return lines + [
        f"  {one.dislike:4.0%}  {one.unhelpful} of {one.helpful + one.unhelpful}  {one.article}"
        for one in worst
    ]


def _group_as_json(index: Index, group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "times": len(group.rows),
        "days": list(group.days),
        "verdicts": group.verdicts,
        "title": group.title,
        "examples": list(group.examples),
        "nearest": [{"id": match.id, "score": match.score} for match in nearest(index, group)],
    }


def _verdict(judgement: Judgement, change: Change) -> list[str]:
    """What the evaluation found, the verdict last."""
    lines = [str(problem) for problem in judgement.problems]
    for one in judgement.stolen:
        whose = one.right or "out of scope"
        how = "comes too near" if one.weakened else "comes first"
        lines.append(f"stolen: {one.text!r} ({whose}): {one.found or 'nothing'} {how}, by {one.phrasing!r}")
    lines += [f"fallen: {one.name} {one.before:.3f} -> {one.now:.3f}" for one in judgement.fallen]
    lines += [f"not found: {text!r} does not find {change.entry}" for text in judgement.lost]
    if judgement.problems:
        return [*lines, "refused: the content would have errors"]
    if judgement.asked and not judgement.helped:
        lines.append(f"not found: none of the {judgement.asked} questions of the group finds {change.entry}")
    lines += [
        f"note: {one.name} {one.before:.3f} -> {one.now:.3f} when the thresholds are fitted again"
        for one in judgement.refitted
    ]
    lines.append(
        f"compared {judgement.compared} messages; {judgement.helped} of {judgement.asked} questions of the "
        f"group find {change.entry}"
    )
    return [*lines, "accepted" if judgement.accepted else "refused"]
