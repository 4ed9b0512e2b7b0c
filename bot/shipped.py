"""Where the content that came with the program lies. Paths only: reading it is the job of `bot.content`."""

from pathlib import Path

ROOMS = ("flows", "knowledge")
"""The folders that make a folder one of content."""


def shipped_content() -> Path:
    """The folder that holds `flows/` and `knowledge/` when no setting names another one.

    In a source tree they lie beside `bot/` and are used where they are, so that an edit counts at the next
    load. In an installed package they are the copy that `setup.py` put into it. Raises `FileNotFoundError`
    when neither is there.
    """
    package = Path(__file__).resolve().parent
    # pyproject.toml tells a source tree from site-packages, where `flows` could be somebody else's package.
    if (package.parent / "pyproject.toml").is_file() and is_content(package.parent):
        return package.parent
    packaged = package / "_content"
    if is_content(packaged):
        return packaged
    raise FileNotFoundError(
        f"no shipped content: flows/ and knowledge/ are neither beside {package} nor in {packaged}; "
        "install the program again, or name a content folder with ALLIANCES_CONTENT"
    )


def is_content(folder: Path) -> bool:
    """Whether both of its folders are there."""
    return all((folder / room).is_dir() for room in ROOMS)
