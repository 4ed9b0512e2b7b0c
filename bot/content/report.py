"""`alliances check`: the problems of content folders as text, and the exit code."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.content.load import Loaded, load_library
from bot.content.problem import NBSP, Format, Problem, in_order, render
from bot.content.rehearsal import unvisited
from bot.shipped import shipped_content

ROOMS = ("flows", "knowledge")


def check(
    paths: Sequence[Path], *, format: Format = "text", strict: bool = False, standing: Path | None = None
) -> tuple[str, int]:
    """What to print (without the last line end), and the exit code: 1 on errors (`strict`: on warnings too).

    A path is a content folder, or a file or folder within one (then only its own problems are told). Without
    paths, the shipped content. `standing` as for `load_library`.
    """
    problems: list[Problem] = []
    counts = [0, 0]
    for path in paths or (shipped_content(),):
        found = _content_of(path)
        if found is None:
            message = "introuvable" if not path.exists() else "ni flows/ ni knowledge/ ici"
            problems.append(Problem(str(path), 1, 1, "no-content", message))
            continue
        root, below = found
        loaded = load_library(root, standing=standing, warnings=True)
        loaded = replace(loaded, problems=(*loaded.problems, *unvisited(root, loaded)))
        problems += _told(loaded, root, below)
        counts[0] += len(loaded.material.flows)
        counts[1] += len(loaded.material.articles)
    ordered = in_order(problems)
    failed = any(strict or problem.severity == "error" for problem in ordered)
    text = render(ordered, format)
    if format == "text" and not ordered:
        text = f"Aucun problème{NBSP}: {counts[0]} parcours, {counts[1]} fiches."
    return text, int(failed)


def _content_of(path: Path) -> tuple[Path, str] | None:
    """The content folder around a path, and the path below it (empty: the whole folder)."""
    if path.is_dir() and any((path / room).is_dir() for room in ROOMS):
        return path, ""
    if not path.exists():
        return None
    whole = path.absolute()
    for room in (whole, *whole.parents):
        if room.name in ROOMS and room.is_dir():
            return room.parent, whole.relative_to(room.parent).as_posix()
    return None


def _told(loaded: Loaded, root: Path, below: str) -> Iterator[Problem]:
    for problem in loaded.problems:
        if not below or problem.path == below or problem.path.startswith(f"{below}/"):
            yield replace(problem, path=_shown(root / problem.path))


def _shown(path: Path) -> str:
    """Relative to where the command was started, when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)
