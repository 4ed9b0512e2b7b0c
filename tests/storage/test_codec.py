"""Everything the model can hold survives JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.session import Checkpoint, Frame, Run, Session, Wait
from bot.model.values import FieldRef, Owner
from bot.storage import codec

text = st.text(alphabet=st.characters(), max_size=8)
moments = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
values = st.one_of(text, st.integers(), st.floats(allow_nan=False), st.booleans(), st.lists(text).map(tuple))
refs = st.builds(FieldRef, owner=st.sampled_from(Owner), name=text, flow=text, run=text)
acts = st.builds(Option, id=text, label=st.text(min_size=1), act=st.text(min_size=1, max_size=8))
links = st.builds(Option, id=text, label=st.text(min_size=1), act=st.just(""), link=st.text(min_size=1))
options = acts | links
several: dict[str, Any] = {"max_size": 3}
frames = st.builds(Frame, flow=text, step=text, returns=st.none() | text)
checkpoints = st.builds(
    Checkpoint,
    frames=st.lists(frames, **several).map(tuple),
    before=st.lists(st.tuples(refs, st.none() | values), **several).map(tuple),
    skipped=st.frozensets(text, **several),
)
waits = st.builds(
    Wait, serial=st.integers(), step=text, since=moments, selected=st.lists(text).map(tuple), stage=text
)
runs = st.builds(
    Run,
    id=text,
    flow=text,
    revision=text,
    started=moments,
    frames=st.lists(frames, **several).map(tuple),
    history=st.lists(checkpoints, **several).map(tuple),
    wait=st.none() | waits,
    skipped=st.frozensets(text, **several),
    paused=st.booleans(),
    replay=st.none() | text,
)
sessions = st.builds(
    Session,
    serial=st.integers(),
    runs=st.lists(runs, **several).map(tuple),
    active=st.none() | text,
    failures=st.integers(),
    offers=st.lists(options, **several).map(tuple),
    topic=st.none() | text,
    confirming=st.none() | text,
    told=st.dictionaries(text, text, **several),
)
messages = st.builds(
    Message,
    text=text.map(Markdown),
    options=st.lists(options, **several).map(tuple),
    controls=st.lists(options, **several).map(tuple),
    attachments=st.lists(st.builds(AttachedFile, text, text, text, text), **several).map(tuple),
    key=st.none() | text,
    request=st.sampled_from([None, "phone", "location"]),
    silent=st.booleans(),
    folded=text.map(Markdown),
)


@given(sessions)
def test_a_session_survives(session: Session) -> None:
    assert codec.load_session(codec.dump_session(session)) == session


@given(messages)
def test_a_message_survives(message: Message) -> None:
    assert codec.load_message(codec.dump_message(message)) == message


@given(values)
def test_a_value_survives_with_its_type(value: Any) -> None:
    back = codec.load_value(codec.dump_value(value))
    assert back == value
    assert type(back) is type(value)


@given(moments, moments)
def test_times_sort_as_their_texts(one: datetime, other: datetime) -> None:
    assert (codec.to_text(one) < codec.to_text(other)) == (one < other)
    assert codec.from_text(codec.to_text(one)) == one


def test_keys_of_another_version_are_left_out_and_missing_ones_take_their_default() -> None:
    written = json.dumps(
        {"serial": 3, "mood": "good", "runs": [], "offers": [{"id": "a", "label": "A", "act": "b"}]}
    )
    assert codec.load_session(written) == Session(serial=3, offers=(Option("a", "A", "b"),))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        codec.to_text(datetime(2027, 1, 14))


@pytest.mark.parametrize("nasty", ["a\0b", "\ud83d", "emoji 🙂", "« »"])
def test_nasty_texts_survive_json_and_lose_only_what_a_column_refuses(nasty: str) -> None:
    assert codec.load_value(codec.dump_value(nasty)) == nasty
    codec.dump_value(nasty).encode("ascii")
    assert "\0" not in codec.clean(nasty)
    codec.clean(nasty).encode("utf-8")
