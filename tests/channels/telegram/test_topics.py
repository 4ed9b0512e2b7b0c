"""Messages with their place in a forum: the topic is made once, kept up to date, made again, done without."""

from dataclasses import replace

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.model.message import AttachedFile, Markdown, Message, Topic
from bot.model.receipt import Deferred, Delivered, Failed, Migrated, Receipt, Unknown, Unreachable
from bot.model.who import Address
from tests.channels.telegram.conftest import Shelf
from tests.telegram_api import BotApi, faults
from tests.telegram_api.forum import topic_of
from tests.telegram_api.world import Chat

FORUM = Address("telegram", "-1009")
TOPIC = Topic("1 · Awa", "❗")
BOTH = frozenset({"can_manage_topics", "can_delete_messages"})


def say(text: str, topic: Topic | None = TOPIC) -> Message:
    return Message(Markdown(text), topic=topic)


@pytest.fixture
def forum(api: BotApi) -> Chat:
    chat = api.group(-1009).chat
    chat.is_forum, chat.rights = True, frozenset({"can_manage_topics"})
    return chat


def after(receipt: Receipt, topic: Topic) -> Topic:
    """The topic as the outbox fills it in for the next message."""
    assert isinstance(receipt, Delivered)
    return replace(topic, at=receipt.topic, shown=topic.looks)


async def sent(channel: TelegramChannel, message: Message) -> Delivered:
    receipt = await channel.send(FORUM, message)
    assert isinstance(receipt, Delivered), receipt
    return receipt


async def test_the_first_message_makes_the_topic_and_the_next_stand_in_it(
    api: BotApi, channel: TelegramChannel, forum: Chat
) -> None:
    first = await sent(channel, say("Bonjour"))
    thread = int(first.topic)
    assert topic_of(forum, thread) == {"name": "1 · Awa", "icon": "❗", "closed": False}
    assert channel.room.topics == {first.topic}
    await sent(channel, say("Encore", after(first, TOPIC)))
    assert [one.thread for one in forum.messages if one.text] == [thread, thread]
    assert len(api.calls("createForumTopic")) == 1 and api.calls("editForumTopic") == []


async def test_how_it_looks_follows_and_a_message_without_text_says_nothing(
    api: BotApi, channel: TelegramChannel, forum: Chat
) -> None:
    first = await sent(channel, say("Bonjour"))
    closed = replace(after(first, TOPIC), icon="✅", closed=True)
    assert (await sent(channel, say("", closed))).topic == first.topic
    assert topic_of(forum, int(first.topic)) == {"name": "1 · Awa", "icon": "✅", "closed": True}
    again = replace(closed, icon="‼", closed=False, shown=closed.looks)
    await sent(channel, say("Rouvert", again))
    assert topic_of(forum, int(first.topic)) == {"name": "1 · Awa", "icon": "‼", "closed": False}
    assert [one.text for one in forum.messages if one.text] == ["Bonjour", "Rouvert"]
    # Told once more what it looks like already: no error.
    await sent(channel, say("", replace(again, shown="")))
    # Nothing to say where there is no topic yet: it is made by its first message.
    assert await channel.send(FORUM, say("", Topic("2"))) == Delivered()


@pytest.mark.parametrize("fault", [faults.flood(1), faults.server_error()])
async def test_a_message_that_must_wait_makes_no_second_topic(
    api: BotApi, channel: TelegramChannel, forum: Chat, fault: faults.Fault
) -> None:
    api.fault(fault, method="sendMessage")
    assert not isinstance(await channel.send(FORUM, say("Bonjour")), Delivered)
    await sent(channel, say("Bonjour"))
    assert len(api.calls("createForumTopic")) == 1
    assert [one.text for one in forum.messages if one.text] == ["Bonjour"]


async def test_a_topic_deleted_by_hand_is_made_again(
    api: BotApi, channel: TelegramChannel, forum: Chat
) -> None:
    first = await sent(channel, say("Bonjour"))
    for topic in (after(first, TOPIC), replace(after(first, TOPIC), icon="✅", closed=True)):
        forum.topics[int(first.topic)].deleted = True
        again = await sent(channel, say("Encore", topic))
        assert again.topic != first.topic
        assert topic_of(forum, int(again.topic))["closed"] is topic.closed


@pytest.mark.parametrize(("is_forum", "rights"), [(False, frozenset()), (True, frozenset())])
async def test_without_topics_the_first_message_has_the_title_and_the_others_answer_it(
    channel: TelegramChannel, forum: Chat, is_forum: bool, rights: frozenset[str]
) -> None:
    forum.is_forum, forum.rights = is_forum, rights
    first = await sent(channel, say("Bonjour"))
    assert first.topic == "" and forum.last.text == "1 · Awa\n\nBonjour"
    await sent(channel, say("Encore", replace(TOPIC, first=first.reference)))
    assert (forum.last.text, forum.last.reply_to) == ("Encore", int(first.reference))
    receipt = await channel.send(
        FORUM, say("Bonsoir", replace(TOPIC, first=first.reference)), replaces=first.reference
    )
    assert receipt == Delivered(first.reference)
    assert forum.thread[int(first.reference)].text == "1 · Awa\n\nBonsoir"


async def test_a_right_lost_later_keeps_no_message_back(channel: TelegramChannel, forum: Chat) -> None:
    first = await sent(channel, say("Bonjour"))
    forum.rights = frozenset({"can_delete_messages"})
    await sent(channel, say("Encore", replace(after(first, TOPIC), icon="✅")))
    assert forum.last.text == "Encore" and topic_of(forum, int(first.topic))["icon"] == "❗"


