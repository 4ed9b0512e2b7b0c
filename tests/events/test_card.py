"""How the card of an event tells its day."""

from zoneinfo import ZoneInfo

import pytest

from bot.events.card import when
from bot.markup import plain
from bot.model.turn import Policy
from tests.events.samples import event
from tests.storage.announcing import shelf


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("Indian/Reunion", "La Réunion"),
        ("America/Cayenne", "Guyane"),
        ("America/Martinique", "Martinique"),
        ("Pacific/Noumea", "Nouvelle-Calédonie"),
        ("Europe/Helsinki", "Helsinki"),
    ],
)
def test_the_place_of_other_clocks_is_called_by_its_french_name(zone: str, place: str) -> None:
    said = when(event(zone=ZoneInfo(zone)), shelf().phrases, Policy(ZoneInfo("Europe/Paris")))
    assert plain(said).endswith(f" (heure locale, {place})")


def test_nothing_is_said_of_clocks_that_show_the_same() -> None:
    said = when(event(zone=ZoneInfo("Europe/Brussels")), shelf().phrases, Policy(ZoneInfo("Europe/Paris")))
    assert "heure locale" not in said
