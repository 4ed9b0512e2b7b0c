"""What a person emphasised stays emphasised, and nothing else of their words becomes markup."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.marking import marked
from bot.markup import plain


def part(text: str, words: str, kind: str, **more: str) -> dict[str, Any]:
    """The entity of the first such words, counted as Telegram counts."""
    before = text[: text.index(words)]
    return {"type": kind, "offset": units(before), "length": units(words), **more}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


CASES = [
    ("Bonjour à tous", [("tous", "bold", {})], "Bonjour à **tous**"),
    ("😀 à tous", [("à tous", "italic", {})], "😀 *à tous*"),
    ("Voyez ici.", [("ici", "text_link", {"url": "https://x.fr/a"})], "Voyez [ici](<https://x.fr/a>)\\."),
    ("Un mot ", [("mot ", "bold", {})], "Un **mot** "),
    ("a\nb", [("a\nb", "bold", {})], "**a**\n**b**"),
    ("1. *point*", [("point", "bold", {})], "1\\. \\***point**\\*"),
    ("Voyez ici", [("ici", "text_link", {"url": "javascript:x"})], ""),
    ("Voyez ici", [("ici", "mention", {})], ""),
    ("Voyez ici", [], ""),
]


@pytest.mark.parametrize(("text", "parts", "written"), CASES)
def test_emphasis_is_written_as_light_markdown(text: str, parts: list[Any], written: str) -> None:
    assert marked(text, [part(text, words, kind, **more) for words, kind, more in parts]) == written


ENTITIES = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["bold", "italic", "text_link", "spoiler"]),
            "offset": st.integers(-3, 30),
            "length": st.integers(-3, 30),
            "url": st.sampled_from(["https://x.fr", "x", "https://x.fr/>"]),
        }
    )
    | st.none(),
    max_size=4,
)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30), ENTITIES)
def test_nothing_that_was_written_is_lost(text: str, entities: Any) -> None:
    written = marked(text, entities)
    assert not written or plain(written).split() == text.split()


@pytest.mark.parametrize("entities", [None, 3, "x", {}, [3, None, {"type": 1}, {"type": "bold"}]])
def test_what_telegram_never_sends_marks_nothing(entities: Any) -> None:
    assert marked("Bonjour", entities) == ""
