"""The package as a whole: what it offers, and that its modules import one another downwards only."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import helpers

PACKAGE = Path(helpers.__file__).parent

# A module may import from those above it.
LAYERS = [
    "device",
    "measurement",
    "seed",
    "data",
    "training",
    "progress",
    "exercise",
    "plotting",
    "explore.controls",
    "explore.frames",
    "explore.page",
    "explore.live",
    "explore",
    "cards",
]


def path_of(module):
    path = PACKAGE / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imported_modules(path):
    """The modules of this package that a file imports from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
            yield node.module.removeprefix("helpers").removeprefix(".")
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("helpers") for alias in node.names), "use `from helpers... import`"


def test_every_module_has_its_layer():
    found = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    }
    assert found - {"__init__"} == set(LAYERS)


@pytest.mark.parametrize("module", LAYERS)
def test_imports_run_downwards(module):
    for imported in imported_modules(path_of(module)):
        assert LAYERS.index(imported) < LAYERS.index(module)


def test_controls_need_the_standard_library_alone():
    tree = ast.parse(path_of("explore.controls").read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_the_public_surface_is_sorted_documented_and_there():
    assert list(helpers.__all__) == sorted(helpers.__all__, key=lambda name: (not name.isupper(), name))
    for name in helpers.__all__:
        thing = getattr(helpers, name)
        if callable(thing):
            assert inspect.getdoc(thing), name


def test_importing_has_no_effect_on_matplotlib_or_the_generators():
    code = (
        "import random, matplotlib as mpl, numpy as np, torch\n"
        "def state():\n"
        "    draws = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()\n"
        "    return dict(mpl.rcParams), *draws\n"
        "before = state()\n"
        "import helpers\n"
        "assert state() == before\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)
