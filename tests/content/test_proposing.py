"""Lines put into an authored file: everything else stays as it was, whatever the file looks like."""

import os
import subprocess
from pathlib import Path
from textwrap import indent

import pytest
import yaml

from bot.content.load import load_library
from bot.content.proposing import (
    CannotPropose,
    Change,
    NotKept,
    add_entry,
    add_phrasings,
    replace_file,
    scalar,
    tidy,
    write,
)

SHIPPED = Path(__file__).parents[2]

ENTRY = """\
# Chapitre d'essai.

- id: minibus # ne change jamais
  chapter: 1-essai
  audience: benevole
  question: Comment financer un minibus ?
  phrasings:{phrasings}
  keywords: [minibus, transport]   # des mots
  answer: >-
    On le loue, ou on le partage.
  status: sourcé
  author: équipe
  reviewed: 2026-11-22
# La fin.
"""

EIGHT = ["un minibus pour nous", "acheter un minibus", "louer un car", "car ou minibus", "transport", "bus"]
BLOCK = "".join(f"\n    - {text}" for text in EIGHT)


def folder_with(tmp_path: Path, phrasings: str, *, end: str = "\n") -> Path:
    (tmp_path / "knowledge").mkdir()
    text = ENTRY.format(phrasings=phrasings).replace("\n", end)
    (tmp_path / "knowledge" / "1-essai.yaml").write_text(text, encoding="utf-8", newline="")
    return tmp_path


def added(change: Change) -> list[str]:
    """The lines that the change adds; it must take away none but those that it continues."""
    assert change.before is not None
    return [
        line[1:] for line in change.patch().split("\n") if line.startswith("+") and not line.startswith("+++")
    ]


