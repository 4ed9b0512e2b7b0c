"""A trial of a whole base on itself: what its authors should know, kept in a file until the base changes.

Each phrasing is asked as if it had not been written, and compared with those of other entries. That takes
seconds, and `alliances check` runs often on flows while the base stands still.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.knowledge.index import Index
from bot.knowledge.kept import keep
from bot.knowledge.measure import LeftOut, leave_out, lost
from bot.knowledge.twins import Place, Twins, find_twins

FILE = "trial.json"
"""Name of the file in the cache folder."""

_UNREADABLE = (OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a base shows of itself."""

    left_out: Sequence[LeftOut]
    twins: Sequence[Twins]

    @property
    def lost(self) -> Mapping[str, int]:
        """Entries that none of their phrasings finds -> 0."""
        return lost(self.left_out)


def try_base(index: Index, key: str, cache: Path | None) -> Trial:
    """The trial of an index; from `cache` if the one with the same `index_key` lies there."""
    if cache is not None:
        with suppress(*_UNREADABLE):
            return _read(cache / FILE, key)
    trial = Trial(leave_out(index), tuple(find_twins(index)))
    if cache is not None:
        keep(cache, FILE, lambda file: _write(file, key, trial))
    return trial


def _read(path: Path, key: str) -> Trial:
    kept: dict[str, Any] = json.loads(path.read_bytes())
    if kept["key"] != key:
        raise ValueError("another base")
    left_out = tuple(LeftOut(text, entry, tuple(found)) for text, entry, found in kept["left_out"])
    twins = tuple(Twins(Place(*first), Place(*second), cosine) for first, second, cosine in kept["twins"])
    return Trial(left_out, twins)


def _write(file: BinaryIO, key: str, trial: Trial) -> None:
    left_out = [[one.text, one.entry, one.found] for one in trial.left_out]
    twins = [[_listed(one.first), _listed(one.second), one.cosine] for one in trial.twins]
    kept = {"key": key, "left_out": left_out, "twins": twins}
    file.write(json.dumps(kept, ensure_ascii=False).encode())


def _listed(place: Place) -> tuple[str, int]:
    return place.entry, place.number