async def test_files_and_copies_stand_in_the_topic(
    api: BotApi, channel: TelegramChannel, forum: Chat, shelf: Shelf
) -> None:
    first = await sent(channel, say("Bonjour"))
    topic, file = after(first, TOPIC), shelf.keep(b"a", "a.txt", "text/plain")
    attached = AttachedFile("a.txt", "text/plain", file.sha256)
    await sent(channel, Message(Markdown("Voici"), attachments=(attached,), topic=topic))
    camille = api.person(1001)
    post = await camille.shares_document("b.txt", b"b")
    await sent(channel, Message(Markdown("Ceci"), copied=f"1001/{post.message_id}", topic=topic))
    assert [one.thread for one in forum.messages if one.file] == [int(first.topic)] * 2


async def test_a_topic_is_taken_away_or_what_is_left_to_do_is_said(
    channel: TelegramChannel, forum: Chat
) -> None:
    first = await sent(channel, say("Bonjour"))
    gone = replace(after(first, TOPIC), gone=True, closed=True, title="1")
    await sent(channel, say("Supprimez ce sujet", gone))
    assert forum.last.text == "Supprimez ce sujet" and forum.topics[int(first.topic)].closed
    forum.rights = BOTH
    await sent(channel, say("Supprimez ce sujet", gone))
    assert forum.topics[int(first.topic)].deleted and forum.messages == []
    assert await channel.send(FORUM, say("Supprimez", gone)) == Delivered()
    assert await channel.send(FORUM, say("Supprimez", replace(gone, at=""))) == Delivered()


async def test_no_topic_is_made_to_say_that_one_deleted_by_hand_should_go(
    channel: TelegramChannel, api: BotApi, forum: Chat
) -> None:
    first = await sent(channel, say("Bonjour"))
    gone = replace(after(first, TOPIC), gone=True, closed=True)
    forum.topics[int(first.topic)].deleted = True
    refused = faults.bad_request("not enough rights to delete a topic")
    api.fault(refused, method="deleteForumTopic", times=1)
    assert await channel.send(FORUM, say("Supprimez ce sujet", gone)) == Delivered()
    assert list(forum.topics) == [int(first.topic)]


async def test_a_sign_stands_on_the_message_or_is_said(
    channel: TelegramChannel, api: BotApi, forum: Chat
) -> None:
    wrote = await api.person(1001).says("Oui", chat=forum)
    mark = Message(Markdown("✓ Transmis"), mark="👍", reply_to=str(wrote.message_id))
    assert await channel.send(FORUM, mark) == Delivered()
    assert wrote.reactions == ["👍"] and forum.messages == []
    forum.no_reactions = frozenset("👍")
    await sent(channel, mark)
    assert (forum.last.text, forum.last.reply_to) == ("✓ Transmis", wrote.message_id)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.kicked(), Unreachable),
        (faults.migrated(-77), Migrated),
        (faults.flood(3), Deferred),
    ],
)
async def test_what_telegram_refuses_comes_back_as_a_receipt(
    api: BotApi, channel: TelegramChannel, forum: Chat, fault: faults.Fault, kind: type[Receipt]
) -> None:
    channel.room.group = FORUM.id
    api.fault(fault, method="createForumTopic")
    assert isinstance(await channel.send(FORUM, say("Bonjour")), kind)
    assert channel.room.group == ("-77" if kind is Migrated else FORUM.id)


async def test_icons_that_cannot_be_had_are_left_out(
    api: BotApi, channel: TelegramChannel, forum: Chat
) -> None:
    api.fault(faults.server_error(), method="getForumTopicIconStickers")
    first = await sent(channel, say("Bonjour"))
    assert topic_of(forum, int(first.topic))["icon"] == ""


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.flood(3), Deferred),
        (faults.kicked(), Unreachable),
        (faults.server_error(), Failed),
        (faults.reset_after_effect(), Unknown),
    ],
)
async def test_a_sign_that_must_wait_comes_back_as_a_receipt(
    channel: TelegramChannel, api: BotApi, forum: Chat, fault: faults.Fault, kind: type[Receipt]
) -> None:
    wrote = await api.person(1001).says("Oui", chat=forum)
    mark = Message(Markdown("✓ Transmis"), mark="👍", reply_to=str(wrote.message_id))
    api.fault(fault, method="setMessageReaction")
    assert isinstance(await channel.send(FORUM, mark), kind)
    assert forum.messages == []


async def test_topics_turned_off_keep_no_message_back(channel: TelegramChannel, forum: Chat) -> None:
    first = await sent(channel, say("Bonjour"))
    forum.is_forum = False
    await sent(channel, say("Encore", replace(after(first, TOPIC), icon="✅", closed=True)))
    assert forum.last.text.endswith("Encore") and forum.last.thread is None


@pytest.mark.parametrize("method", ["createForumTopic", "editForumTopic", "closeForumTopic"])
async def test_what_telegram_refuses_of_the_looks_keeps_no_message_back(
    api: BotApi, channel: TelegramChannel, forum: Chat, method: str
) -> None:
    api.fault(faults.bad_request("DOCUMENT_INVALID"), method=method)
    first = await sent(channel, say("Bonjour"))
    await sent(channel, say("Encore", replace(after(first, TOPIC), icon="✅", closed=True)))
    assert [one.text.rpartition("\n")[2] for one in forum.messages if one.text] == ["Bonjour", "Encore"]
