"""A poll where the channel has none: its question and answers as text, which nobody can tap."""

from bot.markup.escape import escape
from bot.model.message import Markdown, Message


def with_poll(message: Message) -> Markdown:
    """The text of a message, and below it what its poll asks."""
    if message.poll is None:
        return message.text
    answers = "\n".join(f"- {escape(option)}" for option in message.poll.options)
    question = escape(message.poll.question.replace("\n\n", " "))
    parts = [message.text, Markdown(f"**{question}**"), Markdown(answers)]
    return Markdown("\n\n".join(part for part in parts if part))
