"""`alliances test`: plays conversation tests on the real engine; says what differs and what was unvisited."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from bot.content.library import ContentBroken, open_library
from bot.content.load import Loaded
from bot.content.problem import NBSP, Problem
from bot.content.source import read_document
from bot.content.transcripts import Transcript, play, uncovered
from bot.dialogue.library import Library


class TranscriptBroken(ValueError):
    """A transcript cannot be read; the text says which and why."""


def transcript_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The YAML files named or lying in the folders named."""
    for path in paths:
        yield from sorted(path.glob("*.yaml")) if path.is_dir() else (path,)


def read_transcript(path: Path) -> Transcript:
    """One transcript; TranscriptBroken with every problem."""
    try:
        document, problems = read_document(str(path), path.read_bytes())
    except OSError as error:
        raise TranscriptBroken(f"{path}: {error.strerror}") from None
    if problems:
        raise TranscriptBroken("\n".join(map(str, problems)))
    try:
        return Transcript.model_validate(document.data)
    except ValidationError as error:
        wrong = [f"{path}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise TranscriptBroken("\n".join(wrong)) from None


def rehearse(folder: Path, paths: Sequence[Path]) -> tuple[str, int]:
    """What to print, and the exit code: 1 if a transcript differs or cannot be read."""
    try:
        library = open_library(folder)
    except ContentBroken as error:
        return str(error), 1
    lines: list[str] = []
    visited: list[str] = []
    count = 0
    for path in transcript_files(paths):
        try:
            transcript = read_transcript(path)
        except TranscriptBroken as error:
            lines.append(str(error))
            continue
        wrong, trace = play(transcript, library)
        visited += trace
        count += 1
        lines += [f"{path}: {what}" for what in wrong]
    failed = bool(lines)
    return "\n".join([*lines, *_coverage(library, visited), f"{count} transcripts played"]), int(failed)


def unvisited(folder: Path, loaded: Loaded, library: Library) -> Iterator[Problem]:
    """`unvisited-step` (warning): once a flow; only where the folder has transcripts."""
    transcripts = folder / "tests" / "transcripts"
    if not transcripts.is_dir():
        return
    visited: list[str] = []
    for path in transcript_files([transcripts]):
        with suppress(TranscriptBroken):  # `alliances test` says so
            visited += play(read_transcript(path), library)[1]
    missing = uncovered(library, visited)
    for authored in loaded.material.flows:
        if keys := missing.get(authored.flow.flow):
            message = f"aucune conversation d'essai ne passe par{NBSP}: {', '.join(keys)}"
            yield authored.problem(
                "unvisited-step", message, authored.flow.position[keys[0]], severity="warning"
            )


def _coverage(library: Library, visited: Sequence[str]) -> Iterator[str]:
    missing = uncovered(library, visited)
    for flow in library.shelf.flows.values():
        left = missing.get(flow.flow, [])
        share = 1 - len(left) / len(flow.keys)
        yield f"{flow.flow}: {share:.0%} of the steps visited" + (f"; not: {', '.join(left)}" if left else "")
