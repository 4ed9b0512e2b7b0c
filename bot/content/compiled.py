"""Checked content kept in a file, so that a start neither parses nor checks what did not change.

A line of JSON (what it is of, and the hash of the rest), then the content as JSON: nothing in it can run. A
file that is missing, damaged, foreign, or of other authored files, code or versions is never used.
"""

import hashlib
import json
import logging
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bot.knowledge.entry import base_digest
from bot.knowledge.kept import files_digest, keep
from bot.shipped import ROOMS, shipped_content

if TYPE_CHECKING:  # what content is made of is imported when some is read: `alliances match` needs none
    from bot.flows.shelf import Shelf
    from bot.knowledge.article import Words

log = logging.getLogger(__name__)

FILE = "content.json"
"""Name of the file in the cache folder."""

PACKAGE = Path(__file__).parent.parent
"""Where our code lies."""

_CODE = ("content", "flows", "knowledge", "markup", "model")
"""Packages of which reading and checking are made."""
_VENDORS = ("pydantic", "yaml", "markdown_it")
"""Packages that reading and checking stand on."""
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Content:
    """A content folder without an error, as a running assistant needs it: no positions, no trees."""

    shelf: "Shelf"
    words: "Words"
    fingerprint: str
    """Hash of every authored file."""

    def media_files(self, folder: Path) -> Mapping[str, Path]:
        """sha256 of an authored picture or file -> where its bytes lie now."""
        return {file.sha256: folder / "flows" / name for name, file in self.shelf.media.items()}


def content_key(folder: Path, *, code: Path = PACKAGE) -> str | None:
    """Changes with the name or the bytes of any authored file, with our code, and with what it stands on.

    None if a file cannot be read: then nothing is kept. Times and places of files do not count.
    """
    with suppress(OSError):
        roots = dict.fromkeys(
            (folder, shipped_content())
        )  # phrases and word lists may be borrowed from there
        named = [(path.relative_to(root).as_posix(), path) for root in roots for path in _authored(root)]
        content = files_digest(path for _, path in named)
        ours = files_digest(_code(code))
        written = [[name for name, _ in named], content, ours, platform.python_version()]
        return hashlib.sha256(json.dumps(written).encode()).hexdigest()
    return None


def kept_content(key: str, folder: Path) -> Content | None:
    """The content of that `content_key`, if it lies in the cache folder."""
    from bot.content.packing import unpacker
    from bot.flows.shelf import Shelf
    from bot.knowledge.article import Words

    with suppress(*_UNREADABLE):
        _, body = _read(folder / FILE, key)
        shelf, words, fingerprint = unpacker()(json.loads(body))
        if isinstance(shelf, Shelf) and isinstance(words, Words) and isinstance(fingerprint, str):
            return Content(shelf, words, fingerprint)
    return None


def kept_base(key: str, folder: Path) -> str | None:
    """The `base_digest` of that content: by it, its index is found without the content itself."""
    with suppress(*_UNREADABLE):
        head, _ = _read(folder / FILE, key)
        return str(head["base"])
    return None


def keep_content(content: Content, key: str, folder: Path) -> None:
    """Put the content into the cache folder, if that can be."""
    from bot.content.packing import NotPackable, pack

    try:
        packed = pack((content.shelf, content.words, content.fingerprint))
    except NotPackable as error:
        log.warning("content_not_kept", extra={"class": str(error)})
        return
    body = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()
    base = base_digest(content.shelf.articles.values(), content.words)
    head = {"key": key, "base": base, "whole": seal(key, base, body)}
    keep(folder, FILE, lambda file: file.write(json.dumps(head).encode() + b"\n" + body))


def _read(path: Path, key: str) -> tuple[Mapping[str, str], bytes]:
    """Head and body of the file; ValueError if it is another content's, or damaged."""
    line, _, body = path.read_bytes().partition(b"\n")
    head = json.loads(line)
    if head["key"] != key or head["whole"] != seal(key, head["base"], body):
        raise ValueError("other content")
    return head, body


def seal(key: str, base: str, body: bytes) -> str:
    """What the head of a whole file carries: a sign that changed anywhere breaks it."""
    return hashlib.sha256(f"{key} {base} ".encode() + body).hexdigest()


def _authored(folder: Path) -> Iterator[Path]:
    """Every file of a content folder: more than is read, so that nothing that is read can be missing."""
    for room in ROOMS:
        yield from (path for path in sorted((folder / room).rglob("*")) if path.is_file())


def _code(package: Path) -> Iterator[Path]:
    for room in _CODE:
        yield from (path for path in sorted((package / room).rglob("*")) if path.suffix in (".py", ".csv"))
    for name in _VENDORS:  # the files that hold their version: importing them would take longer than all this
        spec = find_spec(name)
        if spec is not None and spec.origin:
            named = (Path(spec.origin).with_name(file) for file in ("__init__.py", "version.py"))
            yield from (path for path in named if path.is_file())
