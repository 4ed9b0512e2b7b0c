"""The console command: what each short command prints, and its exit status.

0: well, 1: problems found, 2: could not be done. No error of an operator or an author shows a traceback.
"""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.journeys.program import ROOT, alliances, environment

TEN = ROOT / "tests" / "broken" / "ten"
DIFFERENCE = "difference-alliance-partenariat"


@dataclass(frozen=True)
class Printed:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Printed]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in an empty folder, without any setting but these."""
    for name in (
        "TELEGRAM_TOKEN",
        "TELEGRAM_API",
        "WEBHOOK_URL",
        "DATA",
        "DATABASE",
        "CONTENT",
        "LOG",
        "PORT",
    ):
        monkeypatch.delenv(f"ALLIANCES_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALLIANCES_SEMANTIC", "off")  # preparing it takes a minute

    def command(*arguments: str | Path, typed: str = "", **settings: str | Path) -> Printed:
        for name, value in settings.items():
            monkeypatch.setenv(f"ALLIANCES_{name.upper()}", str(value))
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Printed(int(end.value.code or 0), out, err)

    return command


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the shipped content, to be broken."""
    for room in ("flows", "knowledge"):
        shutil.copytree(ROOT / room, tmp_path / "content" / room)
    return tmp_path / "content"


# --- ask, match ---------------------------------------------------------------------------------------------


def test_ask_answers_a_question_with_typing_errors(run: Run) -> None:
    said = run("ask", "cest koi la diference entre alliance et partenaria")
    assert said.status == 0
    assert said.out.startswith("Quelle différence entre une alliance et un partenariat")
    assert (said.err, "Traceback" in said.out) == ("", False)


def test_ask_takes_words_without_quotes(run: Run) -> None:
    assert run("ask", "difference", "alliance", "partenariat").out.startswith("Quelle différence")


@pytest.mark.parametrize(
    ("question", "decision", "first"),
    [
        ("cest koi la diference entre alliance et partenaria", "answer", DIFFERENCE),
        ("météo à Lyon demain", "reject", None),
    ],
)
def test_ask_json_is_the_verdict_and_the_text(
    run: Run, question: str, decision: str, first: str | None
) -> None:
    found = json.loads(run("ask", "--json", question).out)
    assert set(found) >= {"matches", "decision", "confidence", "text"}
    assert found["decision"] == decision
    assert first is None or found["matches"][0]["id"] == first
    assert found["text"]


def test_ask_explain_says_why(run: Run) -> None:
    said = run("ask", "--explain", "difference alliance partenariat")
    assert said.status == 0
    assert all(word in said.out for word in ("verdict ", "confidence ", "known words ", f"{DIFFERENCE}: "))


def test_ask_json_explain_stays_one_json_document(run: Run) -> None:
    found = json.loads(run("ask", "--json", "--explain", "difference alliance partenariat").out)
    assert found["decision"] == "answer"
    assert f"{DIFFERENCE}: " in found["explained"]


def test_ask_without_words_is_a_mistake(run: Run) -> None:
    assert run("ask").status == 2


def test_match_answers_line_by_line(run: Run) -> None:
    said = run("match", typed='{"text": "difference alliance partenariat"}\n\n{"text": "météo", "id": 7}\n')
    assert said.status == 0
    first, second = map(json.loads, said.out.splitlines())
    assert (first["decision"], first["matches"][0]["id"]) == ("answer", DIFFERENCE)
    assert second["decision"] == "reject"


def test_match_takes_another_collection(run: Run, tmp_path: Path) -> None:
    entry = {"id": "horaires", "question": "Quels sont vos horaires ?", "alternatives": ["quand ouvrez-vous"]}
    (tmp_path / "kb.jsonl").write_text(json.dumps(entry), encoding="utf-8")
    said = run("match", "--kb", "kb.jsonl", typed='{"text": "quels sont vos horraires"}\n')
    assert json.loads(said.out)["matches"][0]["id"] == "horaires"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("hello\n", "line 1"), ('{"text": "a"}\n{"txt": "b"}\n', "line 2"), ("[1]\n", "line 1")],
)
def test_match_names_the_line_it_cannot_read(run: Run, typed: str, hint: str) -> None:
    said = run("match", typed=typed)
    assert said.status == 2
    assert hint in said.err and "Traceback" not in said.err


