"""Telegram: its Bot API, by polling or webhook. The only door of python-telegram-bot and its transports.

Vendor objects stay in here: what comes in is raw JSON, what goes out is a `Receipt`. Nothing is imported
here: a program without a token does not pay for the client. The program enters by `channel.TelegramChannel`.
"""
