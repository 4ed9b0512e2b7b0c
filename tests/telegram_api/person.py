"""A person with a Telegram account: what they can do in a chat, and what they hear from the bot there."""

from dataclasses import replace
from typing import Any

from tests.telegram_api.answers import JsonObject
from tests.telegram_api.call import Upload
from tests.telegram_api.copying import poll_answer
from tests.telegram_api.markup import plain_entities
from tests.telegram_api.render import message_json, photo_json, picture_size
from tests.telegram_api.updates import DAY, TAP_LIFETIME
from tests.telegram_api.world import (
    Chat,
    Content,
    Heard,
    InlineQuery,
    Message,
    State,
    Tap,
    User,
    World,
    plain,
)

INLINE_LANE = 1 << 33
TAP_LANE = 3 << 33
MEMBER_LANE = 5 << 33
POLL_LANE = 6 << 33
"""Webhook queues of inline queries, taps and membership changes are the user's id plus these (``Client.cpp``,
01a3679)."""


class Person:
    """One person. Everything happens in the private chat with the bot unless ``chat=`` names another one.

    What a person does always reaches Telegram; whether the bot fetches it is the bot's affair.
    """

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self.user = user
        self.chat = world.chats[user.id]

    @property
    def id(self) -> int:
        return self.user.id

    async def says(
        self,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
        **extra: Any,
    ) -> Message:
        """Send a text. ``extra`` goes into the update as it is (``forward_origin``, ``via_bot``,
        ``sender_chat`` …)."""
        content = plain(text, tuple(plain_entities(text, [])))
        return self._posts(content, chat=chat, reply_to=reply_to, thread=thread, extra=extra)

    async def asks_inline(self, text: str) -> InlineQuery:
        """Type words behind the bot's name, in any chat. LookupError unless inline mode is on."""
        if not self._world.abilities["supports_inline_queries"]:
            raise LookupError("inline mode is off: Telegram sends no such update")
        query = InlineQuery(str(next(self._world.numbers) + 10**16), text, self._world.clock.now())
        self._world.queries[query.id] = query
        body = {"id": query.id, "from": self.user.json(), "chat_type": "group", "query": text, "offset": ""}
        self._update("inline_query", body, lane=self.id + INLINE_LANE, lifetime=TAP_LIFETIME)
        return query

    async def sees(self, query: InlineQuery, timeout: float = 5.0) -> list[str]:
        """The titles offered for what was typed, once they are there. TimeoutError if they do not come."""
        look = self._world.bell.until(lambda: query.answer, timeout=timeout)
        if await look is None:
            raise TimeoutError(f"no answer to the inline query {query.text!r} for {timeout} s")
        return query.titles

    async def picks(self, query: InlineQuery, title: str, *, chat: Chat) -> Message:
        """Send one of the results into a chat, in one's own name and by way of the bot."""
        content = query.messages[title]
        return self._posts(content, chat=chat, extra={"via_bot": self._world.bot.json()})

    async def opens(self, label: str, *, chat: Chat | None = None) -> Message:
        """Touch a button that opens the bot's private chat (``https://t.me/…?start=…``)."""
        place = chat or self.chat
        boards = [one.keyboard for one in reversed(place.thread.values()) if one.keyboard]
        url = next(
            button.url for board in boards for button in board.buttons if button.label == label and button.url
        )
        name, _, payload = url.removeprefix("https://t.me/").partition("?start=")
        if name != self._world.bot.username:
            raise LookupError(f"{url} leads to somebody else")
        return await self.starts(payload)

    async def starts(self, payload: str = "") -> Message:
        """Press "Start" (a deep link when there is a payload); whoever blocked the bot unblocks it so."""
        if self.chat.state == "blocked":
            await self.unblocks_bot()
        if self.chat.state == "unmet":
            self.chat.state = "open"
        return await self.says(f"/start {payload}".strip())

    async def taps(
        self, label_or_data: str, *, chat: Chat | None = None, message: Message | None = None
    ) -> Tap:
        """Tap the newest button with this label or data: inline first, then the reply keyboard.

        On a reply keyboard the label is said, or the contact or place it asks for is shared; the Tap then
        has no id. Raises LookupError when no such button is to be seen.
        """
        place = chat or self.chat
        found = place.find_button(label_or_data)
        if message is not None and message.keyboard and (button := message.keyboard.find(label_or_data)):
            found = message, button
        if found is not None:
            if found[1].data is None:
                raise LookupError(f"{found[1].label!r} opens {found[1].url}: the bot hears nothing of that")
            return await self.sends_tap(found[1].data, message=found[0])
        keyboard = place.reply_keyboard
        asked = keyboard.find(label_or_data) if keyboard else None
        if asked is None:
            seen = [label for one in place.messages for label in one.labels]
            raise LookupError(f"no button {label_or_data!r} in chat {place.id}; there are {seen}")
        if asked.asks == "contact":
            await self.shares_contact()
        elif asked.asks == "location":
            await self.shares_location(48.8566, 2.3522)
        else:
            await self.says(asked.label, chat=chat)
        return Tap("", asked.label, self._world.clock.now(), None)

    async def sends_tap(self, data: str, *, message: Message, chat_instance: str = "standin") -> Tap:
        """Send any ``callback_data``, also one that no button has (forged, stale, another person's)."""
        tap = Tap(str(next(self._world.numbers) + 10**15), data, self._world.clock.now(), message)
        self._world.taps[tap.id] = tap
        payload = {
            "id": tap.id,
            "from": self.user.json(),
            "chat_instance": chat_instance,
            "data": data,
            "message": message_json(message)
            if not message.deleted
            else {"chat": message.chat.json(), "message_id": message.message_id, "date": 0},
        }
        self._update("callback_query", payload, lane=self.id + TAP_LANE, lifetime=TAP_LIFETIME)
        return tap

    async def edits(self, message: Message, text: str) -> None:
        """Change an own message."""
        content = plain(text, tuple(plain_entities(text, [])))
        message.content, message.edited_at = content, self._world.clock.now()
        message.edits.append(content)
        self._update("edited_message", message_json(message), lane=message.chat.id)

    async def recaptions(self, message: Message, caption: str) -> None:
        """Change what is written below an own file."""
        message.content = replace(message.content, text=caption, html=caption)
        message.edited_at = self._world.clock.now()
        message.edits.append(message.content)
        self._update("edited_message", message_json(message), lane=message.chat.id)

    async def shares_contact(self, phone: str = "+33600000000", *, of: User | None = None) -> Message:
        """Share a contact, one's own unless ``of`` names another."""
        user = of or self.user
        contact = {"phone_number": phone, "first_name": user.first_name, "user_id": user.id}
        return self._posts(Content("contact", extra={"contact": contact}))

    async def shares_location(self, latitude: float, longitude: float) -> Message:
        """Share a place."""
        place = {"latitude": latitude, "longitude": longitude}
        return self._posts(Content("location", extra={"location": place}))

    async def shares_document(
        self,
        name: str,
        data: bytes,
        *,
        mime: str = "application/octet-stream",
        caption: str = "",
        chat: Chat | None = None,
        thread: int | None = None,
    ) -> Message:
        """Send a file; the bot can fetch it with ``getFile``."""
        file = self._world.keep_file("document", Upload(name, mime, data))
        return self._posts(Content("document", caption, caption, file=file), chat=chat, thread=thread)

    async def shares_photo(self, data: bytes, *, caption: str = "") -> Message:
        """Send a picture."""
        if picture_size(data) is None:
            raise ValueError("these bytes are no picture")
        file = self._world.keep_file("photo", Upload("photo.jpg", "image/jpeg", data))
        return self._posts(Content("photo", caption, caption, file=file, extra={"photo": [photo_json(file)]}))

    async def records(
        self, seconds: int = 3, *, chat: Chat | None = None, thread: int | None = None
    ) -> Message:
        """Send a voice message."""
        voice = {"file_id": "VOICE", "file_unique_id": "voice", "duration": seconds}
        return self._posts(Content("voice", extra={"voice": voice}), chat=chat, thread=thread)

    async def votes(self, *options: int, message: Message | None = None) -> None:
        """Answer the newest poll, or that of a message; no option takes the answer back. An anonymous poll
        tells the bot nothing."""
        polls = [one for one in self.chat.messages if "poll" in one.content.extra]
        poll = (message or polls[-1]).content.extra["poll"]
        body = poll_answer(poll, self.user.json(), options)
        if not poll["is_anonymous"]:
            self._update("poll_answer", body, lane=self.id + POLL_LANE)

    async def posts_poll(self, question: str, *options: str, several: bool = False) -> Message:
        """Send a poll of one's own."""
        poll = {
            "id": str(next(self._world.numbers) + 10**14),
            "question": question,
            "options": [{"text": option, "voter_count": 0} for option in options],
            "type": "regular",
            "allows_multiple_answers": several,
        }
        return self._posts(Content("poll", extra={"poll": poll}))

    async def deletes(self, message: Message) -> None:
        """Delete a message: the bot is told nothing."""
        message.deleted = True

    async def blocks_bot(self) -> None:
        """Block the bot: 403 from now on, and a ``my_chat_member`` update."""
        self._changes_membership("blocked", "member", "kicked")

    async def unblocks_bot(self) -> None:
        """Take the block back."""
        self._changes_membership("open", "kicked", "member")

    async def closes_topic(self, chat: Chat, thread: int) -> None:
        """Close a topic of a forum by hand."""
        chat.topics[thread].closed = True
        self._posts(Content("service", extra={"forum_topic_closed": {}}), chat=chat, thread=thread)

    async def leaves_telegram(self) -> None:
        """Delete the account: 403, and no update."""
        self.chat.state = "deactivated"

    async def hears(self, timeout: float = 5.0, *, chat: Chat | None = None) -> Heard:
        """The bot's next message or edit in the chat, in order; each is heard once.

        Raises TimeoutError after ``timeout`` seconds of real time, saying what the bot did last.
        """
        place = chat or self.chat

        def look() -> Heard | None:
            return place.happened[place.heard] if len(place.happened) > place.heard else None

        heard = await self._world.bell.until(look, timeout=timeout)
        if heard is None:
            calls = [f"{call.method}{'' if call.ok else ' (refused)'}" for call in self._world.journal[-5:]]
            raise TimeoutError(f"nothing new in chat {place.id} for {timeout} s; the last calls were {calls}")
        place.heard += 1
        return heard

    def missed(self, *, chat: Chat | None = None) -> list[Heard]:
        """All that was not heard yet, at once (and heard now)."""
        place = chat or self.chat
        rest = place.happened[place.heard :]
        place.heard = len(place.happened)
        return rest

    def _posts(
        self,
        content: Content,
        *,
        chat: Chat | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
        extra: JsonObject | None = None,
    ) -> Message:
        place = chat or self.chat
        before = [one.sender.is_bot for one in place.thread.values()]
        message = self._world.add_message(place, self.user, content, reply_to=reply_to, thread=thread)
        kind = "channel_post" if place.kind == "channel" else "message"
        body = message_json(message) | (extra or {})
        if place.kind not in ("group", "supergroup") or self._reaches_bot(body, before[-1:] == [True]):
            self._update(kind, body, lane=place.id)
        return message

    def _reaches_bot(self, body: JsonObject, bot_spoke_last: bool) -> bool:
        """Whether a message of a group is sent to the bot: all are without privacy mode; with it only
        commands for it, any command if it spoke last, answers to it, and its inline results (Bot features,
        "Privacy mode"). A mention alone is not on that list."""
        bot = self._world.bot
        chat = self._world.chats[int(body["chat"]["id"])]
        if self._world.abilities["can_read_all_group_messages"] or chat.rights:
            return True
        command = " ".join(str(body.get("text", "")).split(maxsplit=1)[:1])
        theirs = (body.get("reply_to_message", {}).get("from", {}), body.get("via_bot", {}))
        answers = any(one.get("id") == bot.id for one in theirs)
        if command.startswith("/"):
            _, at, whose = command.partition("@")
            return whose.lower() == str(bot.username).lower() if at else bot_spoke_last or answers
        return answers

    def _changes_membership(self, state: State, old: str, new: str) -> None:
        self.chat.state = state
        bot = self._world.bot.json()
        body = {
            "chat": self.chat.json(),
            "from": self.user.json(),
            "date": int(self._world.clock.now()),
            "old_chat_member": {"user": bot, "status": old} | _until(old),
            "new_chat_member": {"user": bot, "status": new} | _until(new),
        }
        self._update("my_chat_member", body, lane=self.id + MEMBER_LANE)

    def _update(self, kind: str, payload: JsonObject, *, lane: int, lifetime: float = DAY) -> None:
        self._world.updates.put(kind, payload, lane=lane, lifetime=lifetime)
        self._world.touch()


def _until(status: str) -> JsonObject:
    return {"until_date": 0} if status == "kicked" else {}
