"""Files that people send: from Telegram into the data folder."""

import asyncio
import logging
from collections.abc import Callable

from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.reading import MAX_FILE, file_of
from bot.channels.telegram.receipts import describe
from bot.model.values import StoredFile

_log = logging.getLogger(__name__)

Keep = Callable[[bytes, str, str], StoredFile]
"""From bytes, name and media type to the file as stored. Called in a thread of its own."""

ATTEMPTS = 3
PAUSE = 1.0
"""Seconds between two attempts."""


async def download(bot: Bot, update: object, keep: Keep, *, pause: float = PAUSE) -> StoredFile | None:
    """Keep the file of this update; None if it has none, or it is gone, too large or out of reach."""
    found = file_of(update)
    if found is None:
        return None
    file_id, about = found
    content = await _content(bot, file_id, pause)
    if content is None or len(content) > MAX_FILE:
        return None
    return await asyncio.to_thread(keep, content, about.name, about.media_type)


async def _content(bot: Bot, file_id: str, pause: float) -> bytes | None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            file = await bot.get_file(file_id)
            if (file.file_size or 0) > MAX_FILE:
                return None
            return bytes(await file.download_as_bytearray())
        except (BadRequest, ValueError) as error:  # gone, too big, or (ValueError) without a path
            _log.info("telegram file not to be had: %s", describe(error))
            return None
        except (NetworkError, RetryAfter) as error:
            _log.warning("telegram file, attempt %d: %s", attempt, describe(error))
            await asyncio.sleep(pause * attempt if attempt < ATTEMPTS else 0)
        except TelegramError as error:
            _log.warning("telegram file: %s", describe(error))
            return None
    return None
