"""The loop by which the base learns: questions kept without identity, opinions, what staff propose."""

import json
import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import assert_never

from bot.model.effects import Audit, Miss, Opinion, Propose, Settle
from bot.model.misses import ADDRESS, LINK, NUMBER, Liking, Missed, MissState, Proposal
from bot.model.rights import Right
from bot.model.values import ArticleId
from bot.storage.codec import clean
from bot.storage.database import Database, Row, Transaction
from bot.storage.team import audit, require

MOST_CHARACTERS = 300
"""Characters of a question that are kept: more would be a story that somebody could be known by."""

MOST = 2000
"""Questions that are looked at together, the newest; grouping them takes half a second."""

_NUMBER = (
    r"(?<![\w])(?:"
    r"(?:\+|00)\d(?:[\s.()/-]{0,2}\d){7,14}"  # an international telephone number
    r"|0[1-9](?:[\s./-]?\d{2}){4}"  # a French one
    r"|[A-Z]{2}\d{2}(?:\s?\d{4}){2}(?:\s?[0-9A-Z]{1,4}){1,6}"  # an IBAN (ISO 13616)
    r"|\d{3}\s\d{3}\s\d{3}(?:\s\d{5})?"  # SIREN, SIRET
    r"|\d{9,}"
    r")(?!\w)"
)

MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # The look-behinds keep a long text without any of these linear: no start within a word.
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), ADDRESS),
    (re.compile(r"(?<!\w)@\w{3,}"), ADDRESS),
    (re.compile(r"(?<!\w)(?:https?://|www\.|t\.me/)\S+", re.IGNORECASE), LINK),
    (
        re.compile(
            r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|net|eu|info|asso|bzh|io|gouv|be|ch)\b(?:/\S*)?",
            re.IGNORECASE,
        ),
        LINK,
    ),
    (re.compile(_NUMBER), NUMBER),
)
"""What obviously holds personal data, and what is kept instead; in this order."""


def masked(text: str) -> str:
    """A question as it is kept: addresses, links and numbers masked, at most `MOST_CHARACTERS` of it."""
    kept = clean(text)
    for pattern, mask in MASKS:
        kept = pattern.sub(mask, kept)
    if len(kept) <= MOST_CHARACTERS:
        return kept
    return kept[: MOST_CHARACTERS - 1].rstrip() + "…"


async def learn(tx: Transaction, effect: Miss | Opinion, *, today: date) -> None:
    """Keep what somebody asked or said; by day, and nobody's."""
    day = today.isoformat()
    match effect:
        case Miss(text, verdict, guesses):
            kept = masked(text)
            await tx.run("miss_add", day=day, text=kept, verdict=verdict, guesses=json.dumps(list(guesses)))
        case Opinion(article, helpful):
            await tx.run("opinion_add", day=day, article=article, helpful=helpful)
        case _ as unexpected:
            assert_never(unexpected)


async def decide(tx: Transaction, effect: Settle | Propose, person: int, *, now: datetime) -> None:
    """What staff decided about questions. NotAllowed without the right, as stored now."""
    await require(tx, person, Right.ANSWER)
    match effect:
        case Settle(misses):
            if await settle(tx, misses, "dismissed", before=("open",)):
                await audit(tx, Audit("questions.dismissed"), person, "", now=now)
        case Propose(article, phrasings, misses):
            # Another member of staff may have been faster: then nothing is left to propose.
            if await settle(tx, misses, "proposed", before=("open",)):
                day = now.astimezone(UTC).date().isoformat()
                written = json.dumps([clean(one) for one in phrasings], ensure_ascii=False)
                rows = json.dumps(list(misses))
                await tx.run("proposal_add", day=day, article=article, phrasings=written, misses=rows)
                await audit(tx, Audit("questions.proposed", article), person, "", now=now)
        case _ as unexpected:
            assert_never(unexpected)


async def settle(
    tx: Transaction, misses: Iterable[int], state: MissState, *, before: Iterable[MissState]
) -> int:
    """Put questions into a state, those that are in one of the states `before`; how many were."""
    rows, states = json.dumps(list(misses)), json.dumps(list(before))
    return await tx.run("misses_settle", misses=rows, state=state, before=states)


async def finish(tx: Transaction, proposal: Proposal, *, accepted: bool) -> bool:
    """Close an open proposal; its questions are answered now, or open again. False: it was closed before."""
    if not await tx.run("proposal_settle", id=proposal.id, state="done" if accepted else "refused"):
        return False
    await settle(tx, proposal.misses, "done" if accepted else "open", before=("proposed",))
    return True


class Misses:
    """What the base learns from, for those who look after it; part of the Store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def missed(self) -> tuple[Missed, ...]:
        """The newest questions that were not answered well, in every state, the oldest of them first."""
        rows = await self._database.all("misses", limit=MOST)
        return tuple(_missed(row) for row in reversed(rows))

    async def dismiss(self, ids: Collection[int], *, now: datetime) -> int:
        """Put open or proposed questions away; how many were."""

        async def work(tx: Transaction) -> int:
            count = await settle(tx, ids, "dismissed", before=("open", "proposed"))
            if count:
                await audit(tx, Audit("questions.dismissed"), None, "", now=now)
            return count

        return await self._database.write(work)

    async def applied(
        self, entry: str, ids: Collection[int], proposal: Proposal | None, *, now: datetime
    ) -> int:
        """That entry answers these questions now, and what staff proposed; how many were open or proposed."""

        async def work(tx: Transaction) -> int:
            if proposal is not None:
                await finish(tx, proposal, accepted=True)
            await audit(tx, Audit("questions.applied", entry), None, "", now=now)
            return await settle(tx, ids, "done", before=("open", "proposed"))

        return await self._database.write(work)

    async def proposals(self) -> tuple[Proposal, ...]:
        """What staff proposed and nobody checked yet, the oldest first."""
        return tuple(_proposal(row) for row in await self._database.all("proposals"))

    async def withdraw(self, proposal: Proposal, *, now: datetime) -> bool:
        """Give up a proposal; its questions are open again. False: somebody else closed it."""

        async def work(tx: Transaction) -> bool:
            closed = await finish(tx, proposal, accepted=False)
            if closed:
                await audit(tx, Audit("questions.withdrawn", proposal.article), None, "", now=now)
            return closed

        return await self._database.write(work)

    async def likings(self) -> tuple[Liking, ...]:
        """What people said about each entry, as long as it is kept."""
        rows = await self._database.all("likings")
        return tuple(Liking(ArticleId(row["article"]), row["helpful"], row["unhelpful"]) for row in rows)


def _missed(row: Row) -> Missed:
    guesses = tuple(ArticleId(one) for one in json.loads(row["guesses"]))
    return Missed(row["id"], row["day"], row["text"], row["verdict"], guesses, row["state"])


def _proposal(row: Row) -> Proposal:
    phrasings, misses = tuple(json.loads(row["phrasings"])), tuple(json.loads(row["misses"]))
    return Proposal(row["id"], row["day"], ArticleId(row["article"]), phrasings, misses)
