"""How texts speak: one way to address people, short sentences, explained acronyms, described pictures."""

import re
from collections.abc import Iterator

from bot.content.authored import Material
from bot.content.pieces import Piece, pieces_of
from bot.content.problem import NBSP, Problem, quote
from bot.flows.steps.say import Say

MAX_WORDS = 35
"""Words of a sentence."""

_TU = re.compile(
    r"\b(tu|toi|te|tes|ta|t['’](?=[aeiouyéèêh]))(?![\w-])|(?<!le )(?<!du )(?<!un )(?<!ce )\bton\b", re.I
)
_VOUS = re.compile(r"\b(vous|votre|vos)\b", re.I)
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…](?!\s|$)[^.!?…\n]*)*[.!?…]*")
_ACRONYM = re.compile(r"(?<![\w.-])[A-ZÀÂÇÉÈÊËÎÏÔÖÙÛÜ]{2,6}(?![\w-])")
_NUMERAL = re.compile(r"[IVX]+")
_SHOUTED = frozenset({"OK", "NB", "PS"})
_NOT_PROSE = re.compile(r"https?://\S+|\{[^{}]*\}|\]\([^)\s]*\)")


def pictures_are_described(material: Material) -> Iterator[Problem]:
    """`no-alt`."""
    for authored in material.flows:
        for place, step in authored.steps():
            if isinstance(step, Say) and step.picture and not step.picture.alt.strip():
                message = f"image sans description{NBSP}: ajoutez «{NBSP}alt{NBSP}» pour qui ne la voit pas"
                yield authored.problem("no-alt", message, place, ("picture",), severity="warning")


def one_way_to_address_people(material: Material) -> Iterator[Problem]:
    """`tu-vous`: a text says "tu" although the content says "vous"."""
    pieces = list(pieces_of(material))
    if not any(_VOUS.search(piece.text) for piece in pieces):
        return
    for piece in pieces:
        if found := _TU.search(_prose(piece.text)):
            message = f"{quote(found[0])}{NBSP}: ailleurs, les textes disent «{NBSP}vous{NBSP}»"
            yield piece.warn("tu-vous", message, found.start())


def sentences_are_short(material: Material) -> Iterator[Problem]:
    """`long-sentence`."""
    for piece in pieces_of(material):
        for found in _SENTENCE.finditer(_prose(piece.text)):
            words = sum(any(sign.isalnum() for sign in word) for word in found[0].split())
            if words > MAX_WORDS:
                begins = found.start() + len(found[0]) - len(found[0].lstrip())
                message = f"phrase de {words} mots, {MAX_WORDS} au plus{NBSP}: coupez-la en deux"
                yield piece.warn("long-sentence", message, begins)


def acronyms_are_explained(material: Material) -> Iterator[Problem]:
    """`acronym`: once a file for each."""
    known = {acronym.upper() for acronym in material.words.acronyms}
    told: set[tuple[str, str]] = set()
    for piece in pieces_of(material):
        for found in _ACRONYM.finditer(_prose(piece.text)):
            acronym = found[0]
            if acronym in known | _SHOUTED or _NUMERAL.fullmatch(acronym) or _is_explained(piece, acronym):
                continue
            if (piece.document.path, acronym) not in told:
                told.add((piece.document.path, acronym))
                message = (
                    f"{quote(acronym)} n'est pas expliqué{NBSP}: ajoutez ce sigle à knowledge/words.yaml"
                )
                yield piece.warn("acronym", message, found.start())


def _is_explained(piece: Piece, acronym: str) -> bool:
    """`… nationale (INJEP)`, or `INJEP (Institut …)`."""
    return f"({acronym})" in piece.text or f"{acronym} (" in piece.text


def _prose(text: str) -> str:
    """The text with addresses and placeholders blanked out, each character in its place."""
    return _NOT_PROSE.sub(lambda found: "·" * len(found[0]), text)
