"""How texts are read before they are compared."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer

from bot.knowledge.article import Words
from bot.knowledge.text import MAX_CHARACTERS, cut, fold, make_reader, split_words, stem

WORDS = Words(
    acronyms={"DLA": "dispositif local d'accompagnement"},
    synonyms=(("mutualiser", "mettre en commun"),),
    sms={"diff": "différence", "pkoi": "pourquoi"},
    stop=("machin",),
)
READER = make_reader(WORDS, ["alliance", "alliance", "dalliance", "entre", "avoir", "centre", "projet"])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Éducation", "education"),
        ("CŒUR ET ÆTHER", "coeur et aether"),
        ("l’alliance", "l'alliance"),
        ("1\N{NO-BREAK SPACE}250\N{NARROW NO-BREAK SPACE}€", "1 250 €"),
        ("ça", "ca"),
    ],
)
def test_folds_case_accents_ligatures_and_apostrophes(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Qu’est-ce que l'alliance ?", "est ce que alliance"),
        ("aujourd'hui quelqu'un", "aujourdhui quelquun"),
        ("ouiiii !!", "oui"),
        ("d'accord, j'ai 2 projets", "accord ai 2 projets"),
    ],
)
def test_splits_words_and_takes_elisions_off(text: str, words: str) -> None:
    assert split_words(fold(text)) == words.split()


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("pas dalliance", "alliance"),
        ("la diff ?", "difference"),
        ("un centre", "centre"),
        ("le machin", ""),
        ("cest koi une alliance", "alliance"),
        ("bonjour, merci", ""),
    ],
)
def test_keeps_the_words_that_carry_the_subject(text: str, content: str) -> None:
    assert READER.read(text).content == tuple(content.split())


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("le DLA", ("=dla",)),
        ("un dispositif local d'accompagnement", ("=dla",)),
        ("mettre en commun un local", ("=mutualiser",)),
        ("mutualiser", ("=mutualiser",)),
        ("mettre un local", ()),
    ],
)
def test_acronyms_and_synonyms_count_as_one_concept(text: str, concepts: tuple[str, ...]) -> None:
    assert READER.read(text).concepts == concepts


@pytest.mark.parametrize("text", ["mot " * 2000, "a" * 4096, "l'" * 2048])
def test_a_long_text_is_cut(text: str) -> None:
    assert len(cut(text)) <= MAX_CHARACTERS


def test_a_cut_falls_between_words() -> None:
    assert cut("une alliance durable", 15) == "une alliance"


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.000_005)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_several_threads_stem_like_one() -> None:
    words = [f"{begin}{end}" for begin in ("associ", "mutualis", "cooper", "partag") for end in _ENDINGS]
    stem.cache_clear()
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(stem, words))
    alone = snowballstemmer.stemmer("french")
    assert together == [alone.stemWord(word) for word in words]


_ENDINGS = [
    f"{vowel}{rest}" for vowel in "aeiou" for rest in ("tions", "ment", "rions", "ble", "nces", "r", "s")
]
