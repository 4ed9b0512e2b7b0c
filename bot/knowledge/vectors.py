"""Vectors of meaning kept in the cache folder by the hash of their text, with what was fitted on them.

One archive of plain arrays and one JSON text; nothing in it can run. A file that is missing, damaged, or of
another model is made again without a word.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import Singles
from bot.knowledge.confidence import Confidence
from bot.knowledge.embedding import DIMENSIONS, MAX_CHARACTERS, Embedder, wrong_vectors
from bot.knowledge.kept import UNREADABLE, keep
from bot.knowledge.meaning import MeaningTable, place
from bot.knowledge.meant import Meaning

FILE = "meaning.npz"
"""Name of the file of the shipped base in the cache folder."""

COLLECTION = "meaning-{}.npz"
"""Name of the file of another collection."""

MOST_COLLECTIONS = 4
"""Collections whose vectors are kept; of more, those written last."""

KEEP_EVERY = 256
"""Texts after which new vectors are kept: a long embedding that is stopped goes on from there."""

_HASH = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where the vectors of one base are kept."""

    folder: Path
    name: str = FILE


def collection_place(folder: Path, path: Path) -> Place:
    """Where those of the collection in the file `path` are kept."""
    return Place(folder, COLLECTION.format(hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]))


def embedded(texts: Sequence[str], at: Place | None, embedder: Embedder) -> Singles:
    """A vector for each text: those that are kept, and new ones, kept too. ValueError if the model fails."""
    known = _kept(at, embedder) if at is not None else {}
    missing = list(dict.fromkeys(text for text in texts if _hash(text) not in known))
    for start in range(0, len(missing), KEEP_EVERY):
        part = missing[start : start + KEEP_EVERY]
        found = embedder.embed(part)
        if wrong := wrong_vectors(found):
            raise ValueError(wrong)
        known.update(
            (_hash(text), vector) for text, vector in zip(part, found.astype(np.float16), strict=True)
        )
        if at is not None:
            hashes, vectors = list(known), list(known.values())
            _write(at, _arrays({"key": "", "model": _model(embedder)}, hashes, np.stack(vectors)))
    found = (
        np.stack([known[_hash(text)] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float16)
    )
    return found.astype(np.float32)


def keep_meaning(at: Place, key: str, texts: Sequence[str], vectors: Singles, meaning: Meaning) -> None:
    """Keep what was fitted on the vectors of `texts`, of which those of the phrasings come first."""
    head = {
        "key": key,
        "model": _model(meaning.embedder),
        "weight": meaning.weight,
        "confidence": asdict(meaning.confidence),
    }
    table = meaning.table
    fitted = {"mean": table.mean, "whitening": table.whitening, "heads": table.heads}
    _write(at, _arrays(head, [_hash(text) for text in texts], vectors.astype(np.float16)) | fitted)
    if at.name != FILE:
        _forget_oldest(at.folder)


def kept_meaning(
    at: Place, key: str, starts: NDArray[np.int64], phrasings: int, embedder: Embedder
) -> Meaning | None:
    """What was kept with that key; `starts`: first phrasing of each entry; `phrasings`: their number."""
    with suppress(*UNREADABLE), _opened(at) as archive:
        head = json.loads(archive["head"].tobytes())
        if head["key"] == key and head["model"] == _model(embedder):
            mean, whitening, heads = (archive[name] for name in ("mean", "whitening", "heads"))
            vectors = archive["vectors"][:phrasings].astype(np.float32)
            fitted = Confidence(**head["confidence"] | {"slopes": tuple(head["confidence"]["slopes"])})
            table = MeaningTable(mean, whitening, place(vectors, mean, whitening), starts, heads)
            return Meaning(table, embedder, float(head["weight"]), fitted)
    return None


def _kept(at: Place, embedder: Embedder) -> dict[bytes, NDArray[np.float16]]:
    with suppress(*UNREADABLE), _opened(at) as archive:
        head = json.loads(archive["head"].tobytes())
        vectors, hashes = archive["vectors"], archive["hashes"].tobytes()
        sound = vectors.shape == (len(hashes) // _HASH, DIMENSIONS) and vectors.dtype == np.float16
        if head["model"] == _model(embedder) and sound and np.isfinite(vectors).all():
            return dict(zip(_split(hashes), vectors, strict=True))
    return {}


@contextmanager
def _opened(at: Place) -> Iterator[Any]:
    # Opened here: numpy leaves a damaged file open that it was given by name.
    with (at.folder / at.name).open("rb") as file, np.load(file, allow_pickle=False) as archive:
        yield archive


def _arrays(head: dict[str, Any], hashes: Sequence[bytes], vectors: NDArray[np.float16]) -> dict[str, Any]:
    return {
        "head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
        "hashes": np.frombuffer(b"".join(hashes), dtype=np.uint8),
        "vectors": vectors,
    }


def _write(at: Place, arrays: dict[str, Any]) -> None:
    def write(file: BinaryIO) -> None:
        np.savez(file, allow_pickle=False, **arrays)

    keep(at.folder, at.name, write)


def _forget_oldest(folder: Path) -> None:
    with suppress(OSError):
        found = sorted(folder.glob(COLLECTION.format("*")), key=lambda path: -path.stat().st_mtime_ns)
        for path in found[MOST_COLLECTIONS:]:
            path.unlink()


def _model(embedder: Embedder) -> str:
    return f"{embedder.version} {MAX_CHARACTERS}"


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()[:_HASH]


def _split(hashes: bytes) -> Iterator[bytes]:
    return (hashes[start : start + _HASH] for start in range(0, len(hashes), _HASH))
