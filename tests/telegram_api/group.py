"""A group, supergroup or channel: what befalls the bot there."""

from tests.telegram_api.answers import JsonObject
from tests.telegram_api.person import MEMBER_LANE, Person
from tests.telegram_api.render import message_json
from tests.telegram_api.world import Chat, Content, State, World


class Group:
    """A chat of several. Persons speak there with ``person.says(…, chat=group.chat)``."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self.chat = chat

    @property
    def id(self) -> int:
        return self.chat.id

    def removes_bot(self, by: Person) -> None:
        """Throw the bot out: 403 from now on."""
        self._member("kicked", "member", "kicked", by)

    def welcomes_bot(self, by: Person) -> None:
        """Let the bot in (again)."""
        self._member("open", "left", "member", by)

    def vanishes(self) -> None:
        """The group is deleted."""
        self.chat.state = "deleted"

    def migrates(self, new_id: int, by: Person) -> "Group":
        """Become a supergroup: 400 with the new id from now on, and both service messages (old chat
        first)."""
        new = Chat(new_id, "supergroup", title=self.chat.title)
        self._world.chats[new_id] = new
        self.chat.state, self.chat.upgraded_to = "upgraded", new_id
        self._service(self.chat, {"migrate_to_chat_id": new_id}, by)
        self._service(new, {"migrate_from_chat_id": self.chat.id}, by)
        return Group(self._world, new)

    def _service(self, chat: Chat, extra: JsonObject, by: Person) -> None:
        message = self._world.add_message(chat, by.user, Content("service", extra=extra))
        self._world.updates.put("message", message_json(message), lane=chat.id)

    def _member(self, state: State, old: str, new: str, by: Person) -> None:
        self.chat.state = state
        bot = self._world.bot.json()
        body = {
            "chat": self.chat.json(),
            "from": by.user.json(),
            "date": int(self._world.clock.now()),
            "old_chat_member": {"user": bot, "status": old},
            "new_chat_member": {"user": bot, "status": new} | ({"until_date": 0} if new == "kicked" else {}),
        }
        self._world.updates.put("my_chat_member", body, lane=self.chat.id + MEMBER_LANE)
        self._world.touch()
