"""Build hook: `flows/` and `knowledge/` travel inside the package as `bot/_content/`; see pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CONTENT = ("flows", "knowledge")


class BuildWithContent(build_py):
    """Copies the content folders into the built package. An editable install reads them where they lie."""

    def run(self) -> None:
        """Build afresh: what an earlier build left would be packed again, though its source is gone."""
        package = Path(self.build_lib) / "bot"
        if not self.editable_mode:
            shutil.rmtree(package, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            for folder in CONTENT:
                shutil.copytree(folder, package / "_content" / folder, ignore=shutil.ignore_patterns(".*"))


setup(cmdclass={"build_py": BuildWithContent})
