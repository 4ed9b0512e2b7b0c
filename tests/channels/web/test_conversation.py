"""Events in memory: replay, overflow, and what the history does not know yet."""

from typing import Any

from bot.channels.web.conversation import OPEN, REPLAYED, Conversation, Conversations
from bot.channels.web.wire import overlay


async def heard(conversation: Conversation, after: str) -> list[tuple[str, Any]]:
    """All events after a cursor, in a conversation that is closed once they are read."""
    events: list[tuple[str, Any]] = []
    async for _, event in conversation.listen(after):
        events.append((event.kind, event.data.get("n")))
        conversation.close()
    return events


async def test_a_window_that_comes_back_hears_what_it_missed() -> None:
    conversation = Conversation()
    conversation.publish("message", {"n": 1})
    cursor = conversation.cursor
    conversation.publish("message", {"n": 2})
    conversation.publish("said", {"n": 3})
    assert await heard(conversation, cursor) == [("message", 2), ("said", 3)]


async def test_a_window_from_before_a_restart_reads_the_history_again() -> None:
    for cursor in ("other.1", "", "nonsense", "other", "x.99999999999999999999", "é.²"):
        conversation = Conversation()
        conversation.publish("message", {"n": 1})
        assert await heard(conversation, cursor) == [("reload", None)]


async def test_a_window_that_missed_too_much_reads_the_history_again() -> None:
    conversation = Conversation()
    cursor = conversation.cursor
    for n in range(REPLAYED + 1):
        conversation.publish("message", {"n": n})
    assert await heard(conversation, cursor) == [("reload", None)]


async def test_after_an_erasure_nothing_is_replayed() -> None:
    conversation = Conversation()
    cursor = conversation.cursor
    conversation.publish("message", {"n": 1})
    conversation.forget()
    assert conversation.fresh() == []
    assert await heard(conversation, cursor) == [("reload", None)]


async def test_a_window_that_does_not_read_is_let_go() -> None:
    conversation = Conversation()
    start = conversation.cursor
    conversation.publish("message", {"n": 0})
    reading = conversation.listen(start)
    await anext(reading)
    for n in range(REPLAYED + 10):
        conversation.publish("message", {"n": n})
    assert len([event async for event in reading]) == REPLAYED
    assert not conversation.watched


async def test_idle_conversations_leave_the_memory() -> None:
    conversations = Conversations()
    first = conversations["first"]
    for n in range(OPEN):
        conversations[str(n)].hint("typing")
    assert conversations["first"] is not first


def test_what_was_just_sent_is_laid_over_the_history() -> None:
    history = [{"id": "a", "at": 1, "html": "question"}, {"id": "in", "at": 2, "text": "oui"}]
    fresh = [
        {"id": "a", "at": 9, "html": "question : oui"},
        {"id": "b", "at": 9, "html": "suite"},
        {"id": "b", "at": 10, "html": "suite modifiée"},
    ]
    assert overlay(history, fresh) == [
        {"id": "a", "at": 1, "html": "question : oui"},
        {"id": "in", "at": 2, "text": "oui"},
        {"id": "b", "at": 9, "html": "suite modifiée"},
    ]
