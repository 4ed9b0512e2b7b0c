"""What a Message becomes on Telegram."""

from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import from_regex

from bot.channels.telegram.rendering import PLAIN, Part, keyboard, link_keyboard, render
from bot.channels.telegram.splitting import split_html, visible_length
from bot.markup import escape, telegram_html
from bot.model.message import AttachedFile, Markdown, Message, Option

REQUESTS = {"phone": "Partager mon numéro", "location": "Partager ma position"}
PDF = AttachedFile("feuille.pdf", "application/pdf", "aa")
PNG = AttachedFile("radar.png", "image/png", "bb", alternative="Un radar à <5> axes")


def option(label: str) -> Option:
    return Option(label.lower(), label, f"act {label}"[:20])


def rendered(message: Message) -> tuple[Part, ...]:
    return render(message, sign=lambda act: f"{act}|signed", requests=REQUESTS)  # type: ignore[arg-type]


def labels(message: Message) -> list[list[str]]:
    return [[each.label for each in row] for row in keyboard(message.options, message.controls)]


def markup(part: Part) -> dict[str, Any]:
    assert part.markup is not None
    return part.markup.to_dict()


@pytest.mark.parametrize(
    ("options", "controls", "rows"),
    [
        ([], [], []),
        (["Oui", "Non"], [], [["Oui", "Non"]]),
        (["Oui", "Non", "Je ne sais pas"], [], [["Oui", "Non"], ["Je ne sais pas"]]),
        (
            ["Une alliance", "Mettre des moyens en commun"],
            [],
            [["Une alliance"], ["Mettre des moyens en commun"]],
        ),
        (["Un choix vraiment long", "Oui", "Non"], [], [["Un choix vraiment long"], ["Oui", "Non"]]),
        (["Oui", "Non"], ["Retour", "Passer", "Pause"], [["Oui", "Non"], ["Retour", "Passer", "Pause"]]),
        ([], ["Retour"], [["Retour"]]),
        (
            [],
            ["Reprendre plus tard", "Revenir en arrière", "Aide"],
            [["Reprendre plus tard", "Revenir en arrière"], ["Aide"]],
        ),
    ],
)
def test_answers_one_a_row_unless_two_fit_and_controls_last(
    options: list[str], controls: list[str], rows: list[list[str]]
) -> None:
    message = Message(Markdown("?"), tuple(map(option, options)), tuple(map(option, controls)))
    assert labels(message) == rows


def test_buttons_carry_the_signed_act() -> None:
    (part,) = rendered(Message(Markdown("**Prêt ?**"), (option("Oui"),)))
    assert part.html == "<b>Prêt ?</b>"
    assert markup(part) == {"inline_keyboard": [[{"text": "Oui", "callback_data": "act Oui|signed"}]]}


def test_a_request_shows_its_button_above_the_labels_under_the_text_field() -> None:
    (part,) = rendered(Message(Markdown("Votre numéro ?"), controls=(option("Passer"),), request="phone"))
    assert markup(part) == {
        "keyboard": [[{"text": "Partager mon numéro", "request_contact": True}], [{"text": "Passer"}]],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }
    (part,) = rendered(Message(Markdown("Où ?"), request="location"))
    assert markup(part)["keyboard"] == [[{"text": "Partager ma position", "request_location": True}]]


def test_an_empty_message_is_no_call() -> None:
    assert rendered(Message(Markdown(""), (option("Oui"),))) == ()


def test_longer_text_is_folded_into_an_expandable_quotation() -> None:
    (part,) = rendered(Message(Markdown("Court."), folded=Markdown("Long.")))
    assert part.html == "Court.\n<blockquote expandable>Long.</blockquote>"


def test_a_short_text_is_the_caption_of_the_file() -> None:
    (part,) = rendered(Message(Markdown("Voici."), (option("Oui"),), attachments=(PDF,)))
    assert (part.html, part.file, part.is_photo) == ("Voici.", PDF, False)
    assert part.markup is not None and not part.editable


@pytest.mark.parametrize(
    ("length", "texts"),
    [(1024, [("a" * 1024, PDF), ("", None)][:1]), (1025, [("a" * 1025, None), ("", PDF)])],
)
def test_a_caption_holds_1024_units(length: int, texts: list[tuple[str, object]]) -> None:
    parts = rendered(Message(Markdown("a" * length), attachments=(PDF,)))
    assert [(part.html, part.file) for part in parts] == texts


def test_a_picture_says_what_it_shows_and_the_keyboard_is_under_the_last_file() -> None:
    parts = rendered(Message(Markdown("Voici."), (option("Oui"),), attachments=(PDF, PNG)))
    assert [part.html for part in parts] == ["Voici.", "Un radar à &lt;5&gt; axes"]
    assert [part.markup is not None for part in parts] == [False, True]
    assert parts[1].is_photo


@pytest.mark.parametrize(("silent", "expected"), [(False, [True, True, False]), (True, [True, True, True])])
def test_parts_make_one_notification_at_most(silent: bool, expected: list[bool]) -> None:
    parts = rendered(Message(Markdown("a " * 5000), (option("Oui"),), silent=silent))
    assert [part.silent for part in parts] == expected
    assert [part.markup is not None for part in parts] == [False, False, True]


