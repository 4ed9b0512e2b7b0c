"""Working days: public holidays, Easter, weekends, quiet hours."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter as other_easter  # type: ignore[import-untyped]  # icalendar brings it

from bot.dialogue.working_days import easter, holidays, is_working, working_moment, working_morning
from bot.model.turn import Policy

PARIS = Policy(ZoneInfo("Europe/Paris"))
CAYENNE = Policy(ZoneInfo("America/Cayenne"))


def test_easter_is_where_another_library_finds_it() -> None:
    assert [easter(year) for year in range(1900, 2400)] == [other_easter(year) for year in range(1900, 2400)]


def test_the_eleven_holidays_of_2027() -> None:
    """As the calendar of service-public.fr has them."""
    assert sorted(holidays(2027)) == [
        date(2027, 1, 1), date(2027, 3, 29), date(2027, 5, 1), date(2027, 5, 6), date(2027, 5, 8),
        date(2027, 5, 17), date(2027, 7, 14), date(2027, 8, 15), date(2027, 11, 1), date(2027, 11, 11),
        date(2027, 12, 25),
    ]  # fmt: skip


def test_two_holidays_on_one_day_are_ten_days_off() -> None:
    """In 2008 the 1st of May was Ascension too."""
    assert len(holidays(2008)) == 10


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 1, 11), True),
        (date(2027, 1, 16), False),
        (date(2027, 1, 17), False),
        (date(2027, 3, 26), True),  # Good Friday is a working day but in Alsace and Moselle
        (date(2027, 3, 29), False),
        (date(2027, 5, 6), False),
        (date(2027, 5, 7), True),
        (date(2027, 5, 17), False),
        (date(2027, 12, 26), False),  # a Sunday
        (date(2028, 12, 26), True),
    ],
)
def test_working_days(day: date, works: bool) -> None:
    assert is_working(day) is works


@pytest.mark.parametrize(
    ("now", "days", "policy", "due"),
    [
        ("2027-01-11T09:00+00:00", 2, PARIS, "2027-01-13T09:00+01:00"),
        ("2027-12-30T23:30+00:00", 1, PARIS, "2028-01-03T09:00+01:00"),  # in Paris it is the 31st already
        ("2027-12-30T23:30+00:00", 1, CAYENNE, "2027-12-31T09:00-03:00"),
        ("2027-03-25T10:00+00:00", 2, PARIS, "2027-03-30T09:00+02:00"),  # over Easter and summer time
        ("2027-01-11T09:00+00:00", 1, Policy(ZoneInfo("Europe/Paris"), (time(20), time(10))),
         "2027-01-12T10:00+01:00"),
    ],
)  # fmt: skip
def test_the_morning_after_so_many_working_days(now: str, days: int, policy: Policy, due: str) -> None:
    assert working_morning(datetime.fromisoformat(now), days, policy) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2027-01-11T09:00", "2027-01-11T09:00"),
        ("2027-01-11T22:30", "2027-01-12T07:00"),
        ("2027-01-15T22:30", "2027-01-18T08:00"),  # a Friday night
        ("2027-01-16T09:00", "2027-01-18T08:00"),
        ("2027-05-05T21:00", "2027-05-07T07:00"),  # the night before Ascension
    ],
)
def test_the_next_moment_at_which_staff_may_be_reminded(now: str, moment: str) -> None:
    found = working_moment(datetime.fromisoformat(now).replace(tzinfo=UTC), PARIS)
    assert found == datetime.fromisoformat(moment).replace(tzinfo=UTC)
