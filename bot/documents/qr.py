"""The QR picture of a link, for posters: text in, PNG or SVG out. The only door to segno."""

from io import BytesIO
from math import ceil
from typing import Literal

PictureFormat = Literal["png", "svg"]
MEDIA_TYPES: dict[PictureFormat, str] = {"png": "image/png", "svg": "image/svg+xml"}

QUIET_ZONE = 4
"""Light modules around the code (ISO/IEC 18004, quiet zone of a QR code)."""
WIDTH = 1000
"""Least width of a PNG in pixels: 8 cm at 300 dots an inch."""
WIDTH_MM = 60.0
"""Width of an SVG as placed; it can be drawn at any size."""


def qr_picture(text: str, *, format: PictureFormat = "png", alternative: str = "") -> bytes:
    """The picture that a phone reads `text` from, dark on white.

    Level M at least (15 % of the code may be damaged), a better one where it costs no module. A PNG has whole
    pixels for each module. `alternative`: what an SVG tells people who do not see it; a PNG cannot hold one.
    ValueError if the text is empty or too long for a QR code.
    """
    import segno  # only who wants a picture waits for it; the program starts without

    if not text:
        raise ValueError("there is nothing to show")
    # UTF-8 said outright: readers take segno's Latin-1 for Shift JIS. DataOverflowError is a ValueError.
    code = segno.make_qr(text, error="m", boost_error=True, encoding="utf-8")
    across = code.symbol_size(border=QUIET_ZONE)[0]
    out = BytesIO()
    if format == "png":
        code.save(out, kind="png", scale=ceil(WIDTH / across), border=QUIET_ZONE, dpi=300)
    else:
        # The white ground is drawn too: on a coloured poster the quiet zone must stay light.
        code.save(
            out,
            kind="svg",
            scale=round(WIDTH_MM / across, 3),
            unit="mm",
            border=QUIET_ZONE,
            light="white",
            title=alternative or None,
        )
    return out.getvalue()
