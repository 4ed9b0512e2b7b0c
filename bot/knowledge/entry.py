"""What an index is made of, and a digest of it. No numpy here: the content is kept without an index too."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.knowledge.article import Kind, Words


class Entry(Protocol):
    """What is indexed: an `Article`, or a line of a collection."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> "Kind": ...
    @property
    def question(self) -> str: ...
    @property
    def phrasings(self) -> Sequence[str]: ...
    @property
    def keywords(self) -> Sequence[str]: ...


def phrasings_of(entry: Entry) -> list[str]:
    """What is indexed of an entry: its question, its phrasings, and its keywords as one more."""
    keywords = [" ".join(entry.keywords)] if entry.keywords else []
    return [entry.question, *entry.phrasings, *keywords]


def base_digest(entries: Iterable[Entry], words: "Words") -> str:
    """Changes with whatever of a base its index depends on: what is indexed, and the word lists."""
    lists = [dict(words.acronyms), words.synonyms, dict(words.sms), words.stop]
    content = [lists, [(entry.id, entry.kind, phrasings_of(entry)) for entry in entries]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
