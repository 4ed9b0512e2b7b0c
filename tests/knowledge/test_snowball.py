"""The French stemmer on its own: the package's, without the package."""

import subprocess
import sys
from pathlib import Path

import pytest
from snowballstemmer.french_stemmer import FrenchStemmer

from bot.knowledge.snowball import french_stemmer

WORDS = "alliances associations mecenat benevolement partenaires financeurs cooperer quittons salariee 2026 a"


@pytest.mark.parametrize("word", WORDS.split())
def test_stems_as_the_package_does(word: str) -> None:
    assert french_stemmer().stemWord(word) == FrenchStemmer().stemWord(word)


def test_loads_no_other_language() -> None:
    program = "import sys, bot.knowledge.text; print([n for n in sys.modules if n.endswith('_stemmer')])"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['_snowball_french.french_stemmer']"
