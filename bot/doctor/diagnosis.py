"""What one check of `alliances doctor` says, and how all of them are shown."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]
"""A note is worth knowing and stops nothing."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One check: how it stands, and the way out where it does not stand well."""

    name: str
    """What was looked at, at most 14 signs."""
    state: State
    what: str
    """What was found, one line."""
    way_out: str = ""
    """What to do; empty if there is nothing to be done."""


def as_text(found: Sequence[Diagnosis]) -> str:
    """A table for people, a line each, the way out below it, and the count at the end."""
    lines = []
    for one in found:
        lines.append(f"{one.state:<7}  {one.name:<14}  {one.what}".rstrip())
        if one.way_out:
            lines.append(f"{'':<25}  → {one.way_out}")
    counts = {state: sum(one.state == state for one in found) for state in ("ok", "note", "problem")}
    told = [f"{counts['ok']} well", _count(counts["note"], "note"), _count(counts["problem"], "problem")]
    return "\n".join([*lines, "", ", ".join(told)])


def as_json(found: Sequence[Diagnosis]) -> str:
    """A list of objects, for programs."""
    return json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
