"""A content folder as the Library that the dialogue works with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.compiled import Content, content_key, keep_content, kept_base, kept_content
from bot.content.problem import Problem

if TYPE_CHECKING:  # each is imported when it is needed: a short command rarely needs them all
    from bot.content.load import Loaded
    from bot.dialogue.library import Library
    from bot.knowledge.index import Index
    from bot.knowledge.semantic import Depth


TRIED = "semantic.json"
"""File in the cache folder that says how the trial of the extra ended: `knowledge.semantic.FILE`."""


class ContentBroken(Exception):
    """The folder has errors; `problems` are all of them."""

    def __init__(self, folder: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join([f"the content in {folder} has errors:", *map(str, problems)]))
        self.problems = problems


def open_library(folder: Path, cache: Path | None = None, depth: "Depth" = "words") -> "Library":
    """Read a folder and build its index at the first use; ContentBroken with every error at once.

    `cache`: a folder where the checked content and the index are kept between two starts; `depth`: whether
    the index compares by meaning too.
    """
    return library_of(read_content(folder, cache), cache, depth)


def open_index(folder: Path, cache: Path | None = None, depth: "Depth" = "words") -> "Index":
    """Only the index of a folder: where it is kept, neither the content nor what it is made of is loaded."""
    if depth != "words":
        from bot.knowledge.embedding import installed

        depth = depth if installed() else "words"
    key = content_key(folder) if cache is not None and depth == "words" else None
    if cache is not None and key is not None and (base := kept_base(key, cache)):
        from bot.knowledge.compiled import kept_index

        if (index := kept_index(base, cache)) is not None:
            return index
    return open_library(folder, cache, depth).index


def read_content(folder: Path, cache: Path | None = None) -> Content:
    """The checked content of a folder, from `cache` if it lies there; ContentBroken with every error."""
    key = content_key(folder) if cache is not None else None
    if cache is not None and key is not None and (kept := kept_content(key, cache)):
        return kept
    from bot.content.load import load_library

    content = _whole(folder, load_library(folder))
    # A file that changed while it was read would be kept under the name of what it was before.
    if cache is not None and key is not None and content_key(folder) == key:
        keep_content(content, key, cache)
    return content


def build_library(folder: Path, loaded: "Loaded", cache: Path | None = None) -> "Library":
    """The library of what was loaded, its index built at the first use; ContentBroken if it has errors."""
    return library_of(_whole(folder, loaded), cache)


def library_of(content: Content, cache: Path | None = None, depth: "Depth" = "words") -> "Library":
    """The library of checked content."""
    from bot.dialogue.library import Deferred, Library

    articles, words = tuple(content.shelf.articles.values()), content.words

    def build() -> "Index":
        if cache is None:
            from bot.knowledge.index import build_index

            return build_index(articles, words)
        from bot.knowledge.compiled import cached_index

        return cached_index(articles, words, cache)

    def build_deep() -> "Index":
        return deeper_index(build(), [article.answer for article in articles], cache, depth)

    searched = Deferred(build if depth == "words" else build_deep)
    return Library(content.shelf, searched, content.words, content.fingerprint)


def deeper(library: "Library", cache: Path) -> "Library | None":
    """The library with an index that compares by meaning too; None if that is not prepared, or cannot be."""
    answers = [article.answer for article in library.shelf.articles.values()]
    index = deeper_index(library.index, answers, cache, "kept")
    return replace(library, searched=index) if index.meaning is not None else None


def deeper_index(index: "Index", answers: Sequence[str], cache: Path | None, depth: "Depth") -> "Index":
    """The index of the shipped base, comparing by meaning too if that can be."""
    if depth == "kept" and (cache is None or not (cache / TRIED).exists()):
        return index  # nothing is prepared: a short command does not even import what would say so
    from bot.knowledge.semantic import deepened
    from bot.knowledge.vectors import Place

    return deepened(index, answers, Place(cache) if cache is not None else None, depth=depth)


def _whole(folder: Path, loaded: "Loaded") -> Content:
    if loaded.shelf is None or loaded.fingerprint is None:
        raise ContentBroken(folder, tuple(found for found in loaded.problems if found.severity == "error"))
    return Content(loaded.shelf, loaded.words, loaded.fingerprint)
