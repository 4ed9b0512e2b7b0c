"""All authored content as one immutable snapshot, with its fingerprint."""

from dataclasses import dataclass

from bot.flows.shelf import Shelf
from bot.knowledge.article import Words
from bot.knowledge.index import Index


@dataclass(frozen=True, slots=True)
class Library:
    """What a decision looks things up in; a reload makes a new one."""

    shelf: Shelf
    index: Index
    words: Words
    fingerprint: str
    """Hash of every authored file: the library's revision."""
