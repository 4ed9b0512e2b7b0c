"""How fast aiogram's `send_message` is. In an environment of its own (`bench/foreign.py`).

python bench/send_aiogram.py TOKEN API COUNT AT_ONCE TEXT: prints messages a second, and seconds of processor
time for 1,000.
"""

import asyncio
import json
import sys
import time

from aiogram import Bot  # type: ignore[import-not-found]  # installed there
from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found]  # installed there
from aiogram.client.telegram import TelegramAPIServer  # type: ignore[import-not-found]  # installed there

WARM = 128


async def main() -> None:
    """Warm up, then measure."""
    token, api, count, at_once, text = sys.argv[1:]
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api), limit=int(at_once)))

    async def send(messages: int) -> None:
        numbers = iter(range(messages))

        async def line(person: int) -> None:
            for _ in numbers:
                await bot.send_message(person, text, parse_mode="HTML")

        await asyncio.gather(*(line(person) for person in range(1, int(at_once) + 1)))

    await send(WARM)
    before, worked = time.perf_counter(), time.process_time()
    await send(int(count))
    seconds, work = time.perf_counter() - before, time.process_time() - worked
    print(json.dumps({"rate": int(count) / seconds, "work": work / int(count) * 1000}))
    await bot.session.close()


if __name__ == "__main__":
    asyncio.run(main())
