"""When a message may leave, and when a failed one is tried again: pure tables."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.receipt import Deferred, Delivered, Failed, Receipt, Refused, Unknown
from bot.runtime.courier import GIVE_WAY
from bot.runtime.next_attempt import CAP, next_attempt, pause
from bot.runtime.pacing import SECOND, Pace, Pacer


def send(pacer: Pacer, chats: list[str]) -> list[float]:
    """When each message leaves if every one leaves as soon as it may."""
    now, times = 0.0, []
    for chat in chats:
        while (wait := pacer.wait(chat, now)) > 0:
            now += wait
        pacer.take(chat, now)
        times.append(now)
    return times


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def test_many_chats_are_evenly_spaced_below_the_limit() -> None:
    times = send(Pacer(), [str(number) for number in range(600)])
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) - min(gaps) < 1e-9
    assert most_within(times, 1.0) <= 30
    assert 600 / times[-1] == pytest.approx(30 * 0.97, rel=0.01)


def test_a_pause_is_not_caught_up_but_for_what_a_timer_is_late() -> None:
    pacer = Pacer(Pace(overall=10))
    send(pacer, ["1"])
    pacer.take("2", 100.0)
    assert pacer.wait("3", 100.0) == pytest.approx(1 / 9.7 - pacer.pace.slack)


def test_messages_that_give_way_are_not_slower_for_it() -> None:
    pacer, now, times = Pacer(Pace(overall=1000)), 0.0, []
    for number in range(5000):
        while (wait := pacer.wait(str(number), now)) > 0:
            now += wait
        if number % 50 == 0:
            now += max(0.0, GIVE_WAY - pacer.late(now))
        pacer.take(str(number), now)
        times.append(now)
    assert len(times) / times[-1] == pytest.approx(970, rel=0.01)
    assert most_within(times, 1.0) <= 1000


@pytest.mark.parametrize("overall", [30.0, 1000.0])
def test_late_timers_do_not_slow_the_whole_and_no_second_holds_more_than_is_allowed(overall: float) -> None:
    pacer, now, times = Pacer(Pace(overall=overall)), 0.0, []
    for number in range(int(overall * 10)):
        while (wait := pacer.wait(str(number), now)) > 0:
            now += wait + 0.0015
        pacer.take(str(number), now)
        times.append(now)
    assert len(times) / times[-1] == pytest.approx(overall * 0.97, rel=0.01)
    assert most_within(times, 1.0) <= overall


def test_one_chat_gets_a_burst_of_three_then_one_a_second() -> None:
    times = send(Pacer(), ["1"] * 10)
    assert times[2] < 0.1
    later = [times[n + 1] - times[n] for n in range(3, 9)]
    assert later == pytest.approx([1 / 0.97] * 6)


def test_a_busy_chat_does_not_hold_back_another() -> None:
    pacer = Pacer()
    now = send(pacer, ["1"] * 3)[-1] + 0.05
    assert pacer.wait("1", now) > 0.5
    assert pacer.wait("2", now) == 0


def test_a_group_gets_at_most_twenty_a_minute() -> None:
    times = send(Pacer(), ["-100"] * 100)
    assert most_within(times, 60.0) <= 20


def test_a_refusal_stops_everybody_then_all_go_more_slowly_until_the_rate_is_back() -> None:
    pacer = Pacer(Pace(slack=0.0))
    pacer.refused(5.0, 0.0)
    assert pacer.wait("2", 0.0) == 5.0
    pacer.take("1", 5.0)
    assert pacer.wait("2", 5.0) == pytest.approx(1 / (29.1 * 0.8))
    pacer.take("1", 100.0)
    assert pacer.wait("2", 100.0) == pytest.approx(1 / 29.1)


def test_a_refusal_for_an_hour_does_not_stop_the_others_for_an_hour() -> None:
    pacer = Pacer()
    pacer.refused(3600.0, 0.0)
    assert pacer.wait("2", 0.0) == 60.0


def test_a_sign_takes_a_free_place_and_never_waits() -> None:
    pacer = Pacer()
    assert pacer.take_sign(0.0)
    assert not pacer.take_sign(0.0)
    assert pacer.wait("1", 0.0) > 0


def test_a_faster_pace_can_be_bought() -> None:
    times = send(Pacer(Pace(overall=1000)), [str(number) for number in range(2000)])
    assert 2000 / times[-1] == pytest.approx(970, rel=0.01)


@pytest.mark.parametrize(
    ("receipt", "attempts", "hours", "least", "most"),
    [
        (Failed("x"), 0, 0, 0.5, 1),
        (Failed("x"), 3, 0, 4, 8),
        (Failed("x"), 50, 23, CAP / 2, CAP),
        (Unknown("x"), 0, 0, 0.5, 1),
        (Unknown("x"), 2, 0, 2, 4),
    ],
)
def test_how_long_a_message_waits_for_its_next_try(
    receipt: Receipt, attempts: int, hours: int, least: float, most: float
) -> None:
    for seed in range(50):
        wait = next_attempt(receipt, attempts=attempts, age=timedelta(hours=hours), rng=Random(seed))
        assert wait is not None
        assert least <= wait.total_seconds() <= most


@pytest.mark.parametrize(
    ("receipt", "attempts", "hours"),
    [
        (Failed("x"), 9, 24),
        (Unknown("x"), 3, 0),
        (Delivered(), 0, 0),
        (Refused("x"), 0, 0),
        (Deferred(5), 0, 0),
    ],
)
def test_which_messages_get_no_next_try(receipt: Receipt, attempts: int, hours: int) -> None:
    assert next_attempt(receipt, attempts=attempts, age=timedelta(hours=hours), rng=Random(1)) is None


def test_pauses_differ() -> None:
    assert len({pause(5, rng=Random(seed)) for seed in range(20)}) == 20


def test_a_call_beside_the_outbox_takes_a_place_and_is_told_when() -> None:
    pacer = Pacer()
    places = [pacer.reserve(0.0) for _ in range(4)]
    assert places == pytest.approx([0.0, 1 / 29.1, 2 / 29.1, 3 / 29.1])
    assert pacer.wait("1", 0.0) == pytest.approx(4 / 29.1)
    pacer.refused(5.0, 0.0)
    assert pacer.reserve(0.0) == 5.0


def test_the_parts_of_a_message_use_up_what_their_chat_may_get() -> None:
    pacer = Pacer()
    pacer.take("1", 0.0)
    places = [pacer.reserve(0.0, "1") for _ in range(4)]
    assert places[:2] == pytest.approx([1 / 29.1, 2 / 29.1])
    assert places[2:] == pytest.approx([1 / 0.97, 2 / 0.97])
    assert pacer.wait("1", 0.0) == pytest.approx(3 / 0.97)
    assert pacer.wait("2", 0.0) < 0.2


@pytest.mark.parametrize(("overall", "slowest"), [(30.0, 0.05), (30.0, 0.8), (100.0, 0.3)])
def test_no_second_holds_more_than_is_allowed_however_late_each_message_arrives(
    overall: float, slowest: float
) -> None:
    """Each is counted at any moment between its beginning and its end."""
    pacer, rng, now = Pacer(Pace(overall=overall)), Random(3), 0.0
    counted: list[float] = []
    ends: list[float] = []
    for number in range(int(overall * 10)):
        while True:
            for end in sorted(one for one in ends if one <= now):
                ends.remove(end)
                pacer.ended(end)
            if (wait := pacer.wait(str(number), now)) <= 0:
                break
            now = min([now + wait, *(one for one in ends if one > now)])
        pacer.take(str(number), now)
        pacer.begun()
        arrived = now + rng.uniform(0.0, slowest)
        counted.append(arrived)
        ends.append(arrived + rng.uniform(0.0, 0.01))
    assert most_within(counted, 1.0) <= overall


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["message", "message", "parts", "group", "inline", "sign", "refusal", "rest"]),
        st.integers(1, 4),
        st.sampled_from([0.0, 0.0, 0.0, 0.03, 0.04, 0.2]),
    ),
    min_size=1,
    max_size=12,
)


@given(st.sampled_from([30.0, 100.0]), ACTS)
@settings(max_examples=200, deadline=None)
def test_whatever_is_mixed_no_second_and_no_minute_of_a_group_holds_more_than_is_allowed(
    overall: float, acts: list[tuple[str, int, float]]
) -> None:
    """What is called beside the messages counts as they do: further parts, inline answers, signs."""
    pacer, now = Pacer(Pace(overall=overall)), 0.0
    every: list[float] = []
    group: list[float] = []
    for number, (act, parts, late) in enumerate(acts * int(overall / 2)):
        match act:
            case "rest":
                now += late
            case "refusal" if number < len(acts):
                pacer.refused(late, now)
            case "inline":
                every.append(now + pacer.reserve(now))
            case "sign":
                every += [now] if pacer.take_sign(now) else []
            case "message" | "parts" | "group":
                chat = "-1" if act == "group" else str(number)
                while (wait := pacer.wait(chat, now)) > 0:
                    now += wait + late
                pacer.take(chat, now)
                pacer.begun()
                calls = [
                    now,
                    *(now + pacer.reserve(now, chat) for _ in range(parts if act == "parts" else 0)),
                ]
                pacer.ended(now)
                every += calls
                group += calls if act == "group" else []
    assert most_within(every or [now], 1.0) <= overall
    assert most_within(group or [now], 60.0) <= 20


def test_parts_that_wait_long_for_their_chat_hold_up_no_other() -> None:
    pacer = Pacer(Pace(chat=0.02, burst=1))
    far = [pacer.reserve(0.0, str(number)) for number in range(40) for _ in range(2)]
    assert sum(place > 50 for place in far) == 40
    assert pacer.wait("other", 0.0) < 4
    assert pacer.wait("other", 4.0) == 0


def test_what_never_arrived_frees_its_place_a_second_later() -> None:
    pacer = Pacer(Pace(overall=2.0))
    for number in range(2):
        pacer.take(str(number), float(number))
        pacer.begun()
    assert pacer.wait("3", 5.0) > 0
    pacer.ended(5.0)
    pacer.ended(5.5)
    assert pacer.wait("3", 5.9) == pytest.approx(0.1 + SECOND - 1.0)
    assert pacer.wait("3", 6.1) == 0