HOSTILE = ["<b>&amp;</b>", "*_`[x](https://e.org)", "\u202e rtl \u200d", "👩‍👩‍👧" * 20, "&lt;" * 30, "a\x00b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_person_typed_is_never_markup(name: str) -> None:
    (part,) = rendered(Message(Markdown(f"Bonjour **{escape(name)}**")))
    inside = part.html.removeprefix("Bonjour <b>").removesuffix("</b>")
    assert "<" not in inside


@pytest.mark.parametrize(
    ("html", "limit", "parts"),
    [
        pytest.param("un deux", 7, ["un deux"], id="what fits stays whole"),
        pytest.param("", 7, [], id="nothing"),
        pytest.param(" \n", 1, [], id="only white space"),
        pytest.param("aaa bbb\n\nccc", 9, ["aaa bbb", "ccc"], id="paragraphs first"),
        pytest.param("Un. Deux. Trois.", 11, ["Un. Deux.", "Trois."], id="then sentences"),
        pytest.param("Un ! Oui", 6, ["Un !", "Oui"], id="a space after the sign is a pause"),
        pytest.param("un deux trois", 8, ["un deux", "trois"], id="then words"),
        pytest.param("aaaaaaa", 3, ["aaa", "aaa", "a"], id="one long word"),
        pytest.param("😀😀😀", 4, ["😀😀", "😀"], id="an emoji is two units and never halved"),
        pytest.param("&amp;&amp;&amp;", 2, ["&amp;&amp;", "&amp;"], id="an entity is one sign"),
        pytest.param(
            "<b>aaa bbb</b>", 4, ["<b>aaa</b>", "<b>bbb</b>"], id="open tags are closed and opened again"
        ),
        pytest.param(
            '<b>x <a href="https://e.org/?a=1&amp;b=2">un deux</a></b> fin',
            5,
            [
                '<b>x <a href="https://e.org/?a=1&amp;b=2">un</a></b>',
                '<b><a href="https://e.org/?a=1&amp;b=2">deux</a></b>',
                "fin",
            ],
            id="a link keeps its target",
        ),
        pytest.param(
            "a<blockquote expandable>bb cc</blockquote>",
            3,
            ["a<blockquote expandable>bb</blockquote>", "<blockquote expandable>cc</blockquote>"],
            id="a folded quotation",
        ),
    ],
)
def test_long_texts_are_cut_where_a_reader_pauses(html: str, limit: int, parts: list[str]) -> None:
    assert split_html(html, limit) == parts


@pytest.mark.parametrize("units", [4096, 4097, 50_000])
@pytest.mark.parametrize("piece", ["a", "Une phrase. ", "😀", "<b>gras & plus</b>\n\n"])
def test_no_part_is_over_the_limit_and_no_sign_is_lost(units: int, piece: str) -> None:
    text = (piece * units)[:units]
    parts = rendered(Message(Markdown(escape(text))))
    assert all(0 < visible_length(part.html) <= 4096 for part in parts)
    assert "".join("".join(unescape(part.html) for part in parts).split()) == "".join(text.split())


def test_nothing_but_white_space_is_lost_at_a_cut() -> None:
    text = " ".join(f"mot{number}." for number in range(3000))
    parts = split_html(text, 4096)
    assert " ".join(parts) == text


LINK = Option("more", "Continuer en privé", "", "https://t.me/alliances_bot?start=q_bail")


def test_a_link_opens_its_address_and_carries_no_act() -> None:
    (part,) = rendered(Message(Markdown("Voici."), (option("Sources"), LINK)))
    assert markup(part)["inline_keyboard"] == [
        [{"text": "Sources", "callback_data": "act Sources|signed"}],
        [{"text": "Continuer en privé", "url": LINK.link}],
    ]
    board = link_keyboard((option("Sources"), LINK))
    assert board is not None
    assert board.to_dict() == {"inline_keyboard": [[{"text": LINK.label, "url": LINK.link}]]}
    assert link_keyboard((option("Sources"),)) is None


def test_a_link_has_no_place_under_the_text_field() -> None:
    (part,) = rendered(Message(Markdown("Votre numéro ?"), (LINK,), request="phone"))
    assert [[one["text"] for one in row] for row in markup(part)["keyboard"]] == [["Partager mon numéro"]]


@pytest.mark.parametrize(
    ("reply_to", "answered"), [("", None), ("12", 12), ("-3", None), ("douze", None), ("²", None)]
)
def test_every_part_answers_the_message_that_asked(reply_to: str, answered: int | None) -> None:
    parts = rendered(Message(Markdown("mot " * 2000), reply_to=reply_to))
    assert len(parts) == 2 and [part.reply_to for part in parts] == [answered] * 2


def thumbs(*before: str) -> Message:
    pair = (Option("yes.bail", "👍 Utile", "yes.bail"), Option("no.bail", "👎 Pas ça", "no.bail"))
    return Message(Markdown("?"), (*map(option, before), *pair))


@pytest.mark.parametrize(
    ("before", "rows"),
    [
        ((), []),
        (("Le bail",), [["Le bail"]]),
        (("Le bail", "Sources"), [["Le bail", "Sources"]]),
        (("En savoir plus", "Sources", "Le bail"), [["En savoir plus", "Sources"], ["Le bail"]]),
    ],
)
def test_the_two_thumbs_always_share_a_row_of_their_own(
    before: tuple[str, ...], rows: list[list[str]]
) -> None:
    assert labels(thumbs(*before)) == [*rows, ["👍 Utile", "👎 Pas ça"]]


@given(from_regex(PLAIN, fullmatch=True))
def test_a_plain_line_is_what_the_parser_of_markdown_makes_of_it(line: str) -> None:
    assert telegram_html(line) == line
