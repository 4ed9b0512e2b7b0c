"""The extra `semantic`: whether questions are compared by meaning too."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.doctor.diagnosis import Diagnosis
from bot.doctor.diagnosis import State as Standing
from bot.knowledge.semantic import Kind, semantic_state

STANDING: Mapping[Kind, tuple[Standing, str]] = {
    "ready": ("ok", ""),
    "off": ("note", "take that setting out to compare by meaning too"),
    "absent": ("ok", ""),
    "broken": (
        "note",
        "questions are compared by their words meanwhile; install the extra again, or leave it out",
    ),
}
"""The extra is one: without it everything works, so it is never a problem."""


def meaning(cache: Path, *, wanted: bool = True) -> Iterator[Diagnosis]:
    """Try the model where it is installed."""
    found = semantic_state(cache, wanted=wanted)
    state, way_out = STANDING[found.kind]
    yield Diagnosis("semantic", state, f"{found.kind}: {found.reason}", way_out)
