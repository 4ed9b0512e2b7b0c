"""How long a text is where a vendor counts."""


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, as the Bot API counts text and entities ("Formatting options")."""
    return len(text) + sum(1 for sign in text if ord(sign) > 0xFFFF)
