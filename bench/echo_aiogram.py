"""A bare echo bot, as aiogram's documentation shows it. In an environment of its own (`bench/foreign.py`).

python bench/echo_aiogram.py TOKEN API
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher  # type: ignore[import-not-found]  # installed there
from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found]  # installed there
from aiogram.client.telegram import TelegramAPIServer  # type: ignore[import-not-found]  # installed there
from aiogram.types import Message  # type: ignore[import-not-found]  # installed there

dispatcher = Dispatcher()


async def echo(message: Message) -> None:
    """Say what was said."""
    if message.text:
        await message.answer(message.text)


async def main() -> None:
    """Poll until stopped."""
    token, api = sys.argv[1:]
    dispatcher.message.register(echo)
    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    await dispatcher.start_polling(Bot(token, session=session))


if __name__ == "__main__":
    asyncio.run(main())