def test_match_says_that_a_collection_is_missing(run: Run) -> None:
    said = run("match", "--kb", "nowhere.jsonl")
    assert said.status == 2
    assert "nowhere.jsonl" in said.err


# --- check, schema, test ------------------------------------------------------------------------------------


def test_the_shipped_content_has_no_error(run: Run) -> None:
    assert run("check").status == 0


def test_ten_mistakes_are_ten_lines(run: Run) -> None:
    said = run("check", TEN)
    assert said.status == 1
    lines = said.out.splitlines()
    assert len(lines) == 10
    assert all(line.startswith(str(TEN)) and line.split(":")[1].isdigit() for line in lines)


def test_check_in_other_formats(run: Run) -> None:
    problems: list[dict[str, Any]] = json.loads(run("check", "--format", "json", TEN).out)
    assert {"path", "line", "column", "code", "message", "severity"} == set(problems[0])
    assert len(problems) == 10
    assert all(
        line.startswith("::error file=") for line in run("check", "--format", "github", TEN).out.splitlines()
    )


def test_a_good_folder_is_good_json_too(run: Run, content: Path) -> None:
    assert isinstance(json.loads(run("check", "--format", "json", content).out), list)


def test_warnings_count_when_told_so(run: Run, content: Path) -> None:
    file = content / "knowledge" / "8-methodes.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("\n  answer: ", "\n  answer: SIGLE ", 1), encoding="utf-8"
    )
    assert run("check", content).status == 0
    strict = run("check", "--strict", content)
    assert strict.status == 1
    assert "avertissement" in strict.out


def test_check_of_nothing(run: Run) -> None:
    said = run("check", "nowhere")
    assert said.status == 1
    assert said.out.startswith("nowhere:1:1: ")


def test_check_takes_the_content_of_the_settings(run: Run, content: Path) -> None:
    (content / "flows" / "autre.yaml").write_text("flow: autre\n", encoding="utf-8")
    said = run("check", content=content)
    assert said.status == 1
    assert "autre.yaml" in said.out


def test_schema_writes_what_editors_need(run: Run, content: Path) -> None:
    for path in content.rglob("*.schema.json"):
        path.unlink()
    said = run("schema", content=content)
    assert said.status == 0
    for name in said.out.splitlines():
        assert (content / name).is_file()
    assert "flows/flow.schema.json" in said.out.splitlines()


def test_schema_into_a_folder_that_cannot_be_written(run: Run, content: Path) -> None:
    (content / "flows" / "flow.schema.json").unlink(missing_ok=True)
    (content / "flows" / "flow.schema.json").mkdir()
    said = run("schema", content=content)
    assert said.status == 2
    assert "cannot write" in said.err


def test_conversation_tests_are_played_and_covered(run: Run) -> None:
    said = run("test")
    assert said.status == 0
    assert "100% of the steps visited; 100% of the branches taken" in said.out
    assert said.out.rstrip().endswith("transcripts played")


def test_a_branch_that_no_conversation_takes_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "transcript: a\nturns:\n  - say: /alliance\n  - tap: entreprise\n", encoding="utf-8"
    )
    said = run("test", "a.yaml")
    [line] = [line for line in said.out.splitlines() if line.startswith("alliance-ou-partenariat: ")]
    assert said.status == 0
    assert "% of the branches taken; not: " in line
    assert "#3 -> idee" in line and "#3 -> lien" not in line


