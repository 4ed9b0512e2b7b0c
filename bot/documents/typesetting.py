"""The door to typst: a template of ours and data in, a picture or a paper out. No network, no system font.

Data is handed over as JSON and shown as text, so nothing that a person wrote is ever read as markup. Our
templates import no package: the compiler then has nothing to fetch.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import typst

Format = Literal["png", "svg", "pdf"]

FONT = "Libertinus Serif"
"""Lies in the wheel, with all letters of the languages we speak: looks the same on every machine."""

PPI = 144.0
"""Pixels an inch: two for each point."""


def typeset(template: str, data: Mapping[str, Any], *, format: Format, language: str = "fr") -> list[bytes]:
    """The pages of `templates/<template>.typ` with `data`; a PDF is one file whatever its pages.

    Computes for 5 to 100 ms: not on a loop.
    """
    import typst  # 25 MB of memory that only who wants a picture pays for

    written = json.dumps({**data, "font": FONT, "language": language}, ensure_ascii=False)
    # A lone surrogate, which JSON lets through, has no form in UTF-8.
    written = written.encode("utf-8", "replace").decode("utf-8")
    made: Any = typst.compile(
        _template(template),
        format=format,
        ppi=PPI,
        font_paths=_fonts(),
        sys_inputs={"data": written},
    )
    return list(made) if isinstance(made, list) else [made]


@cache
def _template(name: str) -> bytes:
    return files("bot.documents").joinpath("templates", f"{name}.typ").read_bytes()


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False)
