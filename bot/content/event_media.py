"""The picture and the paper of an event's file: read from beside it, with every problem at its place."""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePath

from bot.content.document import Document
from bot.content.media import MAX_BYTES, MEDIA_TYPES
from bot.content.problem import NBSP, Problem, quote
from bot.events.event import EventFile, EventMedium
from bot.model.message import AttachedFile

PICTURES = {
    ending: kind for ending, kind in MEDIA_TYPES.items() if kind in ("image/png", "image/jpeg", "image/webp")
}
"""Endings of what is shown as a picture."""

KINDS = {"picture": ("picture", PICTURES), "attachment": ("paper", MEDIA_TYPES)}
"""Key of the file -> field of the event, and what it may be."""


def read_media(
    written: EventFile, document: Document, folder: Path | None
) -> tuple[dict[str, tuple[AttachedFile, bytes]], tuple[Problem, ...]]:
    """Field of the event -> the file and its bytes, and what cannot be had."""
    found: dict[str, tuple[AttachedFile, bytes]] = {}
    problems = list[Problem]()
    for key, (name, types) in KINDS.items():
        medium: EventMedium | None = getattr(written, key)
        if medium is None:
            continue
        content, wrong = _read(medium.file, types, folder)
        if content is None:
            problems.append(document.problem("media", wrong, (key, "file")))
            continue
        path = PurePath(medium.file)
        sha256 = hashlib.sha256(content).hexdigest()
        file = AttachedFile(path.name, types[path.suffix.lower()], sha256, medium.alt.strip())
        found[name] = (file, content)
    return found, tuple(problems)


def _read(file: str, types: Mapping[str, str], folder: Path | None) -> tuple[bytes | None, str]:
    """The bytes, or why there are none."""
    if PurePath(file).suffix.lower() not in types:
        return None, f"{quote(file)}{NBSP}: cette sorte de fichier ne va pas ici, mais {', '.join(types)}"
    if folder is None:
        return None, f"{quote(file)}{NBSP}: ce fichier ne peut pas être lu d'ici"
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        return None, f"{quote(file)}{NBSP}: ce fichier ne peut pas être lu ({error.strerror})"
    if len(content) > MAX_BYTES:
        return None, f"{quote(file)}{NBSP}: ce fichier fait plus de 10{NBSP}Mo"
    return content, ""
