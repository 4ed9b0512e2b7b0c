"""Messages that are no question."""

import pytest

from bot.knowledge.smalltalk import recognise

RULES = {
    "greeting": ["bonjour", "salut", "bonsoir"],
    "thanks": ["merci", "merci beaucoup"],
    "insult": ["connard", "tu es nul"],
    "abilities": ["que sais-tu faire", "tu sers à quoi"],
    "human": ["parler à quelqu'un", "parler à un humain"],
}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bonjour !", "greeting"),
        ("bjr", "greeting"),
        ("bonjour à vous", "greeting"),
        ("merci beaucoup pour la réponse", "thanks"),
        ("bonjour et merci", "greeting"),
        ("t'es un connard", "insult"),
        ("bonjour, que sais-tu faire ?", "abilities"),
        ("que sait tu faire", "abilities"),
        ("je voudrais parler à quelqu'un svp", "human"),
        ("parler à quelqun", "human"),
        ("bonjour, c'est quoi une alliance ?", None),
        ("merci de m'expliquer le DLA", None),
        ("parler à un maire", None),
        ("", None),
        ("bonjour " * 50, None),
    ],
)
def test_recognises_small_talk_only_when_there_is_nothing_else(text: str, kind: str | None) -> None:
    assert recognise(text, RULES) == kind


def test_wordings_that_changed_count_at_once() -> None:
    """What is remembered of the wordings belongs to these wordings, not to their kind."""
    assert recognise("coucou", {"greeting": ["bonjour"]}) is None
    assert recognise("coucou", {"greeting": ["bonjour", "coucou"]}) == "greeting"
    assert recognise("coucou", {"thanks": ["coucou"]}) == "thanks"
