"""Requests as they are kept: one open for each person, in whose hands, told where, and for how long."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.effects import (
    Erase,
    Escalate,
    Handle,
    ProposeEntry,
    Rate,
    Reach,
    Relay,
    ShareContext,
    Talk,
    TellTeam,
)
from bot.model.inputs import StaffReply, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.receipt import Delivered, Failed, Migrated, Refused, Unknown, Unreachable
from bot.model.request import NUMBER, Deed, RequestId, RequestState
from bot.model.turn import Need
from bot.model.who import Address, PersonId, Standing
from bot.storage.outbox import Outgoing
from bot.storage.requests import Heard
from bot.storage.store import Store
from tests.storage.samples import ALICE, BRUNO, CHANNELS, DAY, NOW, PAGE, rows, say, turn

GROUP = Address("telegram", "-1009")
ONE = RequestId(1)
PACK = Message(Markdown(f"n° {NUMBER}"), (Option("take", "Prendre", f"req.{NUMBER}.take"),))
ALONE = (Option("answer", "Répondre", f"req.{NUMBER}.answer"),)
ASKED = Escalate("asked", "un bail", f"{NUMBER} Alice", PACK, say("encore"), ALONE, NOW + 2 * DAY)


async def staff(store: Store, at: Address = BRUNO) -> PersonId:
    """Somebody of the team."""
    loaded = await store.load(at, now=NOW, name="Bruno", profile={"standing": "staff"})
    return loaded.view.person.id


async def due(store: Store, *, to: Address | None = None) -> list[Outgoing]:
    found = await store.due_messages((*CHANNELS, "web"), now=NOW)
    return [one for one in found if to is None or one.address == to]


async def deliver(store: Store, *references: str) -> None:
    """Deliver what waits for the group, in order; topic 77."""
    for reference in references:
        (first,) = await due(store, to=GROUP)
        await store.record(first, Delivered(reference, topic="77"), now=NOW)


def relay(by: PersonId, state: RequestState = RequestState.OPEN, *, edits: bool = False) -> Relay:
    mark = Message(Markdown("✓"), mark="👍", reply_to="55")
    answer = say("Bruno: oui", key="staff-55")
    return Relay(ONE, state, by, (answer,), mark, say("perdu"), edits, "oui")


@pytest.fixture
async def desk(store: Store) -> Store:
    """A store with a group of staff, and a request of Alice that has its topic."""
    await store.requests.settle_group(-1009)
    await store.load(GROUP, now=NOW, group=True)
    await turn(store, ASKED)
    await deliver(store, "5")
    return store


async def test_a_request_is_told_in_the_group_with_its_number(store: Store, path: Path) -> None:
    await store.requests.settle_group(-1009)
    await turn(store, ASKED)
    (told,) = await due(store)
    message = told.message
    assert (told.address, message.text, message.key) == (GROUP, "n° 1", "request-1")
    assert [one.act for one in message.options] == ["req.1.take"]
    assert message.topic is not None and (message.topic.title, message.topic.icon) == ("1 Alice", "❗")
    view = (await store.load(ALICE, now=NOW)).view
    assert view.request is not None and (view.request.id, view.request.title) == (1, "1 Alice")
    assert rows(path, "SELECT key, due FROM timer") == [
        ("request-stale.1", (NOW + 2 * DAY).isoformat(timespec="microseconds"))
    ]


async def test_a_second_wish_joins_the_first(desk: Store, path: Path) -> None:
    await turn(desk, ASKED)
    (told,) = await due(desk)
    assert told.message.text == "encore" and told.message.topic is not None and told.message.topic.at == "77"
    assert rows(path, "SELECT count(*) FROM request") == [(1,)]


async def test_without_a_group_each_of_the_team_is_told_but_who_asks(store: Store) -> None:
    await staff(store)
    await staff(store, PAGE)
    await staff(store, ALICE)
    await turn(store, ASKED)
    told = await due(store)
    assert {one.address for one in told} == {BRUNO, PAGE}
    assert all(one.message.text.startswith("**1 Alice**\n\n") for one in told)
    assert all([option.act for option in one.message.options] == ["req.1.answer"] for one in told)


async def test_a_topic_and_a_reply_lead_to_the_request_and_to_who_acts(desk: Store) -> None:
    by = await staff(desk)
    for reply in (
        StaffReply(Utterance("a"), by=BRUNO.id, thread="77"),
        StaffReply(Utterance("a"), by=BRUNO.id, reply_to="5"),
    ):
        found = (await desk.load(GROUP, now=NOW, group=True, staff=reply)).view.desk
        assert found is not None and found.request is not None and found.member is not None
        assert (found.request.id, found.request.text, found.member.id) == (1, "un bail", by)
    for reply in (
        StaffReply(Utterance("a"), by="999", thread="78"),
        StaffReply(Utterance("a"), reply_to="6"),
    ):
        found = (await desk.load(GROUP, now=NOW, group=True, staff=reply)).view.desk
        assert found is not None and found.request is None and found.member is None


async def test_an_administrator_whom_the_settings_no_longer_name_is_nobody(desk: Store) -> None:
    await desk.load(BRUNO, now=NOW, profile={"standing": "admin"})
    reply = StaffReply(Utterance("a"), by=BRUNO.id, thread="77")
    found = (await desk.load(GROUP, now=NOW, group=True, staff=reply)).view.desk
    assert found is not None and found.member is not None
    assert found.member.standing is Standing.MEMBER


async def test_an_answer_goes_to_the_person_and_its_delivery_back(desk: Store, path: Path) -> None:
    by = await staff(desk)
    assert await turn(desk, relay(by), at=GROUP)
    (answer,) = await due(desk, to=ALICE)
    assert answer.message.text == "Bruno: oui"
    (icon,) = await due(desk, to=GROUP)
    assert icon.message.text == "" and icon.message.topic is not None and icon.message.topic.icon == "💬"
    assert icon.message.topic.shown.startswith("❗+")
    await desk.record(icon, Delivered(topic="77"), now=NOW)
    await desk.record(answer, Delivered("901"), now=NOW)
    (mark,) = await due(desk, to=GROUP)
    assert (mark.message.mark, mark.message.reply_to) == ("👍", "55")
    assert rows(path, "SELECT state, assigned, talking, answer FROM request") == [("waiting", by, 1, "oui")]
    assert rows(path, "SELECT act, about, person FROM journal") == [("request.answer", "1", by)]
    view = (await desk.load(ALICE, now=NOW)).view
    assert view.request is not None and view.request.talking and view.request.answered == NOW
    await desk.record(mark, Delivered(), now=NOW)
    await turn(desk, relay(by, RequestState.WAITING, edits=True), at=GROUP)
    (edit,) = await due(desk)
    assert (edit.address, edit.replaces) == (ALICE, "901")


@pytest.mark.parametrize("receipt", [Unreachable("blocked"), Refused("x")])
async def test_an_answer_that_cannot_arrive_is_told_of_once(
    desk: Store, receipt: Unreachable | Refused
) -> None:
    by = await staff(desk)
    await turn(desk, relay(by), at=GROUP)
    (answer,) = await due(desk, to=ALICE)
    await desk.record(answer, receipt, now=NOW)
    await deliver(desk, "")
    (told,) = await due(desk, to=GROUP)
    assert told.message.text == "perdu" and told.message.topic is not None and told.message.topic.at == "77"
    await desk.record(told, Delivered("9", topic="77"), now=NOW)
    assert await due(desk) == []


async def test_what_was_decided_on_another_state_is_decided_again(desk: Store, path: Path) -> None:
    by = await staff(desk)
    assert not await turn(desk, relay(by, RequestState.CLOSED), at=GROUP)
    assert not await turn(desk, Handle(ONE, Deed.RELEASE, RequestState.OPEN, by), at=GROUP)
    assert not await turn(desk, Handle(ONE, Deed.CLOSE, RequestState.TAKEN, by), at=GROUP)
    assert not await turn(desk, Handle(RequestId(9), Deed.CLOSE, RequestState.OPEN, by), at=GROUP)
    assert rows(path, "SELECT state FROM request") == [("open",)] and await due(desk) == []


async def test_who_lost_the_right_meanwhile_changes_nothing(desk: Store, path: Path) -> None:
    by = await staff(desk)
    await desk.load(BRUNO, now=NOW, profile={"standing": "member"})
    for effect in (
        relay(by),
        Handle(ONE, Deed.CLOSE, RequestState.OPEN, by),
        ProposeEntry(ONE, by, "?", "!"),
    ):
        assert not await turn(desk, effect, at=GROUP)
    assert rows(path, "SELECT state, answer FROM request") == [("open", "")] and await due(desk) == []


async def test_closed_the_person_has_a_turn_and_may_ask_anew(desk: Store, path: Path) -> None:
    by = await staff(desk)
    await turn(desk, Handle(ONE, Deed.CLOSE, RequestState.OPEN, by), at=GROUP)
    (timer,) = await desk.due_timers(now=NOW)
    assert (timer.key, timer.address) == ("request-closed.1", ALICE)
    (closed,) = await due(desk)
    assert closed.message.topic is not None and closed.message.topic.closed
    assert (await desk.load(ALICE, now=NOW)).view.request is None
    await desk.record(closed, Delivered(topic="77"), now=NOW)
    rate = Rate(ONE, "half", told=say("en partie", key="request-1.score"))
    for at in (ALICE, ALICE, BRUNO):
        await turn(desk, rate, at=at)
    assert [one.message.text for one in await due(desk)] == ["en partie"], "once, and of one's own alone"
    await turn(desk, Rate(ONE, words="la cuisson"))
    await turn(desk, Rate(ONE, "bad"), at=BRUNO)
    assert rows(path, "SELECT score, words FROM request") == [("half", "la cuisson")]
    await turn(desk, ASKED)
    (_, again) = await desk.requests.all(now=NOW)
    assert again.another, "the first cannot be opened again now"
    assert not await turn(desk, Handle(ONE, Deed.REOPEN, RequestState.CLOSED, by), at=GROUP)


async def test_talking_and_sharing_are_the_persons_own(desk: Store, path: Path) -> None:
    await turn(desk, ShareContext(ONE, True, say("dossier", key="request-1")), Talk(ONE, on=True))
    (edit,) = await due(desk)
    assert (edit.message.text, edit.replaces) == ("dossier", "5")
    await turn(desk, ShareContext(ONE, False, say("autre")), at=BRUNO)
    assert rows(path, "SELECT shared, talking FROM request") == [(1, 1)]


async def test_what_the_group_was_to_read_goes_to_each_when_it_is_gone(desk: Store) -> None:
    await staff(desk)
    await turn(desk, TellTeam(ONE, say("Alice: alors ?", key="request-1.a")))
    (told,) = await due(desk)
    await desk.record(told, Unreachable("kicked"), now=NOW)
    (apart,) = await due(desk)
    assert (apart.address, apart.message.text) == (BRUNO, "**1 Alice**\n\nAlice: alors ?")
    await turn(desk, TellTeam(ONE, say("encore", key="request-1.b")))
    assert {one.address for one in await due(desk)} == {BRUNO}
    await turn(desk, Reach(True), at=GROUP)
    await turn(desk, TellTeam(ONE, say("là ?", key="request-1.c")))
    assert len(await due(desk, to=GROUP)) == 1
    await turn(desk, Reach(False), at=GROUP)
    assert await due(desk, to=GROUP) == []


async def test_a_group_that_moves_is_followed_and_its_topics_forgotten(desk: Store) -> None:
    await turn(desk, TellTeam(ONE, say("a", key="request-1.a")))
    (told,) = await due(desk)
    await desk.record(told, Migrated("-1000777"), now=NOW)
    assert desk.requests.group == Address("telegram", "-1000777")
    assert await desk.requests.topics() == frozenset()
    (told,) = await due(desk)
    assert (
        told.address == desk.requests.group and told.message.topic is not None and not told.message.topic.at
    )
    assert await desk.requests.settle_group(-1009) == desk.requests.group, "the settings still say the old id"
    assert await desk.requests.settle_group(-1010) == Address("telegram", "-1010")
    assert await desk.requests.settle_group(None) is None


async def test_an_erasure_takes_the_request_and_ends_its_topic(desk: Store, path: Path) -> None:
    await turn(desk, TellTeam(ONE, say("secret", key="request-1.a")))
    await turn(desk, TellTeam(RequestId(0), say(f"parti {NUMBER}")), Erase(say("adieu")))
    (goodbye,) = await due(desk, to=GROUP)
    topic = goodbye.message.topic
    assert goodbye.message.text == "parti 1" and topic is not None
    assert (topic.at, topic.gone, topic.closed, "Alice" in topic.title) == ("77", True, True, False)
    for table in ("request", "request_topic"):
        assert rows(path, f"SELECT * FROM {table}") == []


async def taken_away(store: Store) -> list[tuple[str, str]]:
    """Topics that are being asked for, and what is said if we may not."""
    found = [one.message for one in await due(store, to=GROUP)]
    return [(one.topic.at, one.text) for one in found if one.topic is not None and one.topic.gone]


async def closed(store: Store) -> None:
    """The request is answered and closed, and its topic says so."""
    by = await staff(store)
    await turn(store, relay(by), at=GROUP)
    await turn(store, Handle(ONE, Deed.CLOSE, RequestState.WAITING, by), at=GROUP)
    while waiting := await due(store, to=GROUP):
        await store.record(waiting[0], Delivered("9", topic="77"), now=NOW)


async def test_the_topic_of_a_request_closed_long_ago_is_deleted(desk: Store, path: Path) -> None:
    await closed(desk)
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=89))
    assert await taken_away(desk) == []
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=91))
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=92))
    assert await taken_away(desk) == [("77", "sans droit")], "asked for once"
    (asked,) = await due(desk, to=GROUP)
    await desk.record(asked, Delivered(), now=NOW)
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=93))
    assert await taken_away(desk) == [] == rows(path, "SELECT * FROM leaving_topic")


@pytest.mark.parametrize("receipt", [Delivered("80", topic="77"), Failed("gave up"), Refused("strange")])
async def test_a_topic_that_cannot_be_deleted_is_asked_for_every_day_and_told_of_once(
    desk: Store, path: Path, receipt: Delivered | Failed | Refused
) -> None:
    await closed(desk)
    said = []
    for day in range(91, 95):
        await desk.purge(say("sans droit"), now=NOW + timedelta(days=day))
        ((topic, text),) = await taken_away(desk)
        assert topic == "77"
        said += [text] if text else []
        (asked,) = await due(desk, to=GROUP)
        await desk.record(asked, receipt, now=NOW)
    assert said == (["sans droit"] if isinstance(receipt, Delivered) else ["sans droit"] * 4)
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=91 + 366))
    assert await taken_away(desk) == [] == rows(path, "SELECT * FROM leaving_topic"), "not for ever"


async def test_an_erased_topic_is_asked_for_again_and_names_nobody(desk: Store, path: Path) -> None:
    await turn(desk, TellTeam(RequestId(0), say(f"parti {NUMBER}")), Erase(say("adieu")))
    (goodbye,) = await due(desk, to=GROUP)
    await desk.record(goodbye, Delivered("81", topic="77"), now=NOW)
    assert rows(path, "SELECT channel, address, reference FROM leaving_topic") == [
        ("telegram", "-1009", "77")
    ]
    await desk.purge(say("sans droit"), now=NOW + DAY)
    assert await taken_away(desk) == [("77", "")]


async def test_whoever_is_erased_again_from_a_restored_backup_leaves_no_topic_behind(desk: Store) -> None:
    await turn(desk, Erase(say("adieu")))  # nobody is told: they were when it was asked for
    await desk.purge(say("sans droit"), now=NOW + DAY)
    assert await taken_away(desk) == [("77", "sans droit")]


async def test_put_out_of_the_group_no_topic_is_asked_for_until_we_are_back(desk: Store) -> None:
    await closed(desk)
    await turn(desk, Reach(False), at=GROUP)
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=91))
    assert await taken_away(desk) == []
    await turn(desk, Reach(True), at=GROUP)
    await desk.purge(say("sans droit"), now=NOW + timedelta(days=92))
    assert await taken_away(desk) == [("77", "sans droit")]


async def test_without_topics_an_erasure_takes_back_what_staff_were_told(store: Store) -> None:
    await staff(store)
    await turn(store, ASKED)
    (told,) = await due(store, to=BRUNO)
    await store.record(told, Delivered("5"), now=NOW)
    await turn(store, TellTeam(ONE, say("encore un mot", key="request-1.p7")))
    (told,) = await due(store, to=BRUNO)
    await store.record(told, Delivered("6"), now=NOW)
    instead = Message(Markdown("retiré"), recalls=True)
    words = TellTeam(RequestId(0), say(f"parti {NUMBER}"))
    await turn(store, words, TellTeam(RequestId(0), instead), Erase(say("adieu")))
    left = []
    while waiting := await due(store, to=BRUNO):
        left.append((waiting[0].message.text, waiting[0].message.recalls, waiting[0].replaces))
        await store.record(waiting[0], Delivered(waiting[0].replaces or "7"), now=NOW)
    assert left == [("retiré", True, "5"), ("retiré", True, "6"), ("parti 1", False, None)]


async def test_words_go_sooner_than_what_is_counted(desk: Store, path: Path) -> None:
    by = await staff(desk)
    await turn(desk, relay(by), at=GROUP)
    await turn(desk, Handle(ONE, Deed.CLOSE, RequestState.WAITING, by), at=GROUP)
    await desk.purge(now=NOW + timedelta(days=89))
    assert rows(path, "SELECT text, answer FROM request") == [("un bail", "oui")]
    await desk.purge(now=NOW + timedelta(days=91))
    assert rows(path, "SELECT state, title, text, pack, answer FROM request") == [("closed", "", "", "", "")]
    assert rows(path, "SELECT * FROM request_topic") == []
    await desk.purge(now=NOW + timedelta(days=366))
    assert rows(path, "SELECT * FROM request") == []


async def test_a_proposed_entry_is_nobodys_and_masked(desk: Store, path: Path) -> None:
    by = await staff(desk)
    await turn(desk, ProposeEntry(ONE, by, "écrire à awa@exemple.org ?", "Oui."), at=GROUP)
    (draft,) = await desk.requests.drafts()
    assert (draft["question"], draft["answer"]) == ("écrire à [adresse] ?", "Oui.")
    assert await desk.requests.settle_draft(draft["id"], now=NOW)
    assert not await desk.requests.settle_draft(draft["id"], now=NOW)
    assert not await desk.requests.drafts()


async def test_staff_alone_are_loaded_with_requests_and_the_context_is_the_persons(desk: Store) -> None:
    wanted = await desk.load(BRUNO, now=NOW, needs=lambda *_: {Need.REQUESTS})
    assert [one.id for one in wanted.view.requests] == [1]
    await turn(desk, *[ASKED], at=PAGE)
    loaded = await desk.load(ALICE, now=NOW, needs=lambda *_: {Need.CONTEXT})
    assert loaded.view.recent == ()


# --- faults -----------------------------------------------------------------------------------------------


async def test_a_button_leads_to_its_request_wherever_it_stands(desk: Store) -> None:
    """In a group without topics, and in a topic that a kill made twice."""
    for act in ("req.1.take", "model.1.appel", "use.1.appel"):
        for thread in ("", "404"):
            reply = StaffReply(Tap(act), by=BRUNO.id, message="5", thread=thread)
            found = (await desk.load(GROUP, now=NOW, group=True, staff=reply)).view.desk
            assert found is not None and found.request is not None and found.request.id == 1
    for act in ("req.9.take", "req.x.take", "req", "use.99999999999999999999.a"):
        reply = StaffReply(Tap(act), by=BRUNO.id, message="5")
        found = (await desk.load(GROUP, now=NOW, group=True, staff=reply)).view.desk
        assert found is not None and found.request is None


@pytest.mark.parametrize("receipt", [Refused("topic_closed"), Failed("gave up"), Unknown("gave up")])
async def test_what_the_group_does_not_take_goes_to_each_of_the_team(
    desk: Store, receipt: Refused | Failed | Unknown
) -> None:
    await staff(desk)
    await turn(desk, TellTeam(ONE, say("Alice: alors ?", key="request-1.a")))
    (told,) = await due(desk)
    await desk.record(told, receipt, now=NOW)
    (apart,) = await due(desk)
    assert (apart.address, apart.message.text) == (BRUNO, "**1 Alice**\n\nAlice: alors ?")
    await desk.record(apart, receipt, now=NOW)
    assert await due(desk) == [], "and no further"


async def test_what_cannot_be_read_any_more_is_given_up_all_the_same(desk: Store) -> None:
    """Written by another version of the program."""
    await turn(desk, TellTeam(ONE, say("Alice: alors ?", key="request-1.a")))
    (told,) = await due(desk)
    await desk.record(replace(told, body="{}"), Refused("unreadable: KeyError"), now=NOW)
    assert await due(desk) == []


async def test_what_cannot_be_copied_is_said_instead(desk: Store) -> None:
    voice = Message(Markdown("Alice a envoyé quelque chose"), copied="7/4", key="request-1.c")
    await turn(desk, TellTeam(ONE, voice))
    (copy,) = await due(desk)
    await desk.record(copy, Refused("message can't be copied"), now=NOW)
    (said,) = await due(desk)
    assert (said.address, said.message.text, said.message.copied) == (GROUP, voice.text, "")
    assert said.message.topic is not None and said.message.topic.at == "77"


async def test_what_is_readdressed_keeps_its_order(desk: Store) -> None:
    await staff(desk)
    await turn(desk, *(TellTeam(ONE, say(text, key=f"request-1.{text}")) for text in ("un", "deux")))
    (told,) = await due(desk)
    await desk.record(told, Unreachable("kicked"), now=NOW)
    await turn(desk, TellTeam(ONE, say("trois", key="request-1.c")))
    read = []
    while waiting := await due(desk, to=BRUNO):
        read.append(waiting[0].message.text.rpartition("\n\n")[2])
        await desk.record(waiting[0], Delivered("1"), now=NOW)
    assert read == ["un", "deux", "trois"]


async def test_an_erasure_is_told_to_each_of_the_team_without_a_group(store: Store) -> None:
    await staff(store)
    await turn(store, ASKED)
    (told,) = await due(store)
    await store.record(told, Delivered("5"), now=NOW)
    await turn(store, TellTeam(RequestId(0), say(f"parti {NUMBER}")), Erase(say("adieu")))
    (goodbye,) = await due(store, to=BRUNO)
    assert goodbye.message.text == "parti 1" and goodbye.message.topic is None


async def test_what_staff_write_is_part_of_the_conversation(desk: Store) -> None:
    """A page that is opened again shows it."""
    by = await staff(desk)
    await turn(desk, relay(by), at=GROUP)
    assert [one.text for one in await desk.history(ALICE)] == ["Bruno: oui"]
    corrected = replace(relay(by, RequestState.WAITING, edits=True), messages=(say("non", key="staff-55"),))
    await turn(desk, corrected)
    assert [one.text for one in await desk.history(ALICE)] == ["non"]


async def test_an_administrator_named_since_is_told_before_they_write_again(store: Store) -> None:
    await store.load(BRUNO, now=NOW, name="Bruno")
    await store.roles.settle({BRUNO}, now=NOW)
    await turn(store, ASKED)
    assert [one.address for one in await due(store)] == [BRUNO]


async def test_who_reads_what_is_asked(store: Store) -> None:
    """For the operator: is the group there, and does a request reach anybody?"""
    assert await store.requests.heard() == Heard(group=None, readers=0)
    await staff(store)
    assert await store.requests.heard() == Heard(group=None, readers=1)
    await store.requests.settle_group(-1009)
    await store.load(GROUP, now=NOW, group=True)
    assert await store.requests.heard() == Heard(group=True, readers=1)
    await turn(store, Reach(False), at=GROUP)
    assert await store.requests.heard() == Heard(group=False, readers=1)


async def test_what_comes_back_to_staff_has_its_timer(desk: Store, path: Path) -> None:
    by = await staff(desk)
    await turn(desk, Handle(ONE, Deed.CLOSE, RequestState.OPEN, by), at=GROUP)
    later = NOW + 3 * DAY
    await turn(desk, Handle(ONE, Deed.REOPEN, RequestState.CLOSED, by, remind=later), at=GROUP)
    timers = dict(rows(path, "SELECT key, due FROM timer"))
    assert timers["request-stale.1"] == later.isoformat(timespec="microseconds")


async def test_a_wish_from_before_there_was_a_team_is_told_at_the_next(store: Store, path: Path) -> None:
    await turn(store, Escalate("asked", "un bail"))
    await staff(store)
    await turn(store, replace(ASKED, text=""))
    (told,) = await due(store)
    assert told.message.text == "**1 Alice**\n\nn° 1" and told.message.options[0].act == "req.1.answer"
    assert rows(path, "SELECT id, title, text FROM request") == [(1, "1 Alice", "un bail")]
    assert rows(path, "SELECT key FROM timer") == [("request-stale.1",)]
    await store.record(told, Delivered("5"), now=NOW)
    await turn(store, ASKED)
    assert [one.message.text for one in await due(store)] == ["**1 Alice**\n\nencore"]
