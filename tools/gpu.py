"""nbval on a machine with a GPU, also on one without the network: `make test-gpu`, `make test-gpu WHEELS=folder`.

Every notebook runs twice there, since once can be luck; the tests of the helpers that touch a device run before.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from tools.environment import BUILD, ROOT

RUNS = 2
SITE = BUILD / "gpu-site"
RECORDS = ROOT / "helpers" / "records"
UNIT_TESTS = [f"tests/test_{name}.py" for name in ("device", "seed", "data", "training", "measurement", "exercise")]
# What a run imports, by the name under which pip installs it.
NEEDED = {
    "torch": "torch",
    "numpy": "numpy",
    "matplotlib": "matplotlib",
    "sklearn": "scikit-learn",
    "tqdm": "tqdm",
    "ipywidgets": "ipywidgets",
    "ipykernel": "ipykernel",
    "nbval": "nbval",
    "pytest": "pytest",
    "hypothesis": "hypothesis",
}


def install(wheels: Path) -> None:
    """Install every wheel of a folder into a folder of the build's own, and let this process and its children see it.

    Raises:
        SystemExit: the folder has no wheels.

    """
    files = sorted(wheels.glob("*.whl"))
    if not files:
        sys.exit(f"WHEELS={wheels}: there are no wheels; CONTRIBUTING.md says how to fetch them")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--upgrade"]
    subprocess.run([*command, "--target", str(SITE), *map(str, files)], check=True)
    for folder in (SITE, ROOT):  # helpers itself is not installed there
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def check_machine() -> None:
    """Say which packages are missing, or that there is no GPU, before anything runs.

    Raises:
        SystemExit: one of the two.

    """
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        sys.exit(f"{sys.executable} lacks {', '.join(missing)}: add their wheels to the folder that WHEELS names")
    import torch

    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is None:
        sys.exit(f"PyTorch {torch.__version__} finds no GPU here; `make test` runs the notebooks on the CPU")
    print(f"PyTorch {torch.__version__} on {accelerator.type}, {torch.accelerator.device_count()} there", flush=True)


def run(*arguments: str) -> int:
    """Run pytest and return its exit status."""
    command = [sys.executable, "-m", "pytest", "--quiet", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> None:
    """Run the tests of the helpers, then every notebook twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, help="a folder of wheels to install first, for a machine offline")
    parser.add_argument("--record", action="store_true", help="store the measurements in helpers/records")
    arguments = parser.parse_args()
    os.environ.pop("BOOK_DEVICE", None)
    if arguments.wheels:
        install(arguments.wheels)
    check_machine()
    status = run(*UNIT_TESTS)
    if arguments.record:
        RECORDS.mkdir(exist_ok=True)
        os.environ["BOOK_RECORD"] = str(RECORDS)
    for _ in range(RUNS):
        status |= run("book")
    sys.exit(status)


if __name__ == "__main__":
    main()
