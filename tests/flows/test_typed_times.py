"""Typed hours, moments and web addresses: what people write for them; what is refused or no answer at all."""

from datetime import date
from typing import Any

import pytest

from bot.flows.typed import READERS, Bad, Bounds
from tests.flows.library import phrases

TODAY = date(2027, 1, 11)  # a Monday
NONE = None
NB = "\N{NO-BREAK SPACE}"


def read(type: str, text: str, **more: str) -> Any:
    return READERS[type](text, Bounds(None, None, TODAY, phrases().calendar, **more))


HOURS = [
    ("18 h 30", "18:30"),
    (f"18{NB}h{NB}30", "18:30"),
    ("18h30", "18:30"),
    ("18:30", "18:30"),
    ("9h", "09:00"),
    ("9 heures", "09:00"),
    ("9 heures 15", "09:15"),
    ("à 18h", "18:00"),
    ("vers 18 h", "18:00"),
    ("18", "18:00"),
    ("midi", "12:00"),
    ("minuit", "00:00"),
    ("24h", Bad("refused_time")),
    ("18h75", Bad("refused_time")),
    ("99", Bad("refused_time")),
    ("18 hommes", NONE),
    ("le soir", NONE),
    ("", NONE),
]


@pytest.mark.parametrize(("text", "hour"), HOURS)
def test_an_hour_is_read_as_people_write_it(text: str, hour: Any) -> None:
    assert read("time", text) == hour


MOMENTS = [
    ("jeudi 14 janvier à 18 h 30", "2027-01-14T18:30"),
    (f"Jeudi 14 janvier à 18{NB}h{NB}30", "2027-01-14T18:30"),
    ("14/01/2027 18:30", "2027-01-14T18:30"),
    ("le 14 janvier, 18h", "2027-01-14T18:00"),
    ("18h30 le 14 janvier", "2027-01-14T18:30"),
    ("demain 9h", "2027-01-12T09:00"),
    ("demain à midi", "2027-01-12T12:00"),
    ("jeudi 18h", "2027-01-14T18:00"),
    ("lundi prochain à 18h", "2027-01-18T18:00"),
    ("2027-01-14T18:30", "2027-01-14T18:30"),
    ("dans 3 semaines à 18h", "2027-02-01T18:00"),
    ("jeudi 14 janvier", Bad("refused_datetime_hour")),
    ("18h", Bad("refused_datetime_day")),
    ("à 18h", Bad("refused_datetime_day")),
    ("le 14 janvier de 18h à 20h", Bad("refused_datetime")),
    ("31/02 à 18h", Bad("refused_date")),
    ("14 janvier à 25h", Bad("refused_time")),
    ("mardi 14 janvier à 18h", Bad("refused_weekday", {"day": "14 janvier 2027", "weekday": "jeudi"})),
    ("bientôt", NONE),
    ("", NONE),
]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_a_day_and_its_hour_are_read_together(text: str, moment: Any) -> None:
    assert read("datetime", text) == moment


AFTER = {"after": "2027-01-14T18:30", "day": "2027-01-14"}
LIMITED = [
    ("20h30", AFTER, "2027-01-14T20:30"),
    ("2h", AFTER, "2027-01-15T02:00"),
    ("18h30", AFTER, "2027-01-15T18:30"),
    ("14 janvier à 18h30", AFTER, Bad("refused_early")),
    ("13 janvier 2027 à 20h", AFTER, Bad("refused_early")),
    ("15 janvier à 9h", AFTER, "2027-01-15T09:00"),
    ("14 janvier à 18h30", {"before": "2027-01-14T18:30"}, "2027-01-14T18:30"),
    ("14 janvier à 18h31", {"before": "2027-01-14T18:30"}, Bad("refused_late")),
    ("14 janvier à 9h", {"after": "2027-01-14"}, "2027-01-14T09:00"),
]


@pytest.mark.parametrize(("text", "limits", "moment"), LIMITED)
def test_a_moment_keeps_to_another(text: str, limits: dict[str, str], moment: Any) -> None:
    assert read("datetime", text, **limits) == moment


DAYS = [
    ("jeudi", {}, "2027-01-14"),
    ("lundi", {}, "2027-01-18"),
    ("14 janvier", {"after": "2027-01-14T18:30"}, "2027-01-14"),
    ("13 janvier 2027", {"after": "2027-01-14"}, Bad("refused_early")),
    ("14 janvier", {"before": "2027-01-14T18:30"}, "2027-01-14"),
    ("15 janvier", {"before": "2027-01-14"}, Bad("refused_late")),
]


@pytest.mark.parametrize(("text", "limits", "day"), DAYS)
def test_a_day_keeps_to_another(text: str, limits: dict[str, str], day: Any) -> None:
    assert read("date", text, **limits) == day


LINKS = [
    ("https://exemple.fr/reunion?x=1", "https://exemple.fr/reunion?x=1"),
    ("exemple.fr", "https://exemple.fr"),
    ("www.exemple.fr/a", "https://www.exemple.fr/a"),
    ("voici le lien : https://exemple.fr/a", "https://exemple.fr/a"),
    ("<https://exemple.fr>", "https://exemple.fr"),
    ("https://", Bad("refused_link")),
    ("http://x", Bad("refused_link")),
    ("https://exemple.fr/" + "a" * 300, Bad("refused_link")),
    ("contact@exemple.fr", NONE),
    ("pas encore", NONE),
    ("", NONE),
]


@pytest.mark.parametrize(("text", "address"), LINKS)
def test_a_web_address_is_found_in_a_sentence(text: str, address: Any) -> None:
    assert read("link", text) == address
