"""A person on Telegram, by way of the stand-in of the Bot API."""

from dataclasses import dataclass, field

from bot.model.message import Option
from tests.journeys.drivers import Bubble, tidy
from tests.journeys.program import PATIENCE
from tests.telegram_api import Person
from tests.telegram_api.world import Heard, Message


@dataclass
class TelegramSeat:
    """One account in its private chat with the bot."""

    person: Person
    shows_links: bool = False
    shows_edits: bool = True
    _data: dict[str, tuple[str, Message]] = field(default_factory=dict)
    """What the newest button of each label sends, and its message."""

    @property
    def name(self) -> str:
        return self.person.user.first_name

    async def says(self, text: str) -> None:
        """See `Seat`."""
        await self.person.says(text)

    async def taps(self, button: Option) -> None:
        """See `Seat`. A window that was not refreshed still shows a button that is gone."""
        data, message = self._data[button.label]
        await self.person.sends_tap(data, message=message)

    async def hears(self, count: int) -> list[Bubble]:
        """See `Seat`."""
        came = []
        for _ in range(count):
            try:
                came.append(self._seen(await self.person.hears(PATIENCE)))
            except TimeoutError:
                break
        return came

    async def rest(self) -> list[Bubble]:
        """See `Seat`."""
        return [self._seen(heard) for heard in self.person.missed()]

    def _seen(self, heard: Heard) -> Bubble:
        message = self.person.chat.thread[heard.message_id]
        for row in heard.keyboard.rows if heard.keyboard else ():
            for button in row:
                if button.data is not None:
                    self._data[button.label] = button.data, message
        return Bubble(tidy(heard.text), tuple(heard.labels), heard.edited)
