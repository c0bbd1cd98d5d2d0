"""The conventions that the book relies on, for every notebook; nbval compares their outputs."""

from __future__ import annotations

import ast
import itertools
import re
import statistics
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import helpers
from tools.build import chapters
from tools.notebooks import NOT_COMPARED, check, in_stored_form, notebooks, read

ROOT = Path(__file__).parents[1]
PATHS = notebooks()
CHAPTERS = [path for path in PATHS if path.stem != "intro"]

TAGS = {
    *("setup", "remove-cell", "hide-input", "hide-cell"),
    *("exercise-check", "exercise", "solution"),
    *("derives-helpers", "measured", "nbval-ignore-output"),
}

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tree(cell):
    """The syntax tree of a cell; IPython's own commands are passed over."""
    lines = ["pass" if line.lstrip().startswith("%") else line for line in cell.source.splitlines()]
    source = "\n".join(
        old[: len(old) - len(old.lstrip())] + new.lstrip() if new == "pass" else new
        for old, new in zip(cell.source.splitlines(), lines, strict=True)
    )
    return ast.parse(source)


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_the_table_of_contents_names_every_notebook():
    assert sorted(chapters()) == PATHS
    names = [path.stem for path in chapters()[1:]]
    assert names == sorted(names)


@every_notebook
def test_it_is_in_the_stored_form(path):
    assert check(path) == ""


@every_notebook
def test_its_tags_are_known(path):
    for cell in read(path).cells:
        assert tags(cell) <= TAGS
        if NOT_COMPARED in tags(cell):
            assert "# not compared:" in cell.source, "a cell that is not compared says why"


@every_notebook
def test_it_opens_with_title_question_and_setup(path):
    notebook = read(path)
    opening = notebook.cells[0].source
    assert re.match(r"# \S", opening)
    assert "?" in opening
    assert len(re.findall(r"(?m)^# ", re.sub(r"(?s)```.*?```", "", prose(notebook)))) == 1
    setup, imports = code_cells(notebook)[:2]
    assert tags(setup) == {"setup", "remove-cell"}
    assert "from helpers import" in imports.source


@every_chapter
def test_it_closes_with_summary_exercises_and_reading(path):
    headings = re.findall(r"(?m)^## (.*)$", prose(read(path)))
    assert headings[-3:] == ["Summary", "Exercises", "Where to read on"]
    assert "Reading time" in read(path).cells[0].source


@every_notebook
def test_headings_go_down_one_level_at_a_time(path):
    levels = [len(marks) for marks in re.findall(r"(?m)^(#{1,6}) ", re.sub(r"(?s)```.*?```", "", prose(read(path))))]
    assert all(deeper <= level + 1 for level, deeper in itertools.pairwise(levels))


