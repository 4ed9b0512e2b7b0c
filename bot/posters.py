"""`alliances link`: addresses that open the bot at an entry, a journey or an event, and their QR pictures."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bot.content.load import load_library
from bot.dialogue.links import NAME, Target, deep_link, target_of, targets
from bot.documents.qr import PictureFormat, qr_picture
from bot.events.card import PREFIX
from bot.flows.shelf import Shelf
from bot.model.event import EventState
from bot.settings import Settings
from bot.storage.database_files import kept_setting, look_beside
from bot.storage.store import BOT


class CannotLink(Exception):
    """The link or its picture cannot be made; the text is for the operator and says what to do."""


@dataclass(frozen=True, slots=True)
class Poster:
    """One link."""

    target: Target
    address: str
    picture: bytes


def targets_of(shelf: Shelf, ids: Sequence[str], settings: Settings) -> tuple[Target, ...]:
    """The entries, flows and events of these ids, in order. CannotLink names every id that there is not."""
    found = {id: target_of(id, shelf) or event_of(id, settings) for id in ids}
    unknown = [_unknown(id, shelf) for id, target in found.items() if target is None]
    if unknown:
        raise CannotLink("\n".join(unknown))
    return tuple(target for target in found.values() if target)


def event_of(written: str, settings: Settings) -> Target | None:
    """The event of this id, or of its payload `e_…`, as it was announced here."""
    id = written.removeprefix(PREFIX)
    rows = look_beside(settings.database_file, "event", id=id)
    if not rows or EventState(rows[0]["state"]) is EventState.DRAFT:
        return None
    return Target(id, "event", rows[0]["title"])


def posters(
    shelf: Shelf, leading_to: Sequence[Target], *, bot: str, format: PictureFormat
) -> tuple[Poster, ...]:
    """A link and its picture for each."""
    return tuple(_poster(shelf, target, bot, format) for target in leading_to)


def name_of_bot(settings: Settings, given: str | None) -> str:
    """Our public name on Telegram: as given, as the assistant kept it, or as Telegram tells it.

    CannotLink if there is none.
    """
    name = given.strip().removeprefix("@") if given is not None else None
    if name is None:
        name = kept_setting(settings.database_file, BOT) or _asked(settings)
    if not NAME.fullmatch(name):
        raise CannotLink(f"{name!r} is no name of a bot; write for example --bot alliances_bot")
    return name


def shelf_of(folder: Path) -> Shelf:
    """What links can lead to. CannotLink if the content has errors."""
    loaded = load_library(folder)
    if loaded.shelf is None:
        errors = "\n".join(map(str, loaded.problems))
        raise CannotLink(f"the content in {folder} has errors:\n{errors}")
    return loaded.shelf


def keep(made: Sequence[Poster], folder: Path, *, format: PictureFormat) -> Iterator[Path]:
    """Write the pictures as `<id>.<format>`; gives the files.

    CannotLink before anything is written if another file is in the way; the same picture may lie there.
    """
    files = {folder / f"{poster.target.id}.{format}": poster.picture for poster in made}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = [path for path, picture in files.items() if path.exists() and path.read_bytes() != picture]
        if taken:
            names = ", ".join(map(str, taken))
            raise CannotLink(f"{names}: another file is there; remove it, or name another folder")
        for path, picture in files.items():
            path.write_bytes(picture)
            yield path
    except OSError as error:
        raise CannotLink(f"cannot write into {folder} ({error.strerror})") from None


def _poster(shelf: Shelf, target: Target, bot: str, format: PictureFormat) -> Poster:
    address = deep_link(bot, target)
    alternative = shelf.phrases.label("link_picture", title=target.title)
    return Poster(target, address, qr_picture(address, format=format, alternative=alternative))


def _unknown(id: str, shelf: Shelf) -> str:
    near = get_close_matches(id.lower(), list(targets(shelf)), n=3)
    return f"{id}: there is no such entry, flow or event" + (
        f"; did you mean {' or '.join(near)}?" if near else ""
    )


def _asked(settings: Settings) -> str:
    """The name that Telegram tells to who holds the token."""
    if settings.telegram_token is None:
        raise CannotLink(
            "the name of the bot is not known: no ALLIANCES_TELEGRAM_TOKEN is set, and no assistant has run "
            "with one here; name it with --bot NAME"
        )
    from bot.channels.telegram.client import Account  # only here: the others need no network
    from bot.channels.telegram.examining import examine_bot

    told = asyncio.run(examine_bot(Account(settings.telegram_token, settings.telegram_api)))
    if told.me is None:
        why = "it refuses the token" if told.refused else told.trouble
        raise CannotLink(f"the Bot API server does not tell the bot's name: {why}; name it with --bot NAME")
    return told.me.name
