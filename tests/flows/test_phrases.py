"""Every standing phrase is said somewhere: nobody writes and translates one in vain."""

import re
from pathlib import Path

from bot.flows.phrases import PHRASES

CODE = Path(__file__).parents[2] / "bot"


def test_every_phrase_is_said_somewhere() -> None:
    """By its name, or by a name that is put together of a fixed beginning or end and something else."""
    files = [path for path in CODE.rglob("*.py") if path.parent.name != "phrase_names"]
    code = "\n".join(path.read_text("utf-8") for path in files)
    named = set(re.findall(r"""["']([a-z0-9_]+)["']""", code))
    heads = tuple(set(re.findall(r'f"([a-z]+_[a-z_]*)\{', code)))
    tails = tuple(set(re.findall(r'f"\{[^{}"]+\}(_[a-z]+)"', code)))
    silent = {name for name in PHRASES if not name.startswith(heads) and not name.endswith(tails)}
    assert sorted(silent - named) == []
