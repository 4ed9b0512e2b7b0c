"""Conversation tests that are written anew: only what differs, and only what then holds."""

from pathlib import Path

import pytest

from bot.content.rehearsal import read_transcript, rehearse
from bot.content.transcripts import play
from bot.dialogue.library import Library
from tests.journeys.program import ROOT

KEPT = """\
# Une conversation, et ce qui reste d'elle.
transcript: essai
flow: alliance-ou-partenariat
turns:
  - say: /alliance    # au début
    expect: [{text: "*"}, {text: "*Avec qui*"}]  # cela tient
  - tap: entreprise
"""


def bless(path: Path, text: str) -> tuple[str, int]:
    path.write_bytes(text.encode())
    return rehearse(ROOT, [path], bless=True)


def test_what_holds_is_not_touched(tmp_path: Path) -> None:
    path, text = tmp_path / "essai.yaml", KEPT + "ends: {flow: open}\n"
    said, status = bless(path, text)
    assert (path.read_text(), status) == (text, 0)
    assert "@@" not in said and "1 transcripts played" in said


def test_what_differs_is_written_as_it_comes_now_and_shown(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "essai.yaml"
    said, status = bless(
        path,
        KEPT
        + """\
    expect: [{text: "*Rien de tel*"}]  # cela change
  - {tap: don, silent: true}
  # ce qui suit
  - say: ensemble
    expect:
      - {text: "*Rien*", options: [zut]}
      # encore
  - say: retour
ends: {flow: done, fields: {allie: autre, lien: null, but: null}}  # la fin
""",
    )
    written = path.read_text()
    assert status == 0
    assert written.startswith(KEPT)
    assert (
        "\n  - say: retour\nends: {flow: open, fields: {allie: entreprise, lien: don, but: null}}  # la fin\n"
        in (written)
    )
    assert "# cela change" in written and "\n  # ce qui suit\n" in written and "      # encore\n" in written
    assert "\n  - {tap: don, expect: [{text: " in written
    assert play(read_transcript(path), library).wrong == []
    assert '-    expect: [{text: "*Rien de tel*"}]  # cela change' in said
    assert "+ends: {flow: open" in said
    assert bless(path, written) == rehearse(ROOT, [path])


def test_expectations_that_fit_stay_as_their_author_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "essai.yaml"
    bless(path, KEPT.replace('{text: "*Avec qui*"}', '{text: "*Avec qui*"}, {text: "zut"}'))
    assert 'expect: [{text: "*"}, {text: "*Avec qui*"}]  # cela tient' in path.read_text()


def test_silence_is_written_where_nothing_comes(tmp_path: Path) -> None:
    path = tmp_path / "essai.yaml"
    _, status = bless(path, KEPT + '  - later: 1 hour\n    expect: [{text: "*"}]\n')
    assert status == 0
    assert path.read_text() == KEPT + "  - later: 1 hour\n    silent: true\n"


def test_ends_of_lines_and_signs_of_yaml_survive(tmp_path: Path, library: Library) -> None:
    path, text = tmp_path / "essai.yaml", KEPT + '    expect: [{text: "« \\"é\\" » : [rien], #"}]\n'
    _, status = bless(path, text.replace("\n", "\r\n"))
    written = path.read_bytes().decode()
    assert status == 0
    assert written.count("\n") == written.count("\r\n")
    assert written.startswith(KEPT.replace("\n", "\r\n"))
    assert play(read_transcript(path), library).wrong == []


def test_a_remark_behind_the_last_expectation_stays(tmp_path: Path) -> None:
    path = tmp_path / "essai.yaml"
    _, status = bless(
        path, KEPT + '    expect:\n      - {text: "*Rien*"}  # la question\n  - say: retour  # et retour\n'
    )
    assert status == 0
    assert "  # la question\n  - say: retour  # et retour\n" in path.read_text()


def test_an_absent_field_may_be_written_with_nothing(tmp_path: Path) -> None:
    path = tmp_path / "essai.yaml"
    _, status = bless(path, KEPT + "ends:\n  fields:\n    allie:  # l'autre\n    lien: null\n")
    assert status == 0
    assert path.read_text() == KEPT + "ends:\n  fields:\n    allie: entreprise  # l'autre\n    lien: null\n"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (
            '    silent: true\n    expect: [{text: "zut"}]\n',
            "line 7: a turn has 'expect' or 'silent', not both",
        ),
        (
            "    expect:\n      # la question\n      - {text: zut}\n",
            "line 8: what is to be written anew holds a comment, which would be lost",
        ),
        (
            "    expect: [\n      {text: zut},  # la question\n    ]\n",
            "line 8: what is to be written anew holds a comment, which would be lost",
        ),
        (
            '  - tap: societe\n    expect: [{text: "zut"}]\n',
            "turn 3: no message has a button 'societe'",
        ),
        ("ends: {flow: cancelled}\n", "alliance-ou-partenariat was not gone through at all"),
    ],
)
def test_what_cannot_be_written_stays_and_fails(tmp_path: Path, more: str, why: str) -> None:
    path = tmp_path / "essai.yaml"
    text = (
        KEPT.replace("/alliance    ", "/zut    ").replace("    expect: [", "    # expect: [")
        if "ends" in more
        else KEPT
    )
    said, status = bless(path, text + more)
    assert (path.read_text(), status) == (text + more, 1)
    assert f"{path}: not written, mend it by hand: {why}" in said
