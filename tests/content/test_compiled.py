"""Checked content kept in a file: the same library without reading and checking again, or not used at all."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.content.compiled import FILE, content_key, keep_content, kept_base, kept_content, seal
from bot.content.library import ContentBroken, open_index, open_library, read_content
from bot.knowledge import compiled
from bot.knowledge.ask import explain
from bot.shipped import shipped_content

ROOT = Path(__file__).parents[2]
FLOW = """flow: a
title: Une page
format: 1
steps:
  - say: Bonjour {person.name}.
    picture: {file: media/b.png, alt: Un schéma}
  - id: ville
    ask: Votre ville ?
    field: {name: person.town, type: text, max: 40, keep: 3 months}
  - say: Merci.
    when: person.town == 'Lyon' or not person.town == 'Metz'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small content folder that borrows phrases and word lists."""
    (tmp_path / "content" / "flows" / "media").mkdir(parents=True)
    (tmp_path / "content" / "knowledge").mkdir()
    (tmp_path / "content" / "flows" / "a.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "content" / "flows" / "media" / "b.png").write_bytes(b"\x89PNG")
    return tmp_path / "content"


def test_what_is_kept_is_what_was_checked(tmp_path: Path) -> None:
    checked = read_content(shipped_content(), tmp_path)
    key = content_key(shipped_content())
    assert key is not None
    kept = kept_content(key, tmp_path)
    assert kept == checked and kept is not checked
    assert [step.__class__ for flow in kept.shelf.flows.values() for step in flow.steps] == [
        step.__class__ for flow in checked.shelf.flows.values() for step in flow.steps
    ]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_pictures_of_kept_content_lie_where_they_lie_now(folder: Path, tmp_path: Path) -> None:
    read_content(folder, tmp_path)
    moved = Path(shutil.copytree(folder, tmp_path / "moved"))
    assert content_key(moved) == content_key(folder)
    media = read_content(moved, tmp_path).media_files(moved)
    assert [path.relative_to(moved).as_posix() for path in media.values()] == ["flows/media/b.png"]
    assert [path.read_bytes() for path in media.values()] == [b"\x89PNG"]


def test_every_flipped_byte_is_noticed(folder: Path, tmp_path: Path) -> None:
    checked = read_content(folder, tmp_path)
    key = content_key(folder)
    assert key is not None
    whole = (tmp_path / FILE).read_bytes()
    places = {*range(0, 260), *range(260, len(whole), 997), len(whole) - 1}
    for place in places:
        flipped = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        (tmp_path / FILE).write_bytes(flipped)
        kept = kept_content(key, tmp_path)
        assert kept is None or kept == checked  # a sign between two names of the head means nothing
    assert read_content(folder, tmp_path) == checked
    assert (tmp_path / FILE).read_bytes() == whole


def _foreign(body: str) -> bytes:
    """A file that carries the right marks and something else inside."""
    head = {"key": "the key", "base": "b", "whole": seal("the key", "b", body.encode())}
    return json.dumps(head).encode() + b"\n" + body.encode()


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"\n",
        b"nonsense",
        b"{}\n[]",
        b"[1]\n[]",
        b'{"key": "the key"}\n[]',
        _foreign("[]"),
        _foreign('["a", "b", "c"]'),
        _foreign('[{"999": []}, {"999": []}, "f"]'),
        _foreign('[{"0": [1, 2]}, {"6": []}, "f"]'),
        _foreign('[{"os.system": ["true"]}, null, "f"]'),
        _foreign("[" * 100_000),
        _foreign("{"),
        b"\xff\xfe",
    ],
)
def test_a_file_of_anything_else_is_not_used(tmp_path: Path, written: bytes) -> None:
    (tmp_path / FILE).write_bytes(written)
    assert kept_content("the key", tmp_path) is None


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda folder: os.utime(folder / "flows" / "a.yaml", (1, 1)), False),
        (lambda folder: (folder / "flows" / "a.yaml").write_text(FLOW + "# rien\n", encoding="utf-8"), True),
        (lambda folder: (folder / "flows" / "a.yaml").rename(folder / "flows" / "b.yaml"), True),
        (lambda folder: (folder / "flows" / "media" / "b.png").write_bytes(b"\x89PNF"), True),
        (lambda folder: (folder / "knowledge" / "1-un.yaml").write_text("", encoding="utf-8"), True),
        (lambda folder: (folder / "flows" / "a.yaml").unlink(), True),
    ],
    ids=[
        "its time only",
        "a comment",
        "its name",
        "a picture of the same size",
        "a new file",
        "one file less",
    ],
)
def test_the_key_changes_with_what_is_authored(
    folder: Path, change: Callable[[Path], object], changed: bool
) -> None:
    before = content_key(folder)
    change(folder)
    assert (content_key(folder) != before) is changed


def test_the_key_changes_with_our_code(folder: Path, tmp_path: Path) -> None:
    code = Path(shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__")))
    before = content_key(folder, code=code)
    assert before == content_key(folder)
    (code / "flows" / "flow.py").write_bytes((code / "flows" / "flow.py").read_bytes() + b"\n")
    assert content_key(folder, code=code) != before


def test_two_files_do_not_pass_for_one(folder: Path) -> None:
    (folder / "flows" / "x.txt").write_bytes(b"ab")
    (folder / "flows" / "y.txt").write_bytes(b"c")
    before = content_key(folder)
    (folder / "flows" / "x.txt").write_bytes(b"a")
    (folder / "flows" / "y.txt").write_bytes(b"bc")
    assert content_key(folder) != before


def test_an_edit_is_read_and_an_error_is_told_and_not_kept(folder: Path, tmp_path: Path) -> None:
    read_content(folder, tmp_path)
    (folder / "flows" / "a.yaml").write_text(FLOW.replace("Merci.", "Merci {nobody}."), encoding="utf-8")
    kept = (tmp_path / FILE).read_bytes()
    for _ in range(2):
        with pytest.raises(ContentBroken) as caught:
            read_content(folder, tmp_path)
        assert caught.value.problems
    assert (tmp_path / FILE).read_bytes() == kept
    (folder / "flows" / "a.yaml").write_text(FLOW.replace("Une page", "Deux pages"), encoding="utf-8")
    for _ in range(2):
        (flow,) = read_content(folder, tmp_path).shelf.flows.values()
        assert flow.title == "Deux pages"


@pytest.mark.parametrize("cache", ["a file", "nowhere"])
def test_without_a_place_to_keep_it_all_is_well(folder: Path, tmp_path: Path, cache: str) -> None:
    """The data folder is read-only, or there is none yet."""
    place = tmp_path / "data" / "cache"
    if cache == "a file":  # unlike missing permissions, this stops the superuser too
        place.parent.mkdir()
        place.write_bytes(b"")
    library = open_library(folder, place)
    assert library.shelf.flows and open_index(folder, place).ids == ()
    assert not place.is_dir()


def test_what_cannot_be_kept_is_never_in_the_way(folder: Path, tmp_path: Path) -> None:
    content = read_content(folder)
    strange: dict[str, Any] = {"x": frozenset()}  # of a class that packing does not know
    keep_content(replace(content, shelf=replace(content.shelf, profile=strange)), "key", tmp_path)
    assert not (tmp_path / FILE).exists()


def test_the_index_alone_says_what_the_library_says(tmp_path: Path) -> None:
    library = open_library(shipped_content(), tmp_path)
    text = "cest koi la diference entre alliance et partenaria"
    told = explain(library.index, text)
    (tmp_path / compiled.FILE).stat()  # it lies there
    assert explain(open_index(shipped_content(), tmp_path), text) == told
    key = content_key(shipped_content())
    assert key is not None and kept_base(key, tmp_path)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:-1])
    assert kept_base(key, tmp_path) is None
    assert explain(open_index(shipped_content(), tmp_path), text) == told


def test_two_processes_at_once_keep_one_whole_file(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    command = [sys.executable, "-m", "bot.content.build", str(folder), str(cache)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert sorted(path.name for path in cache.iterdir()) == [FILE, compiled.FILE]
    key = content_key(folder)
    assert key is not None
    assert kept_content(key, cache) == read_content(folder)


COMMANDS = {
    "ask": ("ask Bonjour", {"yaml", "bot.content.load", "asyncio", "dotenv"}),
    "match": ("match", {"yaml", "pydantic", "bot.flows", "bot.dialogue", "markdown_it", "asyncio"}),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_short_command_loads_nothing_that_it_does_not_need(tmp_path: Path, name: str) -> None:
    arguments, idle = COMMANDS[name]
    assert open_library(shipped_content(), tmp_path / "cache").index.ids  # both are kept now
    program = (
        "import sys\nfrom bot.cli import main\n"
        f"try:\n    main({arguments.split()!r})\n"
        f"except SystemExit as end:\n    print(end.code, {idle!r} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "ALLIANCES_DATA": str(tmp_path),
            "ALLIANCES_SEMANTIC": "off",  # else `match` prepares the base for a minute
        },
        input='{"text": "bonjour"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0 set()"
