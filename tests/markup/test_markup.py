"""Light Markdown as each channel reads it."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import clean, escape, page_html, plain, telegram_html, terminal, utf16_length

CASES = [
    # Markdown, plain, Telegram, page
    ("Bonjour.", "Bonjour.", "Bonjour.", "<p>Bonjour.</p>"),
    (
        "**Une** _alliance_\nà deux",
        "Une alliance\nà deux",
        "<b>Une</b> <i>alliance</i>\nà deux",
        "<p><strong>Une</strong> <em>alliance</em><br>à deux</p>",
    ),
    (
        "Voir [la loi](https://exemple.fr/?a=1&b=2)",
        "Voir la loi",
        'Voir <a href="https://exemple.fr/?a=1&amp;b=2">la loi</a>',
        '<p>Voir <a href="https://exemple.fr/?a=1&amp;b=2" '
        'target="_blank" rel="noopener noreferrer">la loi</a></p>',
    ),
    (
        "[x](javascript:alert(1)) [y](data:text/html,z)",
        "[x](javascript:alert(1)) [y](data:text/html,z)",
        "[x](javascript:alert(1)) [y](data:text/html,z)",
        "<p>[x](javascript:alert(1)) [y](data:text/html,z)</p>",
    ),
    (
        "Il faut :\n- un but\n- une date",
        "Il faut :\n• un but\n• une date",
        "Il faut :\n• un but\n• une date",
        "<p>Il faut :</p><ul><li>un but</li><li>une date</li></ul>",
    ),
    (
        "3. trois\n4. quatre",
        "3. trois\n4. quatre",
        "3. trois\n4. quatre",
        '<ol start="3"><li>trois</li><li>quatre</li></ol>',
    ),
    (
        "> Cité\n\nPuis.",
        "Cité\n\nPuis.",
        "<blockquote>Cité</blockquote>\n\nPuis.",
        "<blockquote><p>Cité</p></blockquote><p>Puis.</p>",
    ),
    (
        "# titre `code` <b>x</b> &amp; ![i](https://e.fr)",
        "# titre `code` <b>x</b> &amp; !i",
        '# titre `code` &lt;b&gt;x&lt;/b&gt; &amp;amp; !<a href="https://e.fr">i</a>',
        "<p># titre `code` &lt;b&gt;x&lt;/b&gt; &amp;amp; "
        '!<a href="https://e.fr" target="_blank" rel="noopener noreferrer">i</a></p>',
    ),
    ("", "", "", ""),
]

ANY_TEXT = st.text(st.characters(), max_size=80) | st.text("*_[](){}<>&#+-.!|~`\\ \n\t1a:/", max_size=80)
PAGE_TAGS = re.compile(r"</?(p|strong|em|ul|ol|li|blockquote|a)\b[^<>]*>|<br>")
TELEGRAM_TAGS = re.compile(r"</?(b|i|a|blockquote)\b[^<>]*>")


@pytest.mark.parametrize(("markdown", "read", "telegram", "page"), CASES)
def test_each_channel_renders_light_markdown(markdown: str, read: str, telegram: str, page: str) -> None:
    assert (plain(markdown), telegram_html(markdown), page_html(markdown)) == (read, telegram, page)


@given(ANY_TEXT)
def test_an_escaped_text_is_read_as_it_was_typed(typed: str) -> None:
    assert plain(escape(typed)).split() == clean(typed).split()


@given(ANY_TEXT)
def test_no_tag_and_no_entity_comes_out_of_an_escaped_text(typed: str) -> None:
    telegram = telegram_html(escape(typed))
    page = page_html(escape(typed))
    assert "<" not in telegram
    assert html.unescape(telegram) == plain(escape(typed))
    assert "<" not in page.replace("<p>", "").replace("</p>", "").replace("<br>", "")


@given(
    st.sampled_from(["**{}**", "- {}", "> {}", "[{}](https://e.fr)", "1. a\n2. {}", "Avant {} après"]),
    ANY_TEXT,
)
def test_an_escaped_value_never_breaks_the_text_around_it(frame: str, typed: str) -> None:
    value = f"x{typed}x"  # a value that is not empty
    around = plain(frame.format("§")).replace("§", " § ").split()
    place = around.index("§")
    assert plain(frame.format(escape(value))).split() == [
        *around[:place],
        *clean(value).split(),
        *around[place + 1 :],
    ]


@given(ANY_TEXT)
def test_telegram_without_its_tags_is_the_plain_text(markdown: str) -> None:
    rendered = telegram_html(markdown)
    assert html.unescape(TELEGRAM_TAGS.sub("", rendered)) == plain(markdown)
    assert "<" not in TELEGRAM_TAGS.sub("", rendered)
    assert "<" not in PAGE_TAGS.sub("", page_html(markdown))


@given(ANY_TEXT)
def test_every_rendering_can_be_encoded(markdown: str) -> None:
    for text in (telegram_html(markdown), page_html(markdown), *(s.text for s in terminal(markdown))):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
        text.encode()


def test_folded_text_becomes_an_expandable_quotation() -> None:
    assert telegram_html("Bref.", "Plus **long**\n\n> cité") == (
        "Bref.\n<blockquote expandable>Plus <b>long</b>\n\ncité</blockquote>"
    )


def test_the_terminal_shows_folded_text_as_a_quotation() -> None:
    pieces = terminal("Bref [ici](https://e.fr).", "Plus.")
    assert "".join(piece.text for piece in pieces) == "Bref ici.\n\nPlus."
    assert [piece.link for piece in pieces if piece.link] == ["https://e.fr"]
    assert [piece.text for piece in pieces if piece.quoted] == ["Plus."]


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        ("Voir [la loi](https://e.fr) ici", "Voir la loi (https://e.fr) ici"),
        ("[https://e.fr](https://e.fr)", "https://e.fr"),
        ("[a@e.fr](mailto:a@e.fr)", "a@e.fr"),
        ("[**gras** et maigre](https://e.fr)", "gras et maigre (https://e.fr)"),
    ],
)
def test_plain_text_can_say_where_a_link_leads(markdown: str, read: str) -> None:
    assert plain(markdown, links=True) == read


def test_a_nested_list_is_indented() -> None:
    assert plain("- a\n  - b\n\n    suite\n- c") == "• a\n   • b\n\n      suite\n• c"


@pytest.mark.parametrize(("text", "units"), [("", 0), ("é", 1), ("👋", 2), ("a\n👩‍👧", 7)])
def test_length_is_counted_in_utf16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units
