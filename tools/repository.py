"""The address of the book's repository: it stands in pyproject.toml, and all else follows from it.

`make repository URL=https://...` sets it in pyproject.toml, in the notebooks' setup cells, in _config.yml and in the
README; `make repository URL=` takes it back. While there is none, no page shows a button that leads nowhere.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools.address import PROJECT, checked, colab_link, on_github, settings
from tools.environment import BOOK, ROOT
from tools.notebooks import as_text, in_stored_form, notebooks, read

CONFIG = ROOT / "_config.yml"
README = ROOT / "README.md"

# What is between two such lines is written by this module.
_MARK = re.compile(
    r"(?s)(?P<open>{}\n).*?(?P<close>{})".format(r"[^\n]*BEGIN repository[^\n]*", r"[^\n]*END repository")
)


def config_lines(address: str, branch: str) -> str:
    """The part of _config.yml that depends on the address."""
    if not address:
        return ""
    lines = f"repository:\n  url: {address}\n  branch: {branch}\n  path_to_book: .\n"
    if on_github(address):
        lines += "launch_buttons:\n  colab_url: https://colab.research.google.com\n"
    return lines


def readme_lines(address: str, branch: str) -> str:
    """The README's list of chapters."""
    lines = []
    for path in sorted(BOOK.glob("*.ipynb"), key=lambda path: (path.stem != "intro", path.stem)):
        line = f"- [{_title(path)}](book/{path.name})"
        if on_github(address):
            line += f" ([open on Colab]({colab_link(address, branch, path.stem)}))"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _title(path: Path) -> str:
    first: str = read(path).cells[0].source
    return first.splitlines()[0].removeprefix("# ")


def between_marks(text: str, lines: str) -> str:
    """The text with what stands between the marks replaced."""
    return _MARK.sub(lambda match: match["open"] + lines + match["close"], text)


def derived() -> dict[Path, str]:
    """What each file that follows from the address must hold."""
    address, branch = settings()
    files = {
        CONFIG: between_marks(CONFIG.read_text(encoding="utf-8"), config_lines(address, branch)),
        README: between_marks(README.read_text(encoding="utf-8"), readme_lines(address, branch)),
    }
    return files | {path: as_text(in_stored_form(read(path))) for path in notebooks()}


def main() -> None:
    """Set the address and write what follows from it."""
    if len(sys.argv) != 2:
        sys.exit("usage: make repository URL=https://github.com/you/book")
    try:
        address = checked(sys.argv[1])
    except ValueError as error:
        sys.exit(str(error))
    text = PROJECT.read_text(encoding="utf-8")
    PROJECT.write_text(re.sub(r'(?m)^repository = ".*"$', f'repository = "{address}"', text), encoding="utf-8")
    for path, content in derived().items():
        path.write_text(content, encoding="utf-8")
    print(f"The book's address is {address}" if address else "The book has no address now")


if __name__ == "__main__":
    main()