@every_notebook
def test_it_takes_from_helpers_only_the_public_surface(path):
    for cell in code_cells(read(path)):
        for node in ast.walk(tree(cell)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
                assert node.module == "helpers"
                assert {alias.name for alias in node.names} <= set(helpers.__all__)


def calls(cell, name):
    nodes = ast.walk(tree(cell))
    return [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name]


@every_notebook
def test_every_figure_is_shown_with_its_alternative_text(path):
    cells = code_cells(read(path))
    for cell in cells:
        assert "plt.show" not in cell.source
        if "plt.subplots" in cell.source:
            assert calls(cell, "show") or calls(cell, "explore") or "return" in cell.source
    displayed = [output for cell in cells for output in cell.outputs if output.output_type == "display_data"]
    texts = [output.data["text/plain"] for output in displayed]
    texts = [text for text in texts if not text.startswith(("Explorer: ", "Gallery: "))]
    assert len(texts) == sum(len(calls(cell, "show")) for cell in cells)
    assert all(len(text.split()) >= 8 for text in texts)
    assert len(texts) == len(set(texts)), "two figures of a page need two texts"


@every_notebook
def test_every_explorer_has_a_name_of_its_own_and_a_description(path):
    names = [ast.unparse(call.args[0]) for cell in code_cells(read(path)) for call in calls(cell, "explore")]
    assert names
    assert len(names) == len(set(names))
    outputs = "".join(
        output.data["text/plain"] for cell in code_cells(read(path)) for output in cell.outputs if "data" in output
    )
    assert outputs.count("Explorer: ") == len(names)


@every_notebook
def test_prose_stands_before_every_code_cell(path):
    cells = read(path).cells
    machinery = {"setup", "exercise-check", "exercise", "solution"}
    for before, cell in itertools.pairwise(cells):
        if cell.cell_type == "code" and not tags(cell) & machinery and "setup" not in tags(before):
            assert before.cell_type == "markdown", f"no word before: {cell.source.splitlines()[0]}"


@every_chapter
def test_its_rhythm(path):
    shown = [
        cell
        for cell in code_cells(read(path))
        if not tags(cell) & {"setup", "hide-input", "exercise-check", "solution"}
    ]
    lines = sorted(len([line for line in cell.source.splitlines() if line.strip()]) for cell in shown)
    assert statistics.median(lines) <= 5
    assert lines[int(0.9 * (len(lines) - 1))] <= 10
    assert sum(line > 15 for line in lines) <= 0.03 * len(lines)


@every_chapter
def test_every_exercise_has_text_check_blank_and_solution(path):
    notebook = read(path)
    labels = re.findall(r"(?m)^:label: (\S+)$", prose(notebook))
    assert len(labels) >= 3
    assert len(labels) == len(set(labels))
    parts = [cell for cell in notebook.cells if tags(cell) & {"exercise-check", "exercise", "solution"}]
    assert len(parts) == 3 * len(labels)
    for i in range(0, len(parts), 3):
        checking, blank, solution = parts[i : i + 3]
        assert tags(checking) == {"exercise-check", "hide-input"}
        assert tags(blank) == {"exercise"}
        assert tags(solution) == {"solution", "hide-cell"}
        for folded in (checking, solution):
            assert folded.metadata.jupyter.source_hidden
            assert "code_prompt_show" in folded.metadata.mystnb
        name = re.search(r"(?m)^@exercise\ndef (\w+)", checking.source)[1]
        assert f"{name}(" in blank.source
        assert f"{name}.solution(" in solution.source
        assert printed(blank).startswith("Not answered yet")
        assert printed(solution).endswith("Solution: passes the check.\n")


@every_notebook
def test_links_between_chapters_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?://)([^)#]+)[^)]*\)", prose(read(path))):
        assert (path.parent / target).exists(), target


@every_notebook
def test_every_cell_can_be_run_twice(path, tmp_path):
    """Each cell twice in a row: no error, and the second time it prints what is stored."""
    stored = read(path)
    twice = nbformat.v4.new_notebook(metadata=stored.metadata)
    for cell in stored.cells:
        twice.cells += [nbformat.from_dict(cell.copy()), nbformat.from_dict(cell.copy())]
    for cell in code_cells(twice):
        cell.outputs = []
    NotebookClient(
        twice, timeout=600, resources={"metadata": {"path": str(tmp_path)}}, store_widget_state=False
    ).execute()
    again = twice.cells[1::2]
    twice.cells = again
    for cell, before in zip(code_cells(in_stored_form(twice)), code_cells(stored), strict=True):
        assert [plain(output) for output in cell.outputs] == [plain(output) for output in before.outputs], cell.source


def plain(output):
    return output.get("text") or output.data["text/plain"]


def test_what_chapter_six_derives_is_what_helpers_offers():
    """The chapter's functions and the package's are the same code, docstrings and annotations apart."""
    cells = [cell for cell in code_cells(read(ROOT / "book" / "06_training.ipynb")) if "derives-helpers" in tags(cell)]
    derived = functions("\n".join(cell.source for cell in cells))
    offered = functions((ROOT / "helpers" / "training.py").read_text(encoding="utf-8"))
    assert derived
    assert {name: offered[name] for name in derived} == derived
    assert {name for name in offered if not name.startswith("_")} == set(derived)


def functions(source):
    """Each function's code, without its docstring, annotations and decorators' differences."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            arguments = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            defaults = [ast.unparse(default) for default in node.args.defaults]
            found[node.name] = (decorators, arguments, defaults, [ast.unparse(line) for line in body])
    return found