def test_a_conversation_that_differs_is_written_anew_when_told_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "transcript: a\nturns:\n  - say: /alliance\n    expect: [{text: jamais}]\n", encoding="utf-8"
    )
    said = run("test", "--bless", "a.yaml")
    assert said.status == 0
    assert "-    expect: [{text: jamais}]" in said.out
    assert run("test", "a.yaml").status == 0


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("transcript: a\nturns:\n  - say: /start\n    expect: [{text: jamais}]\n", "turn 1: no message fits"),
        ("transcript: a\nturns: [{say: /start, tap: menu}]\n", "exactly one of say, tap, later"),
        ("transcript: a\nturns: [{says: /start}]\n", "says"),
        ("transcript: a\nturns: [\n", "a.yaml:"),
    ],
)
def test_a_conversation_that_differs_or_cannot_be_read_fails(
    run: Run, tmp_path: Path, text: str, hint: str
) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    said = run("test", "a.yaml")
    assert said.status == 1
    assert "a.yaml" in said.out and hint in said.out


def test_a_conversation_that_is_missing_fails(run: Run) -> None:
    said = run("test", "nowhere.yaml")
    assert (said.status, "nowhere.yaml" in said.out) == (1, True)


# --- what is in the way -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [("ask", "a"), ("match",), ("check",), ("schema",), ("test",), ("run",), ("chat",)]
)
def test_an_unknown_setting_stops_every_command(run: Run, command: tuple[str, ...]) -> None:
    said = run(*command, timezon="Europe/Paris")
    assert said.status == 2
    assert said.err.startswith("alliances: ALLIANCES_TIMEZON: there is no such setting; did you mean")


@pytest.mark.parametrize("command", [("ask", "a"), ("match",), ("run",), ("chat", "--json")])
def test_broken_content_stops_what_needs_it(content: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    (content / "flows" / "autre.yaml").write_text("flow: autre\nsteps: [\n", encoding="utf-8")
    done = alliances(*command, folder=tmp_path, settings={"content": content, "port": 0})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("alliances: ") and "autre.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["", "  ", "a\nb"])
def test_somebody_must_speak(run: Run, name: str) -> None:
    assert run("chat", "--as", name).status == 2


EVENT = """\
format: 1
id: cafe
title: Café des alliés
starts: 2099-02-18 18:30
ends: 2099-02-18 20:30
place: Salle des fêtes
"""


def test_a_list_that_is_none_checks_nobody_in_and_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cafe.yaml").write_text(EVENT, "utf-8")
    (tmp_path / "autre.csv").write_text("prénom\nLéa\n", "utf-8")
    assert run("event", "cafe.yaml", "--yes").status == 0
    said = run("event", "--check-in", "cafe", "--marked", "autre.csv")
    assert said.status == 1 and "autre.csv: line 1: the columns" in said.err


@pytest.mark.parametrize("command", [("event", "--list"), ("announce", "--list"), ("team",), ("people",)])
def test_a_folder_in_the_place_of_the_database_is_named_as_such(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "base").mkdir()
    said = run(*command, database=tmp_path / "base")
    assert said.status == 2 and "base is a folder; name a file with ALLIANCES_DATABASE" in said.err


def test_help_names_every_command(run: Run) -> None:
    said = run("--help")
    assert said.status == 0
    assert all(name in said.out for name in ("run", "chat", "ask", "match", "check", "schema", "test"))


def test_a_reader_who_leaves_is_no_error(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "bot", "check", "--format", "json", str(TEN)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment({}),
    )
    assert first.stdout is not None and first.stderr is not None
    first.stdout.close()
    assert first.stderr.read() == b""
    first.stderr.close()
    first.wait(20)


@pytest.mark.parametrize(
    "words",
    [
        ("announce", "--pause", f"{10**20}"),
        ("announce", "--report", f"{10**20}"),
        ("announce", "--correct", f"{10**20}", "avis.md"),
        ("announce", "--text", "avis.md", "--count", "--spare-days", "999999"),
        ("questions", "--days", "999999"),
        ("team", "--remove", f"{10**20}"),
    ],
    ids=" ".join,
)
def test_a_number_beyond_everything_is_refused_in_words(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "avis.md").write_text("Bonjour", "utf-8")
    done = alliances(*words, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and words[-1].removesuffix("avis.md") in done.stderr
    assert "write for example" in done.stderr or "the number of an announcement" in done.stderr
