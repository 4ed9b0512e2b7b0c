"""Questions that were not answered well, grouped by likeness: what people ask, and how often.

Pure. The comparison is the matcher's (its reading, stems, character grams, each weighed as on the base), with
the entry that came first as a weak hint. A question joins the group to which it is nearest on average, in
the order of asking, and looks only at those before it: what comes later moves nobody.
"""

import math
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.knowledge.arrays import Singles
from bot.knowledge.ask import Verdict, ask
from bot.knowledge.grams import GramTable, gram_keys, grams
from bot.knowledge.index import Index, Match
from bot.knowledge.text import Reading, fold, split_words
from bot.knowledge.tokens import CONCEPT_WEIGHT, stems
from bot.model.misses import MASKS, Missed, MissState

WEIGHTS = {"grams": 0.4, "stems": 0.4, "first guess": 0.2}
"""What likeness is made of; 1 in all."""

ALIKE = 0.44
"""Mean likeness to a group from which a question belongs to it.

By `agreement` on the 1,025 labelled messages as if all were misses: of two in one group the same entry is
right in 75 % (0.36: 63 %, 0.48: 79 %), of two of one entry 20 % are in one group (26 %, 16 %), though they
were written to differ. Where the base has no entry and the hint misleads: 50 % and 12 %.
"""

OPEN: tuple[MissState, ...] = ("open",)

EXAMPLES = 5
"""Different wordings that stand for a group."""

MOST_PHRASINGS = 8
"""Phrasings of one proposal: more of one kind would outweigh what the entry has."""

LONGEST_PHRASING = 200
"""Characters of a phrasing; a longer story is none."""

_COLUMNS = 2048
"""Width of the hashed vectors: two strangers look alike by 0.02 at most, and 2,000 rows take 16 MB."""

