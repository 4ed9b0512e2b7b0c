"""The statements of every turn and of every look find their rows by an index, however many there are."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.storage.queries import migrations, shipped

READS_A_WHOLE_TABLE = re.compile(r"SCAN (?!json_each\b|\w+ USING )\w+")
DERIVED = {"SCAN a", "SCAN t", "SCAN j", "SCAN m"}
"""Names that `load` gives to what it has already found."""


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        for _, script in migrations():
            opened.executescript(script)
        yield opened


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("load", "task USING INDEX task_owner"),
        ("timers_due", "t USING INDEX timer_due (due<?)"),
        ("inbox_waiting", "inbox USING INDEX inbox_waiting (channel=? AND id>?)"),
        ("inbox_waiting_in_lane", "inbox USING INDEX inbox_lane (channel=? AND lane=?)"),
        ("outbox_due", "o USING INDEX outbox_due"),
        ("outbox_due", "e USING INDEX outbox_address (channel=? AND address=? AND priority<?)"),
        ("outbox_next", "outbox USING INDEX outbox_next (next_attempt>?)"),
        ("outbox_drop_address", "outbox USING INDEX outbox_address (channel=? AND address=?)"),
        ("history_at", "h USING INDEX history_person (person=?)"),
        ("history_said", "history USING INDEX history_person (person=?)"),
        ("history_trim", "history USING INDEX history_person (person=? AND id<?)"),
        ("erase_tasks", "task USING INDEX task_owner"),
        ("export_inbox", "i USING INDEX inbox_lane (channel=? AND lane=?)"),
        ("events_seen", "e USING INDEX event_ends (ends>? AND ends<?)"),
        ("guests", "r USING INDEX registration_place (event=?)"),
        ("guests_walked_in", "a USING INDEX sqlite_autoindex_attendance_1 (event=?)"),
        ("opinions_of_event", "e USING COVERING INDEX answer_event (value=? AND owner=?)"),
        ("timer_refresh", "l USING INDEX looked_at (card=? AND at>?)"),
        ("timer_hasten", "timer USING PRIMARY KEY (person=? AND key=?)"),
        ("registration_ask", "registration USING INDEX registration_place (event=? AND place=?)"),
        ("journal_lately", "journal USING INDEX journal_person (person=?)"),
        ("registrations_at", "registration USING INDEX registration_place (event=? AND place=?)"),
        ("registration_seated", "registration USING COVERING INDEX registration_place (event=? AND place=?)"),
        ("statistics_journeys", "journey USING INDEX journey_began (began>? AND began<?)"),
        ("statistics_waits", "request USING INDEX request_at (at>? AND at<?)"),
        ("statistics_asked", "asked USING PRIMARY KEY (day>? AND day<?)"),
        ("roster_addresses", "d USING PRIMARY KEY (channel=? AND id=?)"),
        ("roster_expected", "e USING PRIMARY KEY (channel=? AND id=?)"),
        ("roster_erased", "e USING PRIMARY KEY (hash=?)"),
        ("roster_next", "roster USING INDEX roster_open"),
        ("export_outbox", "outbox USING INDEX outbox_person (person=?)"),
        ("announcements_running", "announcement USING COVERING INDEX announcement_state (state=?)"),
        ("announcements_due", "announcement USING INDEX announcement_state (state=?)"),
        ("announcement_last_answers", "delivery USING PRIMARY KEY (announcement=? AND person>?)"),
        ("announcements_aged", "d USING INDEX delivery_fate (announcement=? AND fate=?)"),
        ("announcements_aged", "o USING INDEX outbox_announcement (announcement=? AND person=?)"),
        ("announcement_aged", "d USING INDEX delivery_fate (announcement=? AND fate=?)"),
        ("announcement_aged", "o USING INDEX outbox_announcement (announcement=? AND person=?)"),
        ("outbox_bulk", "d USING PRIMARY KEY (announcement=? AND person=?)"),
        ("delivery_list", "d USING PRIMARY KEY (announcement=? AND person>?)"),
        ("announcement_stale", "delivery_fate (announcement=? AND fate=? AND edition<?)"),
        ("announcement_stale", "outbox_announcement (announcement=? AND person=?)"),
        ("announcement_done", "delivery USING COVERING INDEX delivery_fate (announcement=? AND fate=?)"),
        ("delivery_ripe", "delivery USING INDEX delivery_later (announcement=? AND at<?)"),
        ("delivery_reasons", "delivery USING INDEX delivery_fate (announcement=? AND fate=?)"),
        ("delivery_voters", "delivery USING INDEX delivery_vote (announcement=?)"),
        ("delivery_tap", "d USING INDEX delivery_person (person=?)"),
        ("delivery_vote", "delivery USING INDEX delivery_poll (poll=?)"),
        ("delivery_drop_all", "delivery USING COVERING INDEX delivery_fate (announcement=? AND fate=?)"),
    ],
)
def test_a_statement_finds_its_rows_by_an_index(
    connection: sqlite3.Connection, query: str, needed: str
) -> None:
    sql = shipped()[query]
    values = dict.fromkeys(re.findall(r":([a-z_]+)", sql), "1")
    plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [one for one in plan if READS_A_WHOLE_TABLE.match(one) and one not in DERIVED] == []
    assert any(needed in one for one in plan), plan
