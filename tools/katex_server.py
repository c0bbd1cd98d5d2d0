"""A Sphinx extension: formulas are made by KaTeX's server, also where it is asked a moment before it listens.

sphinxcontrib-katex 0.9 connects as soon as the server's socket exists, which is before the server listens on it. On a
busy machine that fails once in a while, with "Connection refused", and with it the whole build.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from socket import socket
from typing import Any

from sphinx.application import Sphinx
from sphinxcontrib.katex import KaTeXServer

PAUSES = [0.1, 0.2, 0.4, 0.8]  # seconds before another attempt


def start_patiently(rundir: Path, timeout: float) -> tuple[subprocess.Popen[bytes], socket]:
    """Start the server as the extension does, and again where it was not yet listening.

    Raises:
        ConnectionRefusedError: it did not listen at the last attempt either.

    """
    for pause in PAUSES:
        try:
            return _start(rundir, timeout)
        except ConnectionRefusedError:
            (rundir / "katex.sock").unlink(missing_ok=True)
            time.sleep(pause)
    return _start(rundir, timeout)


_start: Callable[[Path, float], tuple[subprocess.Popen[bytes], socket]] = KaTeXServer.start_server_process


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the method that starts the server."""
    KaTeXServer.start_server_process = staticmethod(start_patiently)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
