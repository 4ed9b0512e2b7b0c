"""All authored content as one immutable snapshot, with its fingerprint."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from bot.flows.shelf import Shelf
from bot.knowledge.article import Words

if TYPE_CHECKING:  # numpy: loaded with the first index
    from bot.knowledge.index import Index


class Deferred:
    """An index that is built when it is first asked for, once, whichever thread asks."""

    def __init__(self, build: "Callable[[], Index]") -> None:
        self._build = build
        self._lock = Lock()
        self._index: Index | None = None

    def __call__(self) -> "Index":
        """The index; the first call takes as long as building it does."""
        with self._lock:
            if self._index is None:
                self._index = self._build()
            return self._index


@dataclass(frozen=True, slots=True)
class Library:
    """What a decision looks things up in; a reload makes a new one."""

    shelf: Shelf
    searched: "Index | Deferred"
    """The index of the knowledge base, or what will build it."""
    words: Words
    fingerprint: str
    """Hash of every authored file: the library's revision."""

    @property
    def index(self) -> "Index":
        """The index of the knowledge base; the first use of a deferred one takes a second."""
        return self.searched() if isinstance(self.searched, Deferred) else self.searched
