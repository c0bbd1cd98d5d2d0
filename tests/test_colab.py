"""Each notebook alone in an empty folder, on the versions that Google Colab has, with helpers from a clone.

`make test` makes the environment .venv-colab from requirements-colab.txt: Colab's IPython, ipykernel and ipywidgets,
above the packages of .venv, where `helpers` is not to be found. The setup cell installs it with the command that
readers on Colab run, from a local clone that stands for the published repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-colab" / "bin" / "python"
NAMES = sorted(path.stem for path in (ROOT / "book").glob("*.ipynb"))

pytestmark = pytest.mark.skipif(
    not PYTHON.exists() and not os.environ.get("CI"),
    reason="the environment with Colab's versions is missing: `make test` makes it",
)


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=reader", "-c", "user.email=reader@example.org"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree's files in a repository of their own, whose address is set to itself."""
    folder = tmp_path_factory.mktemp("published") / "book"
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    subprocess.run([sys.executable, "-m", "tools.repository", folder.as_uri()], cwd=folder, check=True)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The book")
    return folder


@pytest.fixture
def colab_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel in an environment of its own above .venv-colab, so that what one notebook installs no other finds."""
    environment = tmp_path / "environment"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", environment], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = environment / "lib" / version / "site-packages"
    below = [ROOT / ".venv-colab", ROOT / ".venv"]
    lines = [str(place / "lib" / version / "site-packages") for place in below]
    (packages / "below.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    kernel = tmp_path / "jupyter" / "kernels" / "colab"
    kernel.mkdir(parents=True)
    command = [str(environment / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.joinpath("kernel.json").write_text(json.dumps({"argv": command, "display_name": "Colab"}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("PYTHONPATH", "")
    return "colab"


def run(notebook: nbformat.NotebookNode, folder: Path, kernel: str) -> None:
    NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=600,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
    ).execute()


def cell(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source)


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell printed; a cell that is not compared counts as silent."""
    return [
        "".join(output.text for output in cell.outputs if output.output_type == "stream")
        for cell in notebook.cells
        if cell.cell_type == "code" and not {"setup", "nbval-ignore-output"} & set(cell.metadata.get("tags", []))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_alone_on_colabs_versions(name: str, clone: Path, colab_kernel: str, tmp_path: Path) -> None:
    alone = tmp_path / "content"
    alone.mkdir()
    stored = nbformat.read(clone / "book" / f"{name}.ipynb", as_version=4)
    notebook = nbformat.read(clone / "book" / f"{name}.ipynb", as_version=4)
    before = cell(
        "import importlib.util, IPython, ipywidgets\n"
        "assert importlib.util.find_spec('helpers') is None\n"
        "assert (IPython.__version__, ipywidgets.__version__) == ('7.34.0', '7.7.1')"
    )
    after = cell("import helpers, pathlib\nprint(pathlib.Path(helpers.__file__).parents[5])")
    notebook.cells = [before, *notebook.cells, after]
    run(notebook, alone, colab_kernel)
    assert notebook.cells[-1].outputs[0].text.strip() == str(tmp_path)
    notebook.cells = notebook.cells[1:-1]
    assert printed(notebook) == printed(stored)
    assert list(alone.iterdir()) == []


def test_without_an_address_the_setup_cell_says_what_to_do(colab_kernel: str, tmp_path: Path) -> None:
    from nbclient.exceptions import CellExecutionError

    from tools.address import setup_source

    notebook = nbformat.v4.new_notebook(cells=[cell(setup_source())])
    if "git+" in setup_source():
        pytest.skip("the book has an address")
    with pytest.raises(CellExecutionError, match="the book has no address yet: run its notebooks in its repository"):
        run(notebook, tmp_path, colab_kernel)
