"""The command that runs the notebooks on a GPU: what it says before it runs anything."""

import importlib.util
import re
import subprocess
import sys

import pytest
import torch

from tools import gpu
from tools.environment import ROOT


def test_a_folder_without_wheels_is_named(tmp_path):
    with pytest.raises(SystemExit, match=rf"WHEELS={re.escape(str(tmp_path))}: there are no wheels; CONTRIBUTING"):
        gpu.install(tmp_path)


def test_missing_packages_are_named_before_anything_runs(monkeypatch):
    real = importlib.util.find_spec
    lacking = {"nbval", "sklearn"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in lacking else real(name))
    with pytest.raises(SystemExit, match="lacks scikit-learn, nbval: add their wheels"):
        gpu.check_machine()


def test_a_machine_without_a_gpu_is_told_what_to_run(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: None)
    with pytest.raises(SystemExit, match=r"finds no GPU here; `make test` runs the notebooks on the CPU"):
        gpu.check_machine()


def test_the_machine_is_named(monkeypatch, capsys):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    gpu.check_machine()
    assert capsys.readouterr().out == f"PyTorch {torch.__version__} on cuda, 2 there\n"


def test_the_instructions_fetch_all_that_a_run_needs():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    command = re.search(r"pip download --dest wheels (.+)", text)
    assert command is not None
    assert set(command[1].split()) | {"torch"} == set(gpu.NEEDED.values())


def test_the_unit_tests_that_it_runs_exist_and_import_no_more_than_it_checks_for():
    assert all((ROOT / test).is_file() for test in gpu.UNIT_TESTS)
    # The packages of a development machine are hidden: only what NEEDED lists, and what comes with it, may be used.
    hidden = "import sys; sys.modules.update(dict.fromkeys(['playwright', 'jupyter_book', 'nbclient'])); "
    script = hidden + "import pytest; sys.exit(pytest.main(['--collect-only', '-q', *sys.argv[1:]]))"
    done = subprocess.run([sys.executable, "-c", script, *gpu.UNIT_TESTS], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
