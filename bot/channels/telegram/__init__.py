"""Telegram: its Bot API, by polling or webhook. The only door of python-telegram-bot and its transports.

Vendor objects stay in here: what comes in is raw JSON, what goes out is a `Receipt`. Nothing of the vendor is
imported here: a program without a token does not pay for the client. The program enters by
`channel.TelegramChannel`.
"""

import sys

# httpx, which telegram.request imports, would import its own command line, and with it rich and click (3 MiB
# at each start); it goes on without, as where they are not installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None: "cannot be imported" (importlib)
