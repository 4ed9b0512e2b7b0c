"""The index kept in a file: the same verdicts, and never in the way."""

import stat
from pathlib import Path

import pytest

from bot.knowledge.article import Kind, Words
from bot.knowledge.ask import ask, explain
from bot.knowledge.compiled import FILE, cached_index, index_key
from bot.knowledge.evaluate import CollectionEntry
from bot.knowledge.index import build_index

WORDS = Words(acronyms={"AG": "assemblée générale"}, sms={"kan": "quand"})
_ROWS: list[tuple[str, str, str, Kind]] = [
    ("salle", "Comment réserver la salle ?", "louer le local", "article"),
    ("tarif", "Combien coûte l'adhésion ?", "prix de la cotisation", "article"),
    ("assemblee", "Quand a lieu l'AG ?", "date de la réunion annuelle", "article"),
    ("impots", "Où est mon reçu fiscal ?", "déduire un don", "redirect"),
]
BASE = tuple(
    CollectionEntry(id, question, (f"dis-moi : {question}", phrasing), (id,), kind)
    for id, question, phrasing, kind in _ROWS
)
MESSAGES = ["kan a lieu lassemblee generale", "recu fiscale", "louer la sale", "météo", "", "adhésion"]


def test_gives_the_same_verdicts_as_the_index_it_was_made_from(tmp_path: Path) -> None:
    built, kept = (cached_index(BASE, WORDS, tmp_path) for _ in range(2))
    for text in MESSAGES:
        assert explain(built, text) == explain(kept, text)


def test_is_read_by_its_owner_only(tmp_path: Path) -> None:
    cached_index(BASE, WORDS, tmp_path / "cache")
    assert stat.S_IMODE((tmp_path / "cache" / FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [FILE]


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"PK\x03\x04", None])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes | None) -> None:
    cached_index(BASE, WORDS, tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    flipped = whole[:400] + bytes([whole[400] ^ 255]) + whole[401:]
    (tmp_path / FILE).write_bytes(flipped if damage is None else damage)
    assert ask(cached_index(BASE, WORDS, tmp_path), MESSAGES[0]) == ask(build_index(BASE, WORDS), MESSAGES[0])
    assert (tmp_path / FILE).read_bytes() == whole


def test_an_index_of_another_base_is_made_again(tmp_path: Path) -> None:
    cached_index(BASE[1:], WORDS, tmp_path)
    assert cached_index(BASE, WORDS, tmp_path).ids == tuple(entry.id for entry in BASE)


def test_the_key_changes_with_entries_and_words() -> None:
    keys = {index_key(BASE, WORDS), index_key(BASE[::-1], WORDS), index_key(BASE, Words())}
    assert len(keys) == 3


def test_without_a_data_folder_nothing_is_written(tmp_path: Path) -> None:
    cached_index(BASE, WORDS, tmp_path / "data" / "cache")
    assert list(tmp_path.iterdir()) == []
