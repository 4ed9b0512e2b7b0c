"""What is wrong in an authored file, and where; and how a list of problems is written."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from bot.knowledge.hints import NBSP, did_you_mean, nearest, quote

__all__ = [
    "NBSP",
    "Format",
    "Mark",
    "Problem",
    "Severity",
    "annotation",
    "did_you_mean",
    "in_order",
    "nearest",
    "quote",
    "render",
]
Severity = Literal["error", "warning", "note"]
"""An error keeps the content from being used; a warning should be mended; a note is only good to know."""

Format = Literal["text", "json", "github"]

_RANKS: Mapping[Severity, int] = {"error": 0, "warning": 1, "note": 2}
_SAID: Mapping[Severity, str] = {
    "error": "",
    "warning": f"avertissement{NBSP}: ",
    "note": f"à savoir{NBSP}: ",
}
_ANNOTATED: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; both count from 1, columns in characters."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that an author should mend."""

    path: str
    """File, below the content folder until a report puts the folder in front."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    code: str
    """Stable name of the rule, such as `unknown-key`."""
    message: str
    """One sentence in French, with the fix when it is known."""
    severity: Severity = "error"

    def __str__(self) -> str:
        said = _SAID[self.severity]
        return f"{self.path}:{self.line}:{self.column}: {said}{self.message} [{self.code}]"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors first, then warnings, then notes, each by place; no problem twice."""
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda p: (_RANKS[p.severity], p.path, p.line, p.column, p.code, p.message),
        )
    )


def render(problems: Iterable[Problem], format: Format) -> str:
    """The problems as lines, as one JSON list, or as annotations of GitHub Actions."""
    match format:
        case "json":
            return json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2)
        case "github":
            return "\n".join(annotation(problem) for problem in problems)
        case "text":
            return "\n".join(str(problem) for problem in problems)


def annotation(problem: Problem) -> str:
    """A problem as GitHub Actions shows it beside the line."""
    # GitHub docs, "Workflow commands": data escapes % CR LF, properties also : and ,
    data = problem.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = problem.path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    place = f"file={path},line={problem.line},col={problem.column}"
    return f"::{_ANNOTATED[problem.severity]} {place},title={problem.code}::{data}"
