"""The address of the book's repository, as pyproject.toml has it, and the setup cells and links that follow from it."""

from __future__ import annotations

import tomllib
from urllib.parse import urlsplit

from tools.environment import ROOT

PROJECT = ROOT / "pyproject.toml"

SETUP_TAG = "setup"

_SETUP = """\
# On Colab this cell fetches the book's helpers; elsewhere it does nothing.
import importlib.util

if importlib.util.find_spec("helpers") is None:
    {install}"""


_NO_ADDRESS = """\
raise ModuleNotFoundError(
        "the book has no address yet: run its notebooks in its repository, after `make book`"
    )"""


def settings() -> tuple[str, str]:
    """The repository's address, empty while there is none, and its branch."""
    book = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["book"]
    return book["repository"], book["branch"]


def setup_source() -> str:
    """The source of the setup cell of every chapter."""
    address, branch = settings()
    if address:
        return _SETUP.format(install=f"%pip install --quiet --no-deps git+{address}@{branch}")
    return _SETUP.format(install=_NO_ADDRESS)


def checked(address: str) -> str:
    """The address without a trailing slash or .git.

    Raises:
        ValueError: it is no address of a repository.

    """
    parts = urlsplit(address)
    named = parts.netloc or parts.scheme == "file"
    if address and (parts.scheme not in ("https", "file") or not named or not parts.path.strip("/") or " " in address):
        raise ValueError(f"{address!r} is no address of a repository: use one like https://github.com/you/book")
    return address.rstrip("/").removesuffix(".git")


def on_github(address: str) -> bool:
    """Whether Colab can open the repository's notebooks."""
    return urlsplit(address).netloc == "github.com"


def colab_link(address: str, branch: str, name: str) -> str:
    """The link that opens a chapter on Colab; only GitHub's repositories can be opened there."""
    path = urlsplit(address).path.strip("/")
    return f"https://colab.research.google.com/github/{path}/blob/{branch}/book/{name}.ipynb"
