"""The build's tools: stored form, address of the repository, and what a broken notebook leads to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import address, build, notebooks, repository
from tools.offline import repaired

ROOT = Path(__file__).parents[1]


def code(source, outputs=(), **metadata):
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs))
    cell.metadata.update(metadata)
    return cell


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def test_the_stored_form_keeps_texts_and_leaves_out_the_rest():
    picture = nbformat.v4.new_output("display_data", {"text/plain": "A line.", "image/png": "iVBOR"})
    links = nbformat.v4.new_output("display_data", {"text/plain": "B.", "text/markdown": "[B](b)", "text/html": "<a>"})
    widget = nbformat.v4.new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}})
    cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        code(
            "print(1)", [stream("1\n"), stream("2\n"), picture, links, widget], execution={"x": "1"}, tags=["measured"]
        ),
        code("print(1)", [stream("0.1 s")], tags=["nbval-ignore-output"]),
    ]
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"widgets": {}, "kernelspec": {"name": "other", "display_name": "Other"}}
    )
    stored = notebooks.in_stored_form(notebook)
    assert stored.metadata == notebooks.METADATA
    assert [cell.get("execution_count") for cell in stored.cells] == [None, 1, 2]
    assert [dict(output) for output in stored.cells[1].outputs] == [
        {"output_type": "stream", "name": "stdout", "text": "1\n2\n"},
        {"output_type": "display_data", "data": {"text/plain": "A line."}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/plain": "B.", "text/markdown": "[B](b)"}, "metadata": {}},
    ]
    assert stored.cells[1].metadata == {"tags": ["measured"]}
    assert stored.cells[2].outputs == []
    assert stored.cells[2].id == f"{stored.cells[1].id}-2"


@given(st.lists(st.text(), max_size=5))
def test_the_stored_form_of_the_stored_form_is_itself(sources):
    notebook = nbformat.v4.new_notebook(cells=[code(source) for source in sources])
    stored = notebooks.in_stored_form(notebook)
    assert notebooks.in_stored_form(stored) == stored
    nbformat.validate(stored)


def test_what_is_not_in_the_stored_form_is_named(tmp_path, monkeypatch):
    path = tmp_path / "chapter.ipynb"
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    notebook = notebooks.in_stored_form(nbformat.v4.new_notebook(cells=[code("1 + 1")]))
    path.write_text(notebooks.as_text(notebook), encoding="utf-8")
    assert notebooks.check(path) == ""
    notebook.cells[0].execution_count = None
    path.write_text(notebooks.as_text(notebook), encoding="utf-8")
    assert notebooks.check(path) == (
        "chapter.ipynb: cell 1 (['1 + 1']) has another execution_count than the stored form"
    )


@pytest.mark.parametrize("url", ["github.com/you/book", "https://", "ftp://a/b", "https://github.com", "https://a/b c"])
def test_an_address_that_is_none_is_refused_in_one_line(url):
    with pytest.raises(ValueError, match="is no address of a repository: use one like") as caught:
        address.checked(url)
    assert "\n" not in str(caught.value)


def test_an_address_is_written_one_way():
    assert address.checked("https://github.com/you/book.git") == "https://github.com/you/book"
    assert address.checked("https://github.com/you/book/") == "https://github.com/you/book"
    assert address.checked("") == ""


def test_all_that_follows_from_the_address_agrees_with_it():
    for path, content in repository.derived().items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name}: run `make repository`"


@pytest.fixture
def copy(tmp_path):
    """The files of the project in another folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in listed.splitlines():
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "_build" not in path.parts}


def test_the_address_set_and_taken_back_leaves_every_file_as_it_was(copy):
    before = contents(copy)
    assert run(copy, "tools.repository", "https://github.com/you/book").returncode == 0
    readme, config = ((copy / name).read_text(encoding="utf-8") for name in ("README.md", "_config.yml"))
    link = "https://colab.research.google.com/github/you/book/blob/main/book/07_activations.ipynb"
    assert link in readme
    assert "url: https://github.com/you/book\n" in config
    assert "colab_url" in config
    for path in (copy / "book").glob("*.ipynb"):
        assert "%pip install --quiet --no-deps git+https://github.com/you/book@main" in path.read_text(encoding="utf-8")
    assert run(copy, "tools.repository", "").returncode == 0
    assert contents(copy) == before


