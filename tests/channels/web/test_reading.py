"""What a window hands in, and how a name is tidied."""

from typing import Any

import pytest

from bot.channels.web.reading import file_name, media_type, read_say
from bot.model.inputs import Command, Input, Opening, Tap, Utterance


@pytest.mark.parametrize(
    ("body", "input"),
    [
        ({"text": " Bonjour \n"}, Utterance("Bonjour")),
        ({"text": "deux\r\nlignes"}, Utterance("deux\nlignes")),
        ({"text": "\x00\ud800"}, Utterance("\ufffd\ufffd")),
        ({"text": "/Aide"}, Command("aide")),
        ({"text": "/aide@alliances_bot"}, Command("aide")),
        ({"text": "/question c’est quoi ?"}, Command("question", "c’est quoi ?")),
        ({"text": "/start abc_D-1"}, Opening("abc_D-1")),
        ({"text": "/start é"}, Command("start", "é")),
        ({"text": "/ rien"}, Utterance("/ rien")),
        ({"text": "1/2"}, Utterance("1/2")),
        ({"text": "é" * 4096}, Utterance("é" * 4096)),
        ({"text": "👋" * 2049}, None),
        ({"text": " \n"}, None),
        ({"text": 3}, None),
        ({"tap": "a.1"}, Tap("a.1")),
        ({"tap": ""}, None),
        ({"tap": "é" * 33}, None),
        ({"command": "mes_donnees"}, Command("mes_donnees")),
        ({"command": "\n"}, Utterance("/")),
        ({}, None),
    ],
)
def test_a_body_is_read_as_an_input(body: dict[str, Any], input: Input | None) -> None:
    assert read_say(body) == input


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("statuts.pdf", "statuts.pdf"),
        ("proc%C3%A8s-verbal%20du%20CA.pdf", "procès-verbal du CA.pdf"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5Cdoc%5Ca.txt", "a.txt"),
        ("..", "document"),
        ("", "document"),
        ("a%0D%0AX%3A%20b.txt", "a X: b.txt"),
        ("a" * 200 + ".odt", "a" * 110 + "aaaaaa.odt"),
    ],
)
def test_a_file_name_is_one_harmless_line(header: str, name: str) -> None:
    assert file_name(header) == name


@pytest.mark.parametrize(
    ("header", "essence"),
    [
        ("application/pdf", "application/pdf"),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("", "application/octet-stream"),
        ("text/html\r\nX: y", "application/octet-stream"),
    ],
)
def test_a_media_type_is_checked(header: str, essence: str) -> None:
    assert media_type(header) == essence
