"""Few messages, one notification."""

import pytest

from bot.dialogue.speaking import GOOD_MESSAGE, LONGEST, spoken
from bot.model.effects import Begin, CancelTimer, Effect, Send
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.values import FlowId

MENU = (Option("menu", "Menu", "do.menu"),)
FILE = (AttachedFile("a.png", "image/png", "0" * 64),)
LONG = "x" * (GOOD_MESSAGE - 1)


def text(words: str) -> Send:
    return Send(Message(Markdown(words)))


def card(words: str) -> Send:
    return Send(Message(Markdown(words), MENU))


def prompt(words: str) -> Send:
    return Send(Message(Markdown(words), MENU, key="r.1"))


CASES: list[tuple[str, list[Effect], list[tuple[str, bool]]]] = [
    ("nothing", [CancelTimer("x")], []),
    ("one", [text("a")], [("a", False)]),
    ("texts in a row", [text("a"), Begin(FlowId("f")), text("b")], [("a\n\nb", False)]),
    ("a text before a card", [text("a"), card("b")], [("a\n\nb", False)]),
    ("a card before a text", [card("a"), text("b")], [("a", True), ("b", False)]),
    (
        "a text before a prompt, whose message will be edited",
        [text("a"), prompt("b")],
        [("a", True), ("b", False)],
    ),
    (
        "a file keeps its own caption",
        [text("a"), Send(Message(Markdown("b"), attachments=FILE))],
        [("a", True), ("b", False)],
    ),
    ("long texts", [text(LONG), text("bb")], [(LONG, True), ("bb", False)]),
    (
        "the shortest neighbours go together where there would be three",
        [text(LONG), text("b" * 400), card("c" * 400)],
        [(LONG, True), ("b" * 400 + "\n\n" + "c" * 400, False)],
    ),
    (
        "long texts and a prompt",
        [text(LONG), text("bb"), prompt("c")],
        [(f"{LONG}\n\nbb", True), ("c", False)],
    ),
    (
        "too long for one",
        [text("x" * LONGEST), text("b"), prompt("c")],
        [("x" * LONGEST, True), ("b", True), ("c", False)],
    ),
]


@pytest.mark.parametrize(("name", "effects", "messages"), CASES, ids=[row[0] for row in CASES])
def test_texts_are_joined_and_only_the_last_message_notifies(
    name: str, effects: list[Effect], messages: list[tuple[str, bool]]
) -> None:
    found = spoken(effects)
    sent = [effect.message for effect in found if isinstance(effect, Send)]
    assert [(message.text, message.silent) for message in sent] == messages
    assert [effect for effect in found if not isinstance(effect, Send)] == [
        effect for effect in effects if not isinstance(effect, Send)
    ]
