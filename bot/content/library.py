"""A content folder as the Library that the dialogue works with."""

from pathlib import Path

from bot.content.load import Loaded, load_library
from bot.content.problem import Problem
from bot.dialogue.library import Library
from bot.knowledge.index import build_index


class ContentBroken(Exception):
    """The folder has errors; `problems` are all of them."""

    def __init__(self, folder: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join([f"the content in {folder} has errors:", *map(str, problems)]))
        self.problems = problems


def open_library(folder: Path) -> Library:
    """Read a folder and build its index; ContentBroken with every error at once."""
    return build_library(folder, load_library(folder))


def build_library(folder: Path, loaded: Loaded) -> Library:
    """The library of what was loaded; ContentBroken if it has errors."""
    if loaded.shelf is None or loaded.fingerprint is None:
        raise ContentBroken(folder, tuple(found for found in loaded.problems if found.severity == "error"))
    index = build_index(loaded.shelf.articles.values(), loaded.words)
    return Library(loaded.shelf, index, loaded.words, loaded.fingerprint)
