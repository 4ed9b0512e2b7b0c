"""The web page: the same conversation in a browser, for the person at this machine. Open in local mode only.

`channel` speaks, `routes` listen; what both need of the rest of the program is in `ports`.
"""

from bot.channels.web.channel import WebChannel
from bot.channels.web.ports import (
    Face,
    Files,
    History,
    KeptFile,
    MenuEntry,
    Panel,
    PanelState,
    Said,
    Shown,
    Start,
)
from bot.channels.web.routes import Page, page_routes
from bot.channels.web.texts import TEXT_KEYS

__all__ = [
    "TEXT_KEYS",
    "Face",
    "Files",
    "History",
    "KeptFile",
    "MenuEntry",
    "Page",
    "Panel",
    "PanelState",
    "Said",
    "Shown",
    "Start",
    "WebChannel",
    "page_routes",
]
