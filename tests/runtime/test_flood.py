"""One person who sends without end is told once; nobody else notices."""

import pytest

from bot.runtime.flood import Flood, Verdict


def verdicts(flood: Flood, times: list[float], address: str = "telegram:1") -> list[Verdict]:
    return [flood.judge(address, at) for at in times]


def test_a_burst_passes_then_one_notice_then_silence() -> None:
    found = verdicts(Flood(), [n / 100 for n in range(100)])
    assert found == [Verdict.PASS] * 20 + [Verdict.NOTICE] + [Verdict.SILENCE] * 79


def test_who_slows_down_is_heard_again() -> None:
    flood = Flood()
    verdicts(flood, [0.0] * 30)
    assert verdicts(flood, [2.5, 2.5, 2.5]) == [Verdict.PASS, Verdict.PASS, Verdict.SILENCE]


def test_the_notice_comes_at_most_once_a_minute() -> None:
    found = verdicts(Flood(), [n / 10 for n in range(1300)])
    assert found.count(Verdict.NOTICE) == 3
    assert found.count(Verdict.PASS) == pytest.approx(20 + 130, abs=1)


def test_others_are_not_concerned() -> None:
    flood = Flood()
    verdicts(flood, [0.0] * 100)
    assert flood.judge("telegram:2", 0.0) is Verdict.PASS


def test_what_piled_up_while_we_were_away_counts_by_when_it_was_sent() -> None:
    assert set(verdicts(Flood(), [n * 2.0 for n in range(100)])) == {Verdict.PASS}


def test_a_clock_that_goes_back_silences_nobody_for_long() -> None:
    flood = Flood()
    verdicts(flood, [1000.0] * 5)
    assert set(verdicts(flood, [0.0] * 10)) == {Verdict.PASS}


def test_quiet_addresses_are_forgotten() -> None:
    flood = Flood()
    for number in range(10_500):
        flood.judge(str(number), float(number))
    assert len(flood._buckets) < 1_000
