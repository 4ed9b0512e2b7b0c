"""What the assistant says: errors, entries that wait for a review, entries whose review is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.load import Loaded, load_library
from bot.doctor.diagnosis import Diagnosis
from bot.shipped import shipped_content


@dataclass(frozen=True, slots=True)
class Opened:
    """The content folder as read; neither part if there is none."""

    folder: Path | None
    loaded: Loaded | None
    trouble: str = ""
    """Why there is none."""

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that the menu should show; none if the content is broken."""
        shelf = self.loaded.shelf if self.loaded else None
        return tuple(shelf.phrases.commands) if shelf else ()


def opened(folder: Path | None) -> Opened:
    """Read a content folder, None for the one that came with the program."""
    try:
        where = folder or shipped_content()
        return Opened(where, load_library(where))
    except OSError as error:
        return Opened(None, None, str(error))


def content(found: Opened, today: date) -> Iterator[Diagnosis]:
    """Errors, and entries that need a reader."""
    loaded = found.loaded
    if found.folder is None or loaded is None:
        way_out = "install the program again, or name a folder with ALLIANCES_CONTENT"
        yield Diagnosis("content", "problem", found.trouble, way_out)
        return
    where = found.folder.absolute()
    flows, articles = loaded.material.flows, [authored.article for authored in loaded.material.articles]
    if loaded.problems:
        errors = len(loaded.problems)
        what = f"{where} has {errors} error{'s' * (errors > 1)}, the first: {loaded.problems[0]}"
        yield Diagnosis("content", "problem", what, f"alliances check {where} shows all of them")
    else:
        told = f"{where}: {len(flows)} journeys, {len(articles)} entries, no error"
        yield Diagnosis("content", "ok", told)
    waiting = [article.id for article in articles if not article.ready]
    if waiting:
        what = f"{_entries(waiting)} not shown in full until somebody competent has read them"
        yield Diagnosis("reviews", "note", what, "read them, then set `ready: true` in knowledge/")
    due = [article.id for article in articles if article.review_after and article.review_after < today]
    if due:
        what = f"{_entries(due)} past the day of their next review; readers are told so"
        yield Diagnosis("reviews", "note", what, "check them, then renew `reviewed` and `review_after`")
    if not waiting and not due:
        yield Diagnosis("reviews", "ok", "no entry waits for a review")


def _entries(ids: list[str]) -> str:
    shown = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
    return f"{len(ids)} {'entry' if len(ids) == 1 else 'entries'} ({shown})"
