"""Which conversation a browser holds: one cookie; the persons whom an author plays: a second one."""

import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.markup import clean
from bot.model.who import Address

CONVERSATION, PEOPLE = "conversation", "people"
MONTHS_6 = 180 * 24 * 3600
"""Seconds for which a browser keeps its conversation."""
MOST_PEOPLE = 8

_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")


@dataclass(frozen=True, slots=True)
class Played:
    """A person whom the author plays; the name is empty for the first one."""

    name: str
    id: str


def new_id() -> str:
    """An id that nobody guesses (18 random bytes)."""
    return secrets.token_urlsafe(18)


def current_id(request: Request) -> str | None:
    """The conversation of this browser; None if it has none yet."""
    id = request.cookies.get(CONVERSATION, "")
    return id if _ID.fullmatch(id) else None


def visitor(request: Request) -> Address:
    """The same, as an address. HTTPException 401: the window then asks for a conversation and its cookie."""
    id = current_id(request)
    if id is None:
        raise HTTPException(401)
    return Address("web", id)


def people(request: Request) -> list[Played]:
    """The persons of this browser, the first one first; the current one is always among them."""
    played = [one for part in request.cookies.get(PEOPLE, "").split("|") if (one := _read(part))]
    id = current_id(request)
    if id is not None and all(one.id != id for one in played):
        played.insert(0, Played("", id))
    return played[:MOST_PEOPLE]


def current_name(request: Request) -> str:
    """The name under which the current person speaks, empty for none."""
    id = current_id(request)
    return next((one.name for one in people(request) if one.id == id), "")


def hold(response: Response, id: str) -> None:
    """Make a conversation the current one of this browser.

    SameSite=Strict hides the cookie when a link on another site is followed: so `/` never sets it.
    """
    _set(response, CONVERSATION, id)


def hold_people(response: Response, played: list[Played]) -> None:
    """Keep the persons that the author plays."""
    _set(response, PEOPLE, "|".join(f"{quote(one.name, safe='')}:{one.id}" for one in played))


def tidy_name(name: str) -> str:
    """A name as it may be kept: one line, at most 40 signs."""
    return " ".join(clean(name).split())[:40]


def _read(part: str) -> Played | None:
    name, _, id = part.partition(":")
    return Played(tidy_name(unquote(name)), id) if _ID.fullmatch(id) else None


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=MONTHS_6, httponly=True, samesite="strict")
