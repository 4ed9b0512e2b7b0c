"""A content folder as the Library that the dialogue works with."""

from pathlib import Path

from bot.content.load import Loaded, load_library
from bot.content.problem import Problem
from bot.dialogue.library import Deferred, Library
from bot.knowledge.compiled import cached_index
from bot.knowledge.index import Index, build_index


class ContentBroken(Exception):
    """The folder has errors; `problems` are all of them."""

    def __init__(self, folder: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join([f"the content in {folder} has errors:", *map(str, problems)]))
        self.problems = problems


def open_library(folder: Path, cache: Path | None = None) -> Library:
    """Read a folder and build its index; ContentBroken with every error at once.

    `cache`: a folder where the index is kept between two starts.
    """
    return build_library(folder, load_library(folder), cache)


def build_library(folder: Path, loaded: Loaded, cache: Path | None = None) -> Library:
    """The library of what was loaded, its index built at the first use; ContentBroken if it has errors."""
    if loaded.shelf is None or loaded.fingerprint is None:
        raise ContentBroken(folder, tuple(found for found in loaded.problems if found.severity == "error"))
    articles, words = tuple(loaded.shelf.articles.values()), loaded.words

    def build() -> Index:
        return build_index(articles, words) if cache is None else cached_index(articles, words, cache)

    return Library(loaded.shelf, Deferred(build), loaded.words, loaded.fingerprint)