def test_while_there_is_no_address_no_button_leads_nowhere():
    if address.settings()[0]:
        pytest.skip("the book has an address")
    for name in ("README.md", "_config.yml"):
        assert "colab.research" not in (ROOT / name).read_text(encoding="utf-8")
    for path in build.HTML.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"colab\.research|mybinder|github\.com//|REPOSITORY", text)


@pytest.mark.parametrize(
    ("flawed", "sound"),
    [
        ('<head>\n  <link rel="preload" as="font" crossorigin href="a.woff2">\n<link>', "<head>\n<link>"),
        ('<summary aria-label="Toggle hidden content">\n<p>Show', "<summary>\n<p>Show"),
        ('<section id="exercise-content">', '<section class="exercise-content">'),
        (
            '<div class="bd-sidebar-primary bd-sidebar">',
            '<div class="bd-sidebar-primary bd-sidebar" role="navigation" aria-label="Book">',
        ),
        ('<section id="summary" aria-label="Search">', '<section id="summary" aria-label="Search">'),
    ],
)
def test_the_theme_s_flaws_are_repaired_and_nothing_else(flawed, sound):
    assert repaired(flawed) == sound
    assert repaired(sound) == sound


@pytest.fixture
def small_book(copy):
    """The project with a book of one short page, so that breaking it takes seconds."""
    for path in (copy / "book").glob("*.ipynb"):
        path.unlink()
    (copy / "_toc.yml").write_text("format: jb-book\nroot: book/intro\n", encoding="utf-8")
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    return copy


def write_book(folder, source, printed):
    outputs = [stream(printed)] if printed else []
    cells = [nbformat.v4.new_markdown_cell("# A page"), code("x = 1"), code(source, outputs)]
    notebook = notebooks.in_stored_form(nbformat.v4.new_notebook(cells=cells))
    (folder / "book" / "intro.ipynb").write_text(notebooks.as_text(notebook), encoding="utf-8")


BROKEN = {
    "an exception": ("print(x / 0)", "1\n", "ZeroDivisionError: division by zero"),
    "a FutureWarning": ("import warnings\nwarnings.warn('soon gone', FutureWarning)\nprint(x)", "1\n", "FutureWarning"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_build_names_the_notebook_the_cell_and_the_error(small_book, what):
    source, printed, message = BROKEN[what]
    write_book(small_book, source, printed)
    done = run(small_book, "tools.build")
    assert done.returncode == 1
    assert "book/intro.ipynb: An error occurred while executing the following cell" in done.stderr
    assert source.splitlines()[0] in done.stderr
    assert message in done.stderr


@pytest.mark.parametrize("what", [*BROKEN, "a number changed by hand"])
def test_nbval_fails_and_names_the_cell(small_book, what):
    source, printed, message = BROKEN.get(what, ("print(x + 1)", "3\n", "'3\\n' == '2\\n'"))
    write_book(small_book, source, printed)
    done = run(small_book, "pytest", "-q", "--color=no", "book")
    assert done.returncode == 1
    told = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert "FAILED book/intro.ipynb::Cell 1" in told
    assert message in told
    assert "1 failed, 1 passed" in told


def test_a_sound_small_book_is_built_and_a_second_time_from_the_cache(small_book):
    write_book(small_book, "print(x)", "1\n")
    first = run(small_book, "tools.build")
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.splitlines()[0] == "Executing intro ..."
    assert (
        first.stdout.splitlines()[-1] == f"The book is ready. Open {(small_book / '_build/html/index.html').as_uri()}"
    )
    second = run(small_book, "tools.build")
    assert "Executing" not in second.stdout
    page = (small_book / "_build" / "html" / "book" / "intro.html").read_text(encoding="utf-8")
    assert "thebe" not in page.lower().replace("sphinx-thebe", "thebe") or "THEBE_JS_URL" not in page
    (small_book / "helpers" / "seed.py").write_text("# changed\n", encoding="utf-8")
    assert "Executing intro" in run(small_book, "tools.build").stdout
