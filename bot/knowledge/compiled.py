"""An index kept in a file, so that a start need not build it again.

One uncompressed archive of plain arrays and one JSON text; nothing in it can run. A file that is missing,
damaged, or of other entries, words or code is built again without a word: it only ever saves time.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import rapidfuzz
from numpy.typing import NDArray

from bot.knowledge.article import Words
from bot.knowledge.confidence import Confidence
from bot.knowledge.grams import GramTable
from bot.knowledge.index import Entry, Index, build_index, phrasings_of
from bot.knowledge.pairs import PairTable
from bot.knowledge.scorer import Scorer
from bot.knowledge.text import reader_of
from bot.knowledge.tokens import TokenTable

FILE = "index.npz"
"""Name of the file in the cache folder."""

Arrays = dict[str, NDArray[Any]]
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


def cached_index(articles: Iterable[Entry], words: Words | None, folder: Path) -> Index:
    """The index of a base, from `folder` if it lies there; else it is built and put there if possible."""
    entries, known = tuple(articles), words or Words()
    key = index_key(entries, known)
    with suppress(*_UNREADABLE):
        return _read(folder / FILE, key, known)
    index = build_index(entries, known)
    with suppress(OSError):
        _write(folder, key, index)
    return index


def index_key(entries: Iterable[Entry], words: Words) -> str:
    """Changes with whatever the index depends on: entries, word lists, the code of this package."""
    content = [words.model_dump(), [(entry.id, entry.kind, phrasings_of(entry)) for entry in entries]]
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode())
    digest.update(f"{rapidfuzz.__version__} {np.__version__}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path, key: str, words: Words) -> Index:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        head = json.loads(archive["head"].tobytes())
        if head["key"] != key:
            raise ValueError("another base")
        arrays: Arrays = {name: archive[name] for name in archive.files}
    roots = dict(zip(head["roots"], range(len(head["roots"])), strict=True))
    return Index(
        ids=tuple(head["ids"]),
        redirects=frozenset(head["redirects"]),
        texts=tuple(head["texts"]),
        scorer=Scorer(
            reader=reader_of(words, frozenset(head["known"])),
            owners=arrays["owners"],
            starts=arrays["starts"],
            grams=GramTable(
                ids=dict(zip(head["grams"], range(len(head["grams"])), strict=True)),
                idf=arrays["gram_idf"],
                unseen=head["gram_unseen"],
                starts=arrays["gram_starts"],
                phrasings=arrays["gram_phrasings"],
                weights=arrays["gram_weights"],
                owners=arrays["owners"],
                centroids=arrays["centroids"],
            ),
            tokens=TokenTable(
                idf=dict(zip(roots, arrays["token_idf"].tolist(), strict=True)),
                unseen=head["token_unseen"],
                rows=roots,
                starts=arrays["token_starts"],
                entries=arrays["token_entries"],
                weights=arrays["token_weights"],
                norms=arrays["norms"],
                vocabulary=tuple(head["vocabulary"]),
            ),
            pairs=PairTable(
                rows=dict(zip(head["pairs"], range(len(head["pairs"])), strict=True)),
                idf=arrays["pair_idf"],
                unseen=head["pair_unseen"],
                starts=arrays["pair_starts"],
                entries=arrays["pair_entries"],
                weights=arrays["pair_weights"],
                norms=arrays["pair_norms"],
            ),
        ),
        confidence=Confidence(**head["confidence"] | {"slopes": tuple(head["confidence"]["slopes"])}),
    )


def _write(folder: Path, key: str, index: Index) -> None:
    """All or nothing, readable by its owner only: phrasings may quote people of the association."""
    folder.mkdir(mode=0o700, exist_ok=True)  # without parents: a short command makes no data folder
    handle, name = tempfile.mkstemp(dir=folder, prefix=".index-")  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **_arrays(key, index))
        os.replace(name, folder / FILE)
    except BaseException:
        os.unlink(name)
        raise


def _arrays(key: str, index: Index) -> Arrays:
    scorer, grams, tokens = index.scorer, index.scorer.grams, index.scorer.tokens
    pairs, limits = scorer.pairs, index.confidence
    head = {
        "key": key,
        "ids": index.ids,
        "redirects": sorted(index.redirects),
        "texts": index.texts,
        "known": sorted(scorer.reader.known),
        "grams": list(grams.ids),
        "gram_unseen": grams.unseen,
        "roots": list(tokens.rows),
        "token_unseen": tokens.unseen,
        "vocabulary": tokens.vocabulary,
        "pairs": list(pairs.rows),
        "pair_unseen": pairs.unseen,
        "confidence": {
            "bias": limits.bias,
            "slopes": limits.slopes,
            "answer": limits.answer,
            "suggest": limits.suggest,
        },
    }
    return {
        "head": np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8),
        "owners": scorer.owners,
        "starts": scorer.starts,
        "gram_idf": grams.idf,
        "gram_starts": grams.starts,
        "gram_phrasings": grams.phrasings,
        "gram_weights": grams.weights,
        "centroids": grams.centroids,
        "token_idf": np.array([tokens.idf[root] for root in tokens.rows], dtype=np.float64),
        "token_starts": tokens.starts,
        "token_entries": tokens.entries,
        "token_weights": tokens.weights,
        "norms": tokens.norms,
        "pair_idf": pairs.idf,
        "pair_starts": pairs.starts,
        "pair_entries": pairs.entries,
        "pair_weights": pairs.weights,
        "pair_norms": pairs.norms,
    }
