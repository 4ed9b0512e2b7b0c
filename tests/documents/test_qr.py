"""The QR picture, read back by a reader that is not the writer's: ZXing."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import zxingcpp

from bot.documents.qr import QUIET_ZONE, WIDTH, qr_picture
from tests.documents.reading import Grey, pixels, read

LINK = "https://t.me/alliances_bot?start=q_difference-alliance-partenariat"
LONGEST = f"https://t.me/{'b' * 32}?start={'a' * 64}"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: bytes) -> Grey:
    """The dark modules of an SVG as grey values, ten pixels each; its path has moves and level lines only."""
    root = ElementTree.fromstring(svg)
    path = root.findall(f".//{SVG}path")[-1].attrib["d"]
    across = 200
    grey = np.full((across, across), 255, np.uint8)
    x = y = 0.0
    for letter, numbers in re.findall(r"([Mmh])([-0-9. ]+)", path):
        first, *second = map(float, numbers.split())
        if letter == "h":
            grey[int(y), int(x) : int(x + first)] = 0
            x += first
        else:
            x, y = (first, second[0]) if letter == "M" else (x + first, y + second[0])
    return np.kron(grey, np.ones((10, 10), np.uint8))


def test_the_independent_reader_tells_codes_apart() -> None:
    found = [read(pixels(qr_picture(text))) for text in (LINK, LINK + "x")]
    assert found == [LINK, LINK + "x"]


@pytest.mark.parametrize("text", [LINK, LONGEST, "https://t.me/a_bot?start=faire-connaissance", "é«»"])
def test_a_phone_reads_the_same_text_from_either_picture(text: str) -> None:
    for grey in (pixels(qr_picture(text)), drawn(qr_picture(text, format="svg"))):
        found = zxingcpp.read_barcodes(grey)
        assert [code.text for code in found] == [text]
        assert found[0].ec_level in ("M", "Q", "H")


@pytest.mark.parametrize("text", [LINK, LONGEST])
def test_a_picture_can_be_printed(text: str) -> None:
    grey = pixels(qr_picture(text))
    dark = np.argwhere(grey == 0)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    module = int(np.argmax(grey[top, left:] == 255)) / 7  # the corner's finder pattern is 7 modules wide
    assert grey.shape[0] == grey.shape[1] >= WIDTH
    assert module == int(module)
    edges = {top, left, grey.shape[0] - 1 - bottom, grey.shape[1] - 1 - right}
    assert edges == {QUIET_ZONE * module}


def test_a_picture_survives_damage_over_its_middle() -> None:
    grey = pixels(qr_picture(LINK))
    middle, radius = grey.shape[0] // 2, grey.shape[0] // 12
    grey[middle - radius : middle + radius, middle - radius : middle + radius] = 255
    assert read(grey) == LINK


def test_the_drawing_says_what_it_shows_and_keeps_its_ground_white() -> None:
    root = ElementTree.fromstring(qr_picture(LINK, format="svg", alternative="Code QR : <a> & b"))
    assert root.findtext(f"{SVG}title") == "Code QR : <a> & b"
    assert root.attrib["width"].endswith("mm")
    ground = root.findall(f".//{SVG}path")[0]
    assert (ground.get("fill") or "").lower() in ("#fff", "white")


@pytest.mark.parametrize("text", ["", "a" * 5000])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        qr_picture(text)


def test_the_same_text_is_the_same_picture() -> None:
    assert all(qr_picture(LINK, format=one) == qr_picture(LINK, format=one) for one in ("png", "svg"))