CASES: list[tuple[str, str, list[str]]] = [
    ("block", f"{BLOCK}\n    - sept\n    - huit", ["    - neuf à table"]),
    ("block, comment behind", f"{BLOCK}\n    - sept\n    - huit # le dernier", ["    - neuf à table"]),
    (
        "block, comment below",
        f"{BLOCK}\n    - sept\n    - huit\n    # d'autres viendront",
        ["    - neuf à table"],
    ),
    ("block, quoted last", f'{BLOCK}\n    - sept\n    - "huit : l\'autre"', ["    - neuf à table"]),
    ("block, single quotes", f"{BLOCK}\n    - sept\n    - 'huit, ''ou'' presque'", ["    - neuf à table"]),
    (
        "block, folded plain last",
        f"{BLOCK}\n    - sept\n    - huit\n      et la suite",
        ["    - neuf à table"],
    ),
    (
        "block, folded text last",
        f"{BLOCK}\n    - sept\n    - >-\n      huit\n      plié",
        ["    - neuf à table"],
    ),
    ("block, kept text last", f"{BLOCK}\n    - sept\n    - |+\n      huit\n", ["    - neuf à table"]),
    (
        "block, not indented",
        f"{BLOCK}\n    - sept\n    - huit".replace("\n    -", "\n  -"),
        ["  - neuf à table"],
    ),
    ("block, blank lines", f"{BLOCK}\n    - sept\n\n    - huit\n", ["    - neuf à table"]),
    (
        "flow",
        f" [{', '.join(EIGHT)}, sept, huit]",
        [f"  phrasings: [{', '.join(EIGHT)}, sept, huit, neuf à table]"],
    ),
    ("flow, comma at the end", f" [{', '.join(EIGHT)}, sept, huit , ]", []),
    ("flow, quoted last", f' [{", ".join(EIGHT)}, sept, "huit, ou 8"]  # tout', []),
    ("flow, wrapped", f"\n    [{', '.join(EIGHT)},\n    sept, huit]", ["    sept, huit, neuf à table]"]),
    (
        "flow, one a line",
        " [\n" + "".join(f"    {text},\n" for text in EIGHT) + "    sept,\n    huit # 8, oui\n  ]",
        ["    huit,", "    neuf à table # 8, oui"],
    ),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(
    ("phrasings", "lines"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_phrasings_join_the_list_as_it_is_written(
    tmp_path: Path, phrasings: str, lines: list[str], end: str
) -> None:
    folder = folder_with(tmp_path, phrasings, end=end)
    before = load_library(folder)
    assert before.shelf is not None, before.problems
    change = add_phrasings(before, "minibus", ["neuf à table"])
    assert change.before is not None
    if lines:
        assert added(change) == [line + end.removesuffix("\n") for line in lines]
    assert ("\r" in change.after) is (end == "\r\n")
    write(folder, change)
    after = load_library(folder)
    (old,), (new,) = before.material.articles, after.material.articles
    assert new.article == old.article.model_copy(
        update={"phrasings": (*old.article.phrasings, "neuf à table")}
    )
    assert change.after.count("#") == change.before.count("#")


NASTY = [
    "simple",
    "l'apostrophe",
    "deux points : ici",
    "fin par deux points :",
    "un # dièse",
    "#dièse",
    "- tiret",
    "[crochets], et {accolades}",
    "12",
    "1.5",
    "true",
    "on",
    "null",
    "~",
    "2027-01-14",
    "2027-13-45",
    "@nous",
    "`apostrophe`",
    "%",
    "&a",
    "*a",
    "!a",
    "? question",
    "> cité",
    "| barre",
    'des "guillemets"',
    "'simples'",
    "« français » ?",
    "anti\\slash",
    '"\\',
    "virgule, au milieu",
    "a: b",
    "...",
    "---",
    "😀 émoji",
    "=",
    "<<",
    "12:30",
]


@pytest.mark.parametrize("flow", [False, True], ids=["block", "flow"])
@pytest.mark.parametrize("text", NASTY)
def test_any_text_reads_back_as_it_was_here_and_elsewhere(tmp_path: Path, text: str, flow: bool) -> None:
    listed = f" [{', '.join(EIGHT)}, sept, huit]" if flow else f"{BLOCK}\n    - sept\n    - huit"
    folder = folder_with(tmp_path, listed)
    write(folder, add_phrasings(load_library(folder), "minibus", [text, "après"]))
    (authored,) = load_library(folder).material.articles
    assert authored.article.phrasings[-2:] == (text, "après")
    (data,) = yaml.safe_load((folder / "knowledge" / "1-essai.yaml").read_text(encoding="utf-8"))
    assert data["phrasings"][-2:] == [text, "après"]


def test_quotes_are_for_what_needs_them() -> None:
    assert scalar("un, deux", flow=False) == "un, deux"
    assert scalar("un, deux", flow=True) == '"un, deux"'
    assert scalar("oui : non", flow=False) == '"oui : non"'


def test_a_text_is_tidied() -> None:
    assert tidy(" deux\n lignes\u202e et\u00a0des\tsignes\0 ") == "deux lignes et des signes"


@pytest.mark.parametrize(
    ("entry", "phrasings", "told"),
    [
        ("minibuss", ["x"], "no entry 'minibuss'"),
        ("minibus", [], "--phrasing"),
        ("minibus", ["Comment financer un minibus ?", " BUS "], "all of these"),
        ("minibus", ["\n"], "all of these"),
    ],
)
def test_what_cannot_be_added_is_said(tmp_path: Path, entry: str, phrasings: list[str], told: str) -> None:
    loaded = load_library(folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit"))
    with pytest.raises(CannotPropose, match=told):
        add_phrasings(loaded, entry, phrasings)


def test_a_patch_applies_with_git(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit")
    change = add_phrasings(load_library(folder), "minibus", ["neuf", "dix : dix"])
    subprocess.run(["git", "apply", "-"], input=change.patch().encode(), cwd=folder, check=True)
    assert (folder / change.path).read_bytes() == change.after.encode()


def test_a_file_without_a_line_end_gets_one(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, " [a, b, c, d, e, f, g, h]")
    path = folder / "knowledge" / "1-essai.yaml"
    lines = path.read_text(encoding="utf-8").replace("# La fin.\n", "").splitlines()
    moved = (
        [line for line in lines if "phrasings" not in line]
        + ["  phrasings:"]
        + [f"    - {letter}" for letter in "abcdefgh"]
    )
    path.write_text("\n".join(moved), encoding="utf-8")
    change = add_phrasings(load_library(folder), "minibus", ["neuf"])
    assert change.after.endswith("    - h\n    - neuf\n")
    subprocess.run(["git", "apply", "-"], input=change.patch().encode(), cwd=folder, check=True)
    assert path.read_bytes() == change.after.encode()


# --- A new entry --------------------------------------------------------------------------------------------

NEW = ENTRY.format(phrasings=f"{BLOCK}\n    - sept\n    - huit").replace("id: minibus", "id: trajet")


@pytest.mark.parametrize("written", [NEW, indent(NEW, "  "), f"---\n{NEW}", NEW.rstrip()])
def test_a_new_entry_stands_at_the_end_of_its_chapter(tmp_path: Path, written: str) -> None:
    folder = folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit")
    file = tmp_path / "fiche.yaml"
    file.write_text(written, encoding="utf-8")
    change = add_entry(load_library(folder), file)
    assert change.path == "knowledge/1-essai.yaml"
    assert change.before is not None and change.after.startswith(change.before + "\n- id: trajet")
    write(folder, change)
    assert [one.article.id for one in load_library(folder).material.articles] == ["minibus", "trajet"]


def test_a_new_chapter_is_a_new_file(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit")
    file = tmp_path / "fiche.yaml"
    file.write_text(NEW.replace("1-essai", "2-autre"), encoding="utf-8")
    change = add_entry(load_library(folder), file)
    assert (change.path, change.before) == ("knowledge/2-autre.yaml", None)
    subprocess.run(["git", "apply", "-"], input=change.patch().encode(), cwd=folder, check=True)
    assert len(load_library(folder).material.articles) == 2


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "vide"),
        ("id: x\n", "liste de fiches"),
        ("- id: x\n", "fiche.yaml:1"),
        (NEW + NEW.replace("trajet", "autre"), "list of one"),
        ("[]\n", "list of one"),
        ("- [\n", "fiche.yaml"),
    ],
)
def test_what_is_wrong_in_a_new_entry_is_said(tmp_path: Path, written: str, told: str) -> None:
    folder = folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit")
    file = tmp_path / "fiche.yaml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(CannotPropose, match=told):
        add_entry(load_library(folder), file)


# --- Writing ------------------------------------------------------------------------------------------------


def test_an_entry_that_exists_is_taken_back(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit")
    path, file = folder / "knowledge" / "1-essai.yaml", tmp_path / "fiche.yaml"
    file.write_text(NEW.replace("trajet", "minibus"), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(NotKept, match="duplicate-article"):
        write(folder, add_entry(load_library(folder), file))
    assert path.read_bytes() == before
    file.write_text(NEW.replace("1-essai", "2-autre").replace("trajet", "minibus"), encoding="utf-8")
    with pytest.raises(NotKept):
        write(folder, add_entry(load_library(folder), file))
    assert os.listdir(folder / "knowledge") == ["1-essai.yaml"]


def test_what_somebody_wrote_meanwhile_is_not_lost(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"{BLOCK}\n    - sept\n    - huit")
    change = add_phrasings(load_library(folder), "minibus", ["neuf"])
    path = folder / change.path
    path.write_text(path.read_text(encoding="utf-8") + "# encore\n", encoding="utf-8")
    with pytest.raises(CannotPropose, match="meanwhile"):
        write(folder, change)
    assert path.read_text(encoding="utf-8").endswith("# encore\n")


def test_a_replaced_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a", encoding="utf-8")
    path.chmod(0o640)
    replace_file(path, b"b")
    assert (path.read_bytes(), path.stat().st_mode & 0o777, os.listdir(tmp_path)) == (b"b", 0o640, ["a.yaml"])


def test_every_entry_of_the_shipped_base_can_be_added_to() -> None:
    loaded = load_library(SHIPPED)
    for authored in loaded.material.articles:
        change = add_phrasings(loaded, authored.article.id, ["une : formulation, [toute] neuve"])
        changed = [line for line in change.patch().split("\n")[2:] if line[:1] in ("+", "-")]
        assert changed == ['+    - "une : formulation, [toute] neuve"'], authored.article.id
