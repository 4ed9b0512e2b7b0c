"""`alliances evaluate`: the figures, the tables, and what counts as a regression."""

import json
from pathlib import Path

import pytest

from bot.content.evaluation import FOLDER, RECORDED, TOLERANCES, QuestionsBroken, evaluate, regressions
from bot.knowledge.article import Words
from bot.knowledge.evaluate import CollectionEntry
from bot.knowledge.index import build_index
from bot.knowledge.measure import Labelled, calibration, confusions, figures, leave_out, lost, outcomes

INDEX = build_index(
    (
        CollectionEntry(
            "salle", "Comment réserver la salle ?", ("louer la salle", "réserver la salle samedi")
        ),
        CollectionEntry("tarif", "Combien coûte l'adhésion ?", ("prix de l'adhésion", "coûte cher")),
        CollectionEntry("impots", "Où est mon reçu fiscal ?", ("mon reçu fiscal",), kind="redirect"),
    ),
    Words(),
)
ASKED = outcomes(
    INDEX,
    (
        Labelled("réserver la salle", ("salle",), "direct"),
        Labelled("Combien coûte l'adhésion ?", ("salle", "tarif"), "direct"),
        Labelled("où est mon reçu fiscal", ("impots",), "direct"),
        Labelled("prix de l'adhésion", ("salle",), "wrong label"),
        Labelled("météo à Lyon", (), "oos-far"),
    ),
)
PLACED = """\
- {text: "c'est quoi une alliance", id: glossaire-alliance, kind: direct}
- {text: "météo à Lyon demain", id: null, kind: oos-far}
"""


def test_a_redirect_that_was_meant_is_an_answer() -> None:
    assert [one.helped for one in ASKED] == [True, True, True, False, False]
    assert [one.refused for one in ASKED] == [False, False, False, False, True]


def test_figures_are_shares_of_what_they_name() -> None:
    found = figures(ASKED, leave_out(INDEX))
    assert found.keys() == TOLERANCES.keys()
    assert (found["first"], found["helped"]) == (0.75, 0.75)
    assert (found["outsiders answered"], found["outsiders refused"]) == (0.0, 1.0)
    assert all(0 <= value <= 1 for value in found.values())


def test_names_what_is_taken_for_another() -> None:
    assert confusions(ASKED, ())[0] == (("salle", "tarif"), 1)
    assert sum(count for _, _, count, _ in calibration(ASKED)) == len(ASKED)


def test_leaves_out_every_phrasing_of_the_base() -> None:
    left_out = leave_out(INDEX)
    assert [one.text for one in left_out] == list(INDEX.texts)
    assert "salle" not in lost(left_out)
    assert lost(left_out, least=99).keys() == {"salle", "tarif", "impots"}


@pytest.mark.parametrize(
    ("name", "before", "now", "fell"),
    [
        ("helped", 0.9, 0.9 - TOLERANCES["helped"], False),
        ("helped", 0.9, 0.88, True),
        ("helped", 0.9, 0.95, False),
        ("outsiders answered", 0.0, 0.02, True),
        ("outsiders answered", 0.02, 0.0, False),
        ("unheard of", 0.9, 0.1, False),
    ],
)
def test_a_fall_beyond_its_tolerance_is_a_regression(
    name: str, before: float, now: float, fell: bool
) -> None:
    assert bool(regressions({name: before}, {name: now})) is fell


@pytest.fixture
def content(tmp_path: Path, shipped: Path) -> Path:
    """The shipped content with two labelled messages of its own."""
    for room in ("flows", "knowledge"):
        (tmp_path / room).mkdir()
        for path in (shipped / room).iterdir():
            if path.name != "questions":
                (tmp_path / room / path.name).symlink_to(path)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "a.yaml").write_text(PLACED, encoding="utf-8")
    return tmp_path


@pytest.fixture
def shipped() -> Path:
    return Path(__file__).parents[2]


def test_records_and_compares(content: Path) -> None:
    evaluate(content, record=True)
    recorded = content / FOLDER / RECORDED
    assert json.loads(recorded.read_text(encoding="utf-8")).keys() == TOLERANCES.keys()
    text, status = evaluate(content)
    assert (status, "no regression" in text) == (0, True)
    recorded.write_text('{"left out first": 0.99}', encoding="utf-8")
    told, status = evaluate(content, as_json=True)
    assert (status, json.loads(told)["regressions"]) == (1, ["left out first"])


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('- {text: "a", id: nobody, kind: direct}', "a.yaml:1:3: fiche inconnue nobody"),
        ('- {text: "a"}', "kind"),
        ("text: a", "une liste de messages est attendue"),
        ("", "no labelled messages|vide"),
    ],
)
def test_says_what_is_wrong_with_the_messages(content: Path, written: str, message: str) -> None:
    (content / FOLDER / "a.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(QuestionsBroken, match=message):
        evaluate(content)
