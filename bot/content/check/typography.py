"""French spacing and quotes. Written texts only: addresses and placeholders are left alone."""

import re
from collections.abc import Iterator

from bot.content.authored import Material
from bot.content.pieces import pieces_of
from bot.content.problem import NBSP, Problem

_SKIPPED = re.compile(r"https?://\S+|\S+@\S+|\{[^{}]*\}|\]\([^)\s]*\)")
_THIN = "\N{NARROW NO-BREAK SPACE}"

_SLIPS = (
    (re.compile(r"(?<=\S) +(?=[:;!?»])"), "espace ordinaire avant un signe double"),
    (re.compile(rf"[^\s!?:;.…(«{NBSP}{_THIN}·](?=[;!?](?:\W|$))"), "pas d'espace avant un signe double"),
    (re.compile(rf"[^\s\d!?:;{NBSP}{_THIN}·](?=:(?:\s|$))"), "pas d'espace avant « : »"),
    (re.compile(r"« +(?=\S)|«(?=\w)"), "« sans espace insécable"),
    (re.compile(r"(?<=\w)(?=»)"), "» sans espace insécable"),
    (re.compile(r"(?<=\d) +(?=[€%](?:\W|$))"), "espace ordinaire entre un nombre et son unité"),
    (re.compile(r'"(?=\w)|(?<=\w)"'), "guillemets droits"),
)
"""What is looked for, and how it is called."""

_FIX = {
    "guillemets droits": f"écrivez «{NBSP}…{NBSP}»",
}


def french_spacing(material: Material) -> Iterator[Problem]:
    """`typography` (warning): at most one of a kind in a text, with the fix."""
    for piece in pieces_of(material):
        text = _SKIPPED.sub(lambda found: "·" * len(found[0]), piece.text)
        for pattern, name in _SLIPS:
            found = list(pattern.finditer(text))
            if found:
                often = f" ({len(found)} fois)" if len(found) > 1 else ""
                fix = _FIX.get(name, "mettez une espace insécable (U+00A0)")
                message = f"{name}{often}{NBSP}: {fix}".replace("« :", f"«{NBSP}:").replace(
                    ": »", f":{NBSP}»"
                )
                place = (
                    found[0].start() if found[0].group().strip() or not found[0].group() else found[0].end()
                )
                yield piece.warn("typography", message, place)
