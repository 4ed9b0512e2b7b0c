"""The bot's manners: which of command, answer, trigger, question or fallback an input is. Pure."""
