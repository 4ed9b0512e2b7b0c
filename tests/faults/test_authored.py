"""F31: a hostile file is refused with its place while the assistant runs, and the old content stays.

What each sort of mistake says, mistake by mistake: tests/broken.
"""

from pathlib import Path

import pytest

from bot.content.keeper import Keeper
from bot.content.source import MAX_BYTES
from bot.model.values import FlowId
from tests.journeys.program import alliances

HEAD = b"flow: a\ntitle: Une page\nformat: 1\n"
GOOD = HEAD + b"steps:\n  - say: Bonjour.\n"
LAUGHS = b"".join(
    b"l%d: &l%d [%s]\n" % (n, n, b", ".join([b"*l%d" % (n - 1) if n else b"ha"] * 9)) for n in range(10)
)
HUGE = b"    - { say: Bonjour. }\n" * (10 * (1 << 20) // 24)

HOSTILE = {
    "a bomb of aliases": (LAUGHS + GOOD, "1:5 alias"),
    "a bomb in a bomb": (b"a: &a\n  <<: [*a, *a]\n" + GOOD, "1:4 alias"),
    "an anchor": (HEAD.replace(b"Une", b"&un Une"), "2:8 alias"),
    "an alias": (HEAD.replace(b"Une page", b"*un"), "2:8 alias"),
    "a key twice": (GOOD + b"title: Deux pages\n", "6:1 duplicate-key"),
    "a step's key twice": (GOOD + b"    say: Bonsoir.\n", "6:5 duplicate-key"),
    "a tab": (GOOD + b"\t- say: Bonsoir.\n", "6:1 tab"),
    "10 MiB": (GOOD + HUGE, "1:1 too-large"),
    "10 MiB of one word": (GOOD + b"a" * (10 << 20), "1:1 too-large"),
    "5 MiB of a text": (HEAD + b"summary: " + b"a" * (MAX_BYTES - len(HEAD) - 9), "1:1 missing-key"),
    "a tag": (HEAD.replace(b"Une", b"!!python/object/apply:os.system [true]"), "2:8 tag"),
    "a tag of our own": (GOOD.replace(b"say: ", b"say: !include /etc/passwd "), "5:10 tag"),
    "a text for a list": (HEAD + b"steps: Bonjour.\n", "4:8 wrong-type"),
    "a list for a text": (GOOD.replace(b"Une page", b"[Une, page]"), "2:8 wrong-type"),
    "a text for a number": (GOOD.replace(b"format: 1", b"format: un"), "3:9 wrong-value"),
    "a number for a step": (HEAD + b"steps: [1, 2]\n", "4:9 wrong-type"),
    "a list for a whole file": (b"- a\n- b\n", "1:1 wrong-type"),
    "a word for a whole file": (b"bonjour\n", "1:1 wrong-type"),
    "a mark of the byte order": (b"\xef\xbb\xbf" + GOOD, "1:1 bom"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "1:1 not-utf8"),
    "UTF-32": (GOOD.decode().encode("utf-32-le"), "1:2 control-character"),
    "Latin-1": (GOOD.replace(b"Bonjour", "Été".encode("latin-1")), "5:10 not-utf8"),
    "NUL": (GOOD.replace(b"Bonjour", b"Bon\x00jour"), "5:13 control-character"),
    "half a surrogate pair": (GOOD.replace(b"Bonjour", b'"\\ud800"'), "5:13 yaml"),
    "30,000 brackets": (HEAD + b"steps: " + b"[" * 30_000, "4:27 too-deep"),
    "30,000 braces": (HEAD + b"steps: " + b"{a: " * 30_000, "4:84 too-deep"),
    "30,000 dashes": (HEAD + b"steps:\n" + b"- " * 30_000, "5:39 too-deep"),
    "two documents": (GOOD + b"---\n" + GOOD, "6:1 several-documents"),
    "a directive": (b"%YAML 9.9\n---\n" + GOOD, "1:1 yaml"),
    "nothing": (b"", "1:1 empty-file"),
}
"""A file -> the place and the rule of the first problem."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of content with one journey."""
    for room in ("flows", "knowledge"):
        (tmp_path / "content" / room).mkdir(parents=True)
    (tmp_path / "content" / "flows" / "a.yaml").write_bytes(GOOD)
    return tmp_path / "content"


@pytest.mark.parametrize(("content", "first"), HOSTILE.values(), ids=HOSTILE)
async def test_f31_a_hostile_file_is_refused_at_its_place_and_the_old_content_stays(
    folder: Path, content: bytes, first: str
) -> None:
    keeper = Keeper.open(folder)
    before = keeper.library
    (folder / "flows" / "a.yaml").write_bytes(content)
    assert await keeper.look()
    place, rule = first.split()
    told = str(keeper.problems[0])
    assert told.startswith(f"flows/a.yaml:{place}: ") and told.endswith(f" [{rule}]")
    assert keeper.library is before
    # What is mended is taken again.
    (folder / "flows" / "a.yaml").write_bytes(GOOD.replace(b"Une", b"Deux"))
    assert await keeper.look()
    assert keeper.problems == ()
    assert keeper.library.shelf.flows[FlowId("a")].title == "Deux page"


def test_f31_the_check_and_the_start_say_the_place_too(folder: Path) -> None:
    (folder / "flows" / "a.yaml").write_bytes(HOSTILE["a bomb of aliases"][0])
    for command in ("check", "run"):
        done = alliances(command, folder=folder.parent, settings={"content": folder, "port": 0})
        assert done.returncode != 0
        assert "flows/a.yaml:1:5: " in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
