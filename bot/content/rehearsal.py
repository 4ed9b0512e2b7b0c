"""`alliances test`: plays conversation tests on the real engine; says what differs and what was unvisited."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

from pydantic import ValidationError

from bot.content.blessing import CannotBless, blessed
from bot.content.coverage import coverage
from bot.content.document import Document
from bot.content.library import ContentBroken, open_library
from bot.content.load import Loaded
from bot.content.problem import NBSP, Problem
from bot.content.proposing import replace_file
from bot.content.source import read_document
from bot.content.transcripts import Played, Transcript, World, play
from bot.dialogue.library import Library


class TranscriptBroken(ValueError):
    """A transcript cannot be read; the text says which and why."""


def transcript_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The YAML files named or lying in the folders named."""
    for path in paths:
        yield from sorted(path.glob("*.yaml")) if path.is_dir() else (path,)


def read_transcript(path: Path) -> Transcript:
    """One transcript; TranscriptBroken with every problem."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Document, Transcript]:
    try:
        return _parsed(path, path.read_bytes())
    except OSError as error:
        raise TranscriptBroken(f"{path}: {error.strerror}") from None


def _parsed(path: Path, content: bytes) -> tuple[Document, Transcript]:
    document, problems = read_document(str(path), content)
    if problems:
        raise TranscriptBroken("\n".join(map(str, problems)))
    try:
        return document, Transcript.model_validate(document.data)
    except ValidationError as error:
        wrong = [f"{path}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise TranscriptBroken("\n".join(wrong)) from None


def rehearse(folder: Path, paths: Sequence[Path], *, bless: bool = False) -> tuple[str, int]:
    """What to print, and the exit code: 1 if a transcript differs or cannot be read.

    `bless`: those that differ are written anew, and what changed in them is printed.
    """
    try:
        library = open_library(folder)
    except ContentBroken as error:
        return str(error), 1
    lines: list[str] = []
    worlds: list[World] = []
    failed = False
    for path in transcript_files(paths):
        try:
            document, transcript = _read(path)
            played = play(transcript, library)
            worlds.append(played.world)
            if played.wrong and bless:
                lines.append(_bless(path, document, transcript, played, library))
                continue
        except TranscriptBroken as error:
            lines.append(str(error))
            failed = True
            continue
        lines += [f"{path}: {what}" for what in played.wrong]
        failed = failed or bool(played.wrong)
    return "\n".join([*lines, *_coverage(library, worlds), f"{len(worlds)} transcripts played"]), int(failed)


def _bless(path: Path, document: Document, transcript: Transcript, played: Played, library: Library) -> str:
    """Write a transcript anew: what changed. TranscriptBroken if it must be mended by hand; it then stays."""
    try:
        text = blessed(document, transcript, played, library)
        left = play(_parsed(path, text.encode())[1], library).wrong
        if left:
            raise CannotBless("; ".join(left))
        replace_file(path, text.encode())
    except (CannotBless, TranscriptBroken) as error:
        raise TranscriptBroken(f"{path}: not written, mend it by hand: {error}") from None
    except OSError as error:
        raise TranscriptBroken(f"{path}: cannot be written ({error.strerror})") from None
    before, after = document.text.splitlines(), text.splitlines()
    return "\n".join(unified_diff(before, after, str(path), str(path), lineterm=""))


def unvisited(folder: Path, loaded: Loaded, library: Library) -> Iterator[Problem]:
    """`unvisited-step` (warning): once a flow; only where the folder has transcripts."""
    transcripts = folder / "tests" / "transcripts"
    if not transcripts.is_dir():
        return
    worlds: list[World] = []
    for path in transcript_files([transcripts]):
        with suppress(TranscriptBroken):  # `alliances test` says so
            worlds.append(play(read_transcript(path), library).world)
    left_out = coverage(library, worlds)
    for authored in loaded.material.flows:
        if authored.flow.id in left_out and (keys := left_out[authored.flow.id].steps):
            message = f"aucune conversation d'essai ne passe par{NBSP}: {', '.join(keys)}"
            yield authored.problem(
                "unvisited-step", message, authored.flow.position[keys[0]], severity="warning"
            )


def _coverage(library: Library, worlds: Iterable[World]) -> Iterator[str]:
    for id, left in coverage(library, worlds).items():
        steps = _share(left.steps, len(library.shelf.flows[id].keys), "of the steps visited")
        ways = _share(left.ways, left.all_ways, "of the branches taken")
        yield f"{id}: {'; '.join([*steps, *ways])}"


def _share(left: Sequence[str], all: int, what: str) -> Iterator[str]:
    """`93% of the steps visited; not: …`; nothing where there is none."""
    if all:
        yield f"{1 - len(left) / all:.0%} {what}"
    if left:
        yield f"not: {', '.join(left)}"
