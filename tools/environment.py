"""Where things are, and the environment that kernels run in: the same for the build, the stored outputs and nbval."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
BOOK = ROOT / "book"

_IPYTHON = BUILD / "ipython"
# ipykernel 7 warns, in the build's output, that it listens on this machine's loopback.
_KERNEL_CONFIG = "c.IPKernelApp.log_level = 'ERROR'\n"


def kernel_environment(*, static: bool) -> dict[str, str]:
    """The variables that kernels run with.

    Args:
        static: figures and sliders as HTML, for the pages; otherwise live, as a reader runs a notebook.

    """
    profile = _IPYTHON / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(_KERNEL_CONFIG, encoding="utf-8")
    return {
        "HELPERS_STATIC": "linked" if static else "",
        "HELPERS_PROGRESS": "0",
        "IPYTHONDIR": str(_IPYTHON),
        # The kernel of this virtual environment, whatever else is installed on the machine.
        "JUPYTER_PREFER_ENV_PATH": "1",
        # Chapters run side by side: a second thread each makes small training loops up to ten times slower.
        "OMP_NUM_THREADS": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONHASHSEED": "0",
        # A cell that uses what is going away fails, in the build as in nbval.
        "PYTHONWARNINGS": "error::FutureWarning",
    }


def enter(*, static: bool) -> None:
    """Set the kernels' environment for this process and all it starts."""
    os.environ.update(kernel_environment(static=static))
    # Matplotlib's first import on a machine lists the fonts and says so on stderr; not in a reader's cell.
    import matplotlib.font_manager  # noqa: F401
