"""What people answered: values that survive JSON, and the reference that says whose and which."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

FlowId = NewType("FlowId", str)
ArticleId = NewType("ArticleId", str)
RunId = NewType("RunId", str)

Value = str | int | float | bool | tuple[str, ...]
"""A stored answer. Choice: the choice's id; choices: ids; date: ISO `2027-01-14`; file: sha256 of its bytes;
location: `48.85,2.35` or the place as typed; everything else as its Python type."""


class Owner(StrEnum):
    """Whose answer it is."""

    PERSON = "person"
    ASSOCIATION = "association"


@dataclass(frozen=True, slots=True)
class FieldRef:
    """Which answer: of whom, in which passage through which flow, under which name."""

    owner: Owner
    name: str
    flow: FlowId = FlowId("")
    """Empty for a profile field (`person.role`), which every flow shares."""
    run: RunId = RunId("")
    """Empty for a profile field."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that a person handed in, already kept under the data folder."""

    sha256: str
    name: str
    media_type: str
    size: int
    """Bytes, at most 20 MB (what a bot may download, Bot API `getFile`)."""


@dataclass(frozen=True, slots=True)
class Task:
    """A thing to do on a person's or an association's road map."""

    id: str
    """Authored id such as `p1-t1`; one open task per id and owner."""
    title: str
    due: datetime | None
    """Aware; when it should be done."""
    owner: Owner = Owner.ASSOCIATION
    done: bool = False
