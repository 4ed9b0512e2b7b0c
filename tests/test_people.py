"""`alliances people`: what it prints, what it changes, and its exit status."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_cli import Printed, run

__all__ = ["run"]  # a fixture

Run = Callable[..., Printed]
HEADER = "adresse;prénom;rôle;association.employees\n"  # a column by its label, or by the name of its field


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gens.csv").write_text(HEADER + "4711;Zoé;Bénévole;1 à 2\n4712;Luc;bureau;\n", "utf-8")
    return tmp_path


def test_a_file_is_shown_taken_in_and_comes_out_again_as_it_is(run: Run, folder: Path) -> None:
    shown = run("people", "--import", "gens.csv", "--yes")
    assert shown.status == 0 and shown.err == ""
    assert "2 lines (UTF-8, semicolons)" in shown.out and "2 expected, new or completed" in shown.out
    assert "A bot cannot write first" in shown.out
    assert shown.out.endswith("Done: 0 changed, 2 expected, 0 as they were.\n")
    counted = run("people").out
    assert "0 people, 0 of them cannot be reached; 2 expected." in counted
    assert "  Rôle (person.role): 2\n" in counted and "  person.level: 0\n" in counted
    assert run("people", "--export", "out.csv").out.startswith("out.csv: 0 people, 2 expected.")
    assert (folder / "out.csv").stat().st_mode & 0o077 == 0
    again = run("people", "--import", "out.csv")
    assert again.status == 0 and again.out.endswith("Nothing to change.\n")
    assert "Rôle=Bénévole" in run("people", "--list").out
    assert run("team", "--journal").out.count("people.") == 3


def test_refused_lines_are_named_kept_and_told_by_the_status(run: Run, folder: Path) -> None:
    (folder / "gens.csv").write_text(
        HEADER + "4711;Zoé;chef;1 à 2\n@luc;;bureau;\n4713;Max;bureau;\n", "utf-8"
    )
    told = run("people", "--import", "gens.csv", "--yes", "--refused", "non.csv")
    assert told.status == 1 and "2 refused" in told.out and "Done: 0 changed, 1 expected" in told.out
    assert "line 2: Rôle:" in told.err and "line 3: adresse:" in told.err
    kept = (folder / "non.csv").read_text("utf-8-sig").splitlines()
    assert kept[0] == "ligne;qui;colonne;raison"
    assert [line.split(";")[:3] for line in kept[1:]] == [
        ["2", "4711", "Rôle"],
        ["3", "'@luc", "adresse"],
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--import", "gens.csv"), "add --yes to import without being asked"),
        (("--import", "nirgends.csv"), "nirgends.csv: No such file"),
        (("--import", "faux.csv", "--yes"), "Je ne connais pas la colonne"),
        (("--import", "classeur.csv", "--yes"), "C'est un classeur."),
        (("--import", "gens.csv", "--to", "person.role == 'bureau'"), "--to goes with --export and --list"),
        (("--export", "x.csv", "--overwrite"), "--overwrite and --refused go with --import FILE"),
        (("--export", "x.csv", "--to", "person.rolle == 'bureau'"), "person.rolle"),
        (("--export", "nirgends/x.csv"), "cannot write"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    run: Run, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    (folder / "faux.csv").write_text("adresse;fonction\n4711;x\n", "utf-8")
    (folder / "classeur.csv").write_bytes(b"PK\x03\x04")
    refused = run("people", *arguments)
    assert refused.status == 2 and told in refused.err.replace("’", "'").replace("\N{NO-BREAK SPACE}", " ")
    assert "Traceback" not in refused.err
    assert "0 expected" in run("people").out
    assert not (folder / "x.csv").exists()
