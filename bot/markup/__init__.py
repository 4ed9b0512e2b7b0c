"""Light Markdown: how each channel reads a message. Text in, text out; no files, no network, no vendor type.

Bold, italic, links (http, https, tg, mailto), bulleted and numbered lists, quotations, paragraphs;
a line break stays a line break. Anything else is shown as it was typed.
"""

from bot.markup.escape import clean, escape
from bot.markup.measure import utf16_length
from bot.markup.page import page_html
from bot.markup.plain import plain
from bot.markup.segments import Segment, terminal
from bot.markup.telegram import telegram_html

__all__ = ["Segment", "clean", "escape", "page_html", "plain", "telegram_html", "terminal", "utf16_length"]