_SIGN = 1 << 20


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same, as far as words tell."""

    id: int
    """Its oldest question, whatever became of that one: it stays the same while questions come and go."""
    rows: tuple[Missed, ...]
    """Those that were looked for, the most typical first."""
    ids: frozenset[int]
    """All that belong to it, in every state."""

    @property
    def row_ids(self) -> tuple[int, ...]:
        """Those that were looked for, the oldest first."""
        return tuple(sorted(row.id for row in self.rows))

    @property
    def title(self) -> str:
        """Its most typical wording."""
        return self.rows[0].text

    @property
    def examples(self) -> tuple[str, ...]:
        """Different wordings, the most typical first."""
        return wordings(self.rows)[:EXAMPLES]

    @property
    def days(self) -> tuple[str, str]:
        """ISO dates of the first and the last time."""
        days = [row.day for row in self.rows]
        return min(days), max(days)

    @property
    def verdicts(self) -> Mapping[str, int]:
        """Verdict -> how often, commonest first."""
        counts = Counter(row.verdict for row in self.rows)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def wordings(rows: Iterable[Missed]) -> tuple[str, ...]:
    """The texts that differ in more than case, accents and signs, in their order."""
    different: dict[str, str] = {}
    for row in rows:
        different.setdefault(" ".join(split_words(fold(row.text))), row.text)
    return tuple(different.values())


def groups(
    index: Index, misses: Sequence[Missed], *, states: Collection[MissState] = OPEN
) -> tuple[Group, ...]:
    """The groups that have questions in these states, biggest first; half a second for 2,000 questions.

    All questions are grouped, so that a group keeps its name when some of it is settled.
    """
    rows = sorted(misses, key=lambda row: row.id)
    if not rows:
        return ()
    likeness = _likeness(index, rows)
    gathered: dict[int, list[int]] = {}
    for place, label in enumerate(_labels(likeness)):
        gathered.setdefault(label, []).append(place)
    found = []
    for places in gathered.values():
        kept = [place for place in places if rows[place].state in states]
        if kept:
            typical = likeness[np.ix_(kept, kept)].sum(axis=1)
            order = np.argsort(-np.round(typical, 3), kind="stable").tolist()
            members = tuple(rows[kept[one]] for one in order)
            found.append(Group(rows[places[0]].id, members, frozenset(rows[place].id for place in places)))
    return tuple(sorted(found, key=lambda group: (-len(group.rows), group.id)))


def group_with(found: Iterable[Group], id: int) -> Group | None:
    """The group of that name, or to which that question belongs."""
    return next((group for group in found if id in group.ids), None)


def nearest(index: Index, group: Group, limit: int = 3) -> tuple[Match, ...]:
    """The entries nearest to a group: by the mean score over its examples, best first."""
    totals: dict[str, float] = {}
    best: dict[str, Match] = {}
    examples = group.examples
    for text in examples:
        for match in index.search(text, limit=10):
            totals[match.id] = totals.get(match.id, 0.0) + match.score / len(examples)
            if match.id not in best or match.score > best[match.id].score:
                best[match.id] = match
    order = sorted(totals, key=lambda id: (-totals[id], id))[:limit]
    return tuple(Match(id, round(totals[id], 4), best[id].phrasing) for id in order)


def worth_adding(index: Index, rows: Iterable[Missed], entry: str) -> tuple[str, ...]:
    """Wordings that would teach an entry something and can be published: not found yet, nothing masked, no
    story.
    """
    fit = [text for text in wordings(rows) if len(text) <= LONGEST_PHRASING]
    clean = [text for text in fit if not any(mask in text for mask in MASKS)]
    return tuple(text for text in clean if not answers(index, text, entry))[:MOST_PHRASINGS]


def answers(index: Index, text: str, entry: str) -> bool:
    """Whether a text is answered by this entry, or sent on by it, without asking back."""
    finding = ask(index, text)
    if finding.redirect is not None:
        return finding.redirect == entry
    return finding.verdict is Verdict.ANSWER and finding.matches[0].id == entry


def agreement(index: Index, misses: Sequence[Missed], topics: Sequence[str | None]) -> tuple[float, float]:
    """How well groups agree with known topics, by pairs: of two in one group, how often the topic is the
    same; of two of one topic, how often they are in one group. None: a topic of its own.
    """
    labels = np.array(_labels(_likeness(index, misses)))
    named = {topic: number for number, topic in enumerate(dict.fromkeys(topics))}
    own = [named[topic] if topic else -1 - place for place, topic in enumerate(topics)]
    same = np.array(own)[:, None] == np.array(own)[None, :]
    together = labels[:, None] == labels[None, :]
    pairs = np.triu_indices(len(labels), 1)
    both = float((same & together)[pairs].sum())
    return both / max(float(together[pairs].sum()), 1.0), both / max(float(same[pairs].sum()), 1.0)


def _labels(likeness: Singles) -> list[int]:
    """Group of each row, numbered as they appear: the nearest on average among the rows before it."""
    count = len(likeness)
    sums = np.zeros((count, count), dtype=np.float32)
    """Row by group: summed likeness to the members so far."""
    sizes = np.zeros(count, dtype=np.float32)
    labels: list[int] = []
    known = 0
    for row in range(count):
        means = sums[row, :known] / sizes[:known]
        best = int(means.argmax()) if known else 0
        if not known or means[best] < ALIKE:
            best, known = known, known + 1
        labels.append(best)
        sizes[best] += 1
        sums[:, best] += likeness[:, row]
    return labels


def _likeness(index: Index, rows: Sequence[Missed]) -> Singles:
    """Every question with every other, 0 to 1."""
    reader = index.scorer.reader
    vectors = _vectors(index, [reader.read(row.text) for row in rows])
    likeness: Singles = vectors @ vectors.T
    numbers: dict[str, int] = {}
    first = np.array(
        [numbers.setdefault(row.guesses[0], len(numbers)) if row.guesses else -1 for row in rows]
    )
    hinted = (first[:, None] == first[None, :]) & (first >= 0)[:, None]
    likeness += hinted * np.float32(WEIGHTS["first guess"])
    # The last digits depend on how many rows there are, and must not decide.
    rounded: Singles = np.round(likeness, 3)
    return rounded


def _vectors(index: Index, readings: Sequence[Reading]) -> Singles:
    """Grams and stems of each text in one hashed vector, so that a product of two is their likeness."""
    vectors = np.zeros((len(readings), _COLUMNS), dtype=np.float32)
    tokens = index.scorer.tokens
    letters = [Counter(gram for word in reading.words for gram in grams(word)) for reading in readings]
    rarity = _rarity(index.scorer.grams, sorted({gram for counts in letters for gram in counts}))
    for vector, reading, counts in zip(vectors, readings, letters, strict=True):
        _add(vector, counts, rarity, share=WEIGHTS["grams"])
        roots = Counter(stems(reading))
        weights = {
            root: tokens.idf.get(root, tokens.unseen) * (CONCEPT_WEIGHT if root.startswith("=") else 1)
            for root in roots
        }
        _add(vector, roots, weights, share=WEIGHTS["stems"])
    return vectors


def _rarity(table: GramTable, found: Sequence[str]) -> Mapping[str, float]:
    """Weight of each gram as on the base, which knows some of them."""
    typed = gram_keys(found)
    rows = np.minimum(np.searchsorted(table.keys, typed), max(len(table.keys) - 1, 0))
    known = table.keys[rows] == typed if len(table.keys) else np.zeros(len(typed), dtype=bool)
    weights = np.where(known, table.idf[rows], table.unseen) if len(table.keys) else known + table.unseen
    return dict(zip(found, weights.tolist(), strict=True))


def _add(vector: Singles, counts: Mapping[str, int], weights: Mapping[str, float], *, share: float) -> None:
    """Add a bag of parts of length `share` (squared). Python's own `hash` differs from run to run."""
    if not counts:
        return
    hashes = np.array([zlib.crc32(part.encode()) for part in counts], dtype=np.int64)
    values = np.array([(1 + math.log(count)) * weights[part] for part, count in counts.items()])
    values *= math.sqrt(share / float(values @ values)) * np.where(hashes & _SIGN, 1, -1)
    np.add.at(vector, hashes % _COLUMNS, values.astype(np.float32))
