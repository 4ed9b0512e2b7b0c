"""`alliances check`: the problems of content folders as text, and the exit code."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

from bot.content.addresses import Probing, nobody_answers, probe
from bot.content.check import find_in_trial
from bot.content.check.sources import sources_answer
from bot.content.library import build_library
from bot.content.load import SOURCES, Loaded, load_library
from bot.content.problem import NBSP, Format, Problem, Severity, annotation, in_order, render
from bot.content.rehearsal import unvisited
from bot.knowledge.compiled import index_key
from bot.knowledge.trial import try_base
from bot.shipped import ROOMS, shipped_content

FAILED, IMPOSSIBLE = 1, 2
"""Exit codes: something is to be mended; the network that `--links` needs is not there."""

_NAMES: dict[Severity, tuple[str, str]] = {
    "error": ("erreur", "erreurs"),
    "warning": ("avertissement", "avertissements"),
    "note": ("remarque", "remarques"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How `check` is to work."""

    today: date
    """The day by which reviews and figures are judged."""
    standing: Path | None = None
    """As for `load_library`."""
    cache: Path | None = None
    """Where the index of the folder `home`, and the trial on it, are kept."""
    home: Path | None = None
    """The content folder that the assistant uses: no other folder's index may take its place in the cache."""
    links: Probing | None = None
    """How to ask the addresses of the sources; None: they are not asked."""


@dataclass(slots=True)
class _Findings:
    """What was found so far, over all paths."""

    problems: list[Problem] = field(default_factory=list)
    flows: int = 0
    articles: int = 0
    waiting: int = 0
    """Of the articles, those that wait for a competent reader."""
    unreachable: bool = False
    """The network could not be used."""

    def count(self, loaded: Loaded, below: str) -> None:
        """Counts what lies below a path."""
        material = loaded.material
        articles = [entry.article for entry in material.articles if _is_below(entry.document.path, below)]
        self.flows += sum(_is_below(authored.document.path, below) for authored in material.flows)
        self.articles += len(articles)
        self.waiting += sum(not article.ready for article in articles)

    @property
    def counted(self) -> str:
        """The counts as people read them."""
        flows = f"{self.flows}{NBSP}parcours" if self.flows else ""
        articles = f"{self.articles}{NBSP}fiche{'s' * (self.articles > 1)}" if self.articles else ""
        waiting = f"dont {self.waiting} en attente de relecture" if self.waiting else ""
        return ", ".join(filter(None, [flows, articles, waiting]))


def check(
    paths: Sequence[Path], asked: Asked, *, format: Format = "text", strict: bool = False
) -> tuple[str, int]:
    """What to print (without the last line end), and the exit code.

    1 on errors, with `strict` on warnings too, never on notes; 2 if addresses were to be asked and the
    network is not there. A path is a content folder, or a file or folder within one (then only its own
    problems are told). Without paths, the shipped content.
    """
    found = _Findings()
    for path in paths or (shipped_content(),):
        _look(path, asked, found)
    ordered = in_order(found.problems)
    failing = ("error", "warning") if strict else ("error",)
    failed = any(problem.severity in failing for problem in ordered)
    text = _written(ordered, found, format)
    return text, IMPOSSIBLE if found.unreachable else FAILED if failed else 0


def _look(path: Path, asked: Asked, found: _Findings) -> None:
    place = _content_of(path)
    if place is None:
        message = "introuvable" if not path.exists() else "ni flows/ ni knowledge/ ici"
        found.problems.append(Problem(str(path), 1, 1, "no-content", message))
        return
    root, below = place
    loaded, problems = examine(root, asked, below)
    if asked.links and _is_below(SOURCES, below):
        dead, unreachable = _dead_sources(loaded, asked.links)
        problems += dead
        found.unreachable |= unreachable
    found.problems += _told(problems, root, below)
    found.count(loaded, below)


def examine(folder: Path, asked: Asked, below: str = "") -> tuple[Loaded, list[Problem]]:
    """A content folder with all its problems, in order; trials that say nothing of `below` are spared."""
    loaded = load_library(folder, standing=asked.standing, warn_as_of=asked.today)
    return loaded, list(in_order([*loaded.problems, *_tried(folder, below, loaded, asked)]))


def _tried(root: Path, below: str, loaded: Loaded, asked: Asked) -> Iterator[Problem]:
    """What playing the transcripts and asking the base its own phrasings shows; only without errors."""
    if loaded.shelf is None:
        return
    at_home = asked.home is not None and root.resolve() == asked.home.resolve()
    cache = asked.cache if at_home else None
    library = build_library(root, loaded, cache)
    if not below or below.startswith("flows"):
        yield from unvisited(root, loaded, library)
    if loaded.material.articles and (not below or below.startswith("knowledge")):
        key = index_key(loaded.shelf.articles.values(), loaded.words)
        yield from find_in_trial(loaded.material, try_base(library.index, key, cache))


def _dead_sources(loaded: Loaded, probing: Probing) -> tuple[list[Problem], bool]:
    """The problems of the addresses, and whether the network itself is missing: then that is said once."""
    addresses = [source.address for source in loaded.material.sources.values() if source.address]
    probed = probe(addresses, probing)
    if nobody_answers(probed):
        message = f"réseau injoignable{NBSP}: aucune des {len(probed)} adresses n'a répondu"
        return [Problem(SOURCES, 1, 1, "network", message, "warning")], True
    return list(sources_answer(loaded.material, probed)), False


def _written(problems: Sequence[Problem], found: _Findings, format: Format) -> str:
    """The problems, and at the end how much there is; not beside errors: broken parts were not counted."""
    if any(problem.severity == "error" for problem in problems) or not found.flows + found.articles:
        return render(problems, format)
    match format:
        case "text":
            return "\n".join([*map(str, problems), f"{_summed(problems)}{NBSP}: {found.counted}."])
        case "github":
            return "\n".join([*map(annotation, problems), f"::notice title=counts::{found.counted}"])
        case "json":
            counts = Problem("", 1, 1, "counts", found.counted, "note")
            numbers = {"flows": found.flows, "articles": found.articles, "waiting": found.waiting}
            told = [*map(asdict, problems), asdict(counts) | numbers]
            return json.dumps(told, ensure_ascii=False, indent=2)


def _summed(problems: Sequence[Problem]) -> str:
    if not problems:
        return "Aucun problème"
    counts = Counter(problem.severity for problem in problems)
    return ", ".join(f"{count} {_NAMES[severity][count > 1]}" for severity, count in counts.items())


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


def _told(problems: Sequence[Problem], root: Path, below: str) -> Iterator[Problem]:
    for problem in problems:
        if _is_below(problem.path, below):
            yield replace(problem, path=_shown(root / problem.path))


def _is_below(path: str, below: str) -> bool:
    return not below or path == below or path.startswith(f"{below}/")


def _shown(path: Path) -> str:
    """Relative to where the command was started, when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)
