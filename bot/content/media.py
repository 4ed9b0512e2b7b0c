"""Pictures and files beside the flows: their hashes and media types."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from bot.content.problem import NBSP, Problem
from bot.model.message import AttachedFile

MAX_BYTES = 10 * 1024 * 1024
"""A bot may send a photo of 10 MB (Bot API, sendPhoto)."""

MEDIA_TYPES: Mapping[str, str] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Ending -> media type. Not the system's table, which differs from machine to machine."""


def read_media(flows: Path) -> tuple[Mapping[str, AttachedFile], Mapping[str, Path], tuple[Problem, ...]]:
    """Files below `flows/media/` by their path below `flows/`, where each hash lies, and what is wrong."""
    media: dict[str, AttachedFile] = {}
    places: dict[str, Path] = {}
    problems: list[Problem] = []
    for file in sorted((flows / "media").rglob("[!.]*")):
        if not file.is_file():
            continue
        name = file.relative_to(flows).as_posix()
        if file.suffix.lower() not in MEDIA_TYPES:
            known = ", ".join(MEDIA_TYPES)
            problems.append(
                Problem(f"flows/{name}", 1, 1, "media-type", f"sorte de fichier inconnue{NBSP}: {known}")
            )
        elif file.stat().st_size > MAX_BYTES:
            problems.append(Problem(f"flows/{name}", 1, 1, "too-large", f"fichier de plus de 10{NBSP}Mo"))
        else:
            sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
            media[name] = AttachedFile(file.name, MEDIA_TYPES[file.suffix.lower()], sha256)
            places[sha256] = file
    return media, places, tuple(problems)
