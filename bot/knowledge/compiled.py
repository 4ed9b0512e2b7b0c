"""An index kept in a file, so that a start need not build it again.

One uncompressed archive of plain arrays and one JSON text; nothing in it can run. A file that is missing,
damaged, or of other entries, words or code is built again without a word: it only ever saves time.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import rapidfuzz
from numpy.typing import NDArray

from bot.knowledge.confidence import Confidence
from bot.knowledge.entry import Entry, base_digest
from bot.knowledge.grams import GramTable
from bot.knowledge.index import Index, build_index
from bot.knowledge.kept import UNREADABLE, files_digest, keep
from bot.knowledge.pairs import PairTable
from bot.knowledge.scorer import Scorer
from bot.knowledge.text import Reader
from bot.knowledge.tokens import TokenTable

if TYPE_CHECKING:
    from bot.knowledge.article import Words

FILE = "index.npz"
"""Name of the file in the cache folder."""

Arrays = dict[str, NDArray[Any]]


def cached_index(articles: Iterable[Entry], words: "Words | None", folder: Path) -> Index:
    """The index of a base, from `folder` if it lies there; else it is built and put there if possible."""
    from bot.knowledge.article import Words  # pydantic: see `kept_index`

    entries, known = tuple(articles), words or Words()
    digest = base_digest(entries, known)
    index = kept_index(digest, folder)
    if index is None:
        index = build_index(entries, known)
        keep_index(index, digest, folder)
    return index


def kept_index(digest: str, folder: Path) -> Index | None:
    """The index of the base with that `base_digest`, if it lies in `folder`."""
    with suppress(*UNREADABLE):
        return _read(folder / FILE, _key(digest))
    return None


def is_kept(digest: str, folder: Path) -> bool:
    """Whether `kept_index` would find it, as far as the beginning of the file tells."""
    with suppress(*UNREADABLE), np.load(folder / FILE, allow_pickle=False) as archive:
        return bool(json.loads(archive["head"].tobytes())["key"] == _key(digest))
    return False


def keep_index(index: Index, digest: str, folder: Path) -> None:
    """Put the index of the base with that `base_digest` into `folder`, if that can be."""

    def write(file: BinaryIO) -> None:
        np.savez(file, allow_pickle=False, **_arrays(_key(digest), index))

    keep(folder, FILE, write)


def index_key(entries: Iterable[Entry], words: "Words") -> str:
    """Changes with whatever the index depends on: entries, word lists, the code of this package."""
    return _key(base_digest(entries, words))


def _key(digest: str) -> str:
    code = files_digest(sorted(Path(__file__).parent.glob("*.py")))
    written = f"{digest} {code} {rapidfuzz.__version__} {np.__version__}"
    return hashlib.sha256(written.encode()).hexdigest()


def _read(path: Path, key: str) -> Index:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        head = json.loads(archive["head"].tobytes())
        if head["key"] != key:
            raise ValueError("another base")
        arrays: Arrays = {name: archive[name] for name in archive.files if name != "head"}
    roots = dict(zip(head["roots"], range(len(head["roots"])), strict=True))
    return Index(
        ids=tuple(head["ids"]),
        redirects=frozenset(head["redirects"]),
        texts=tuple(head["texts"]),
        scorer=Scorer(
            reader=_reader(head["reader"]),
            owners=arrays["owners"],
            starts=arrays["starts"],
            grams=GramTable(
                keys=arrays["gram_keys"],
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
                roots=dict(zip(head["pair_roots"], range(len(head["pair_roots"])), strict=True)),
                keys=arrays["pair_keys"],
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


def _reader(kept: dict[str, Any]) -> Reader:
    return Reader(
        abbreviations={short: tuple(meant) for short, meant in kept["abbreviations"].items()},
        concepts={tuple(phrase): tuple(names) for phrase, names in kept["concepts"]},
        longest=kept["longest"],
        stop=frozenset(kept["stop"]),
        known=frozenset(kept["known"]),
    )


def _arrays(key: str, index: Index) -> Arrays:
    scorer, grams, tokens = index.scorer, index.scorer.grams, index.scorer.tokens
    reader, pairs, limits = scorer.reader, scorer.pairs, index.confidence
    head = {
        "key": key,
        "ids": index.ids,
        "redirects": sorted(index.redirects),
        "texts": index.texts,
        "reader": {
            "abbreviations": reader.abbreviations,
            "concepts": list(reader.concepts.items()),
            "longest": reader.longest,
            "stop": sorted(reader.stop),
            "known": sorted(reader.known),
        },
        "gram_unseen": grams.unseen,
        "roots": list(tokens.rows),
        "token_unseen": tokens.unseen,
        "vocabulary": tokens.vocabulary,
        "pair_roots": list(pairs.roots),
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
        "gram_keys": grams.keys,
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
        "pair_keys": pairs.keys,
        "pair_idf": pairs.idf,
        "pair_starts": pairs.starts,
        "pair_entries": pairs.entries,
        "pair_weights": pairs.weights,
        "pair_norms": pairs.norms,
    }
