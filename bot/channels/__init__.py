"""The ways in and out: Telegram, the web page, the terminal.

Each knows its own vendor and nothing of the others.
"""
