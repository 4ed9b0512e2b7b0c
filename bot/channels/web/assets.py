"""The page's own files: its HTML filled in with the texts, its styles, scripts and picture."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.web.ports import Face

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_BLANK = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    content: bytes
    media_type: str
    etag: str


def read_assets() -> dict[str, Asset]:
    """Styles, scripts and pictures by file name; nothing else of the folder is ever served."""
    return {
        path.name: _asset(path.read_bytes(), media_type)
        for path in _FOLDER.iterdir()
        if (media_type := _MEDIA_TYPES.get(path.suffix))
    }


def answer_asset(assets: Mapping[str, Asset], request: Request) -> Response:
    """A file by its name; the browser asks each time whether it is still the same."""
    asset = assets.get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def answer_page(face: Face, *, with_panel: bool) -> Response:
    """The page, without anything of a person in it."""
    blanks = {**face.texts, "language": face.language}
    panel = _fill((_FOLDER / "panel.html").read_text("utf-8"), blanks, {}) if with_panel else ""
    page = (_FOLDER / "page.html").read_text("utf-8")
    return HTMLResponse(_fill(page, blanks, {"menu_entries": _menu(face), "panel": panel}))


def _menu(face: Face) -> str:
    return "".join(
        f'<li><button type="button" data-command="{escape(entry.command)}">'
        f"<span>{escape(entry.label)}</span> <code>/{escape(entry.command)}</code></button></li>"
        for entry in face.menu
    )


def _fill(template: str, texts: Mapping[str, str], parts: Mapping[str, str]) -> str:
    """Every `{{key}}` replaced by its text, escaped, or by a part that is HTML. KeyError if unknown."""

    def filled(blank: re.Match[str]) -> str:
        key = blank[1]
        return parts[key] if key in parts else escape(texts[key])

    return _BLANK.sub(filled, template)


def _asset(content: bytes, media_type: str) -> Asset:
    return Asset(content, media_type, f'"{sha256(content).hexdigest()[:20]}"')
