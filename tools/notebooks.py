"""The stored form of a notebook: `make notebooks` brings all of them into it, `make test` checks it.

What a notebook in book/ holds beside its cells: the text outputs of a live run, which nbval compares and GitHub shows,
and no pictures, no widgets' state, no metadata of the machine. Execution counts are 1, 2, 3, ...: they must be there,
because nbval leaves out the comparison of a cell whose count is null.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.address import SETUP_TAG, setup_source
from tools.environment import BOOK, ROOT, enter

METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# Outputs of these cells differ from machine to machine and are not compared; storing them would only stir the diffs.
NOT_COMPARED = "nbval-ignore-output"

# What is kept of an output: what nbval compares, and GitHub shows.
TEXTS = ("text/plain", "text/markdown")

CELL_TIMEOUT = 600


def notebooks() -> list[Path]:
    """Every notebook of the book."""
    return sorted(BOOK.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Read a notebook."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Execute a notebook in place, as a reader would with "Run all"."""
    NotebookClient(
        notebook, timeout=CELL_TIMEOUT, resources={"metadata": {"path": str(folder)}}, store_widget_state=False
    ).execute()


def in_stored_form(notebook: NotebookNode) -> NotebookNode:
    """A copy of a notebook in the stored form; its sources and text outputs are kept."""
    cells = []
    used: Counter[str] = Counter()
    count = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        source = setup_source() if SETUP_TAG in tags else cell.source.rstrip("\n")
        new = NotebookNode(cell_type=cell.cell_type, id=_cell_id(source, used), metadata=_metadata(cell), source=source)
        if cell.cell_type == "code":
            count += 1
            new.execution_count = count
            new.outputs = [] if NOT_COMPARED in tags else _outputs(cell.outputs, count)
        cells.append(new)
    return NotebookNode(cells=cells, metadata=NotebookNode(METADATA), nbformat=4, nbformat_minor=5)


def as_text(notebook: NotebookNode) -> str:
    """The text of a notebook's file."""
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return text + "\n"


def _cell_id(source: str, used: Counter[str]) -> str:
    """An id that depends on the cell's text alone; the second cell of the same text gets a -2."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    used[digest] += 1
    return digest if used[digest] == 1 else f"{digest}-{used[digest]}"


def _metadata(cell: NotebookNode) -> NotebookNode:
    kept = {key: cell.metadata[key] for key in ("jupyter", "mystnb", "tags") if cell.metadata.get(key)}
    return NotebookNode(kept)


def _outputs(outputs: list[NotebookNode], count: int) -> list[NotebookNode]:
    """The text of a cell's outputs: neighbouring streams joined, pictures and widgets left out."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
            else:
                kept.append(NotebookNode(output_type="stream", name=output.name, text=output.text))
        elif "text/plain" in output.get("data", {}):
            data = NotebookNode({kind: output.data[kind] for kind in TEXTS if kind in output.data})
            new = NotebookNode(output_type=output.output_type, data=data, metadata=NotebookNode())
            if output.output_type == "execute_result":
                new.execution_count = count
            kept.append(new)
    return kept


def write(path: Path) -> None:
    """Execute a notebook and store it. Nothing is written when a cell fails."""
    notebook = read(path)
    for cell in notebook.cells:
        if SETUP_TAG in cell.metadata.get("tags", []):
            cell.source = setup_source()
    execute(notebook, path.parent)
    path.write_text(as_text(in_stored_form(notebook)), encoding="utf-8")


def check(path: Path) -> str:
    """Why a notebook is not in the stored form, or nothing."""
    notebook = read(path)
    expected = in_stored_form(notebook)
    if path.read_text(encoding="utf-8") == as_text(expected):
        return ""
    name = path.relative_to(ROOT)
    for number, (cell, right) in enumerate(zip(notebook.cells, expected.cells, strict=True), start=1):
        for key in right:
            if cell.get(key) != right[key]:
                return f"{name}: cell {number} ({cell.source.splitlines()[:1]}) has another {key} than the stored form"
    return f"{name}: its metadata or its layout is not the stored form's"


def main() -> None:
    """Check the notebooks, tidy them, or execute and store them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="say which notebook is not in the stored form, and why")
    parser.add_argument("--write", action="store_true", help="execute the notebooks and store them")
    parser.add_argument("--tidy", action="store_true", help="bring them into the form without executing them")
    parser.add_argument("paths", nargs="*", type=Path, help="the notebooks; by default all of book/")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.paths] or notebooks()
    if arguments.write:
        enter(static=False)
        for path in paths:
            print(f"Executing {path.relative_to(ROOT)} ...", flush=True)
            try:
                write(path)
            except CellExecutionError as error:
                sys.exit(f"{path.relative_to(ROOT)} is left as it was: {error}")
    elif arguments.tidy:
        for path in paths:
            path.write_text(as_text(in_stored_form(read(path))), encoding="utf-8")
    elif arguments.check:
        complaints = [complaint for path in paths if (complaint := check(path))]
        if complaints:
            sys.exit("\n".join([*complaints, "`make notebooks` brings all notebooks into their stored form."]))
    else:
        parser.error("say --check, --write or --tidy")


if __name__ == "__main__":
    main()
