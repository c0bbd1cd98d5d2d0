"""The live sliders in JupyterLab itself: a reader runs a notebook, moves a slider, and PyTorch draws again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

from tools.environment import kernel_environment

SOURCE = '''
import matplotlib.pyplot as plt
import torch

from helpers import explore


def draw_wave(frequency=2, kind="sin"):
    """A wave."""
    x = torch.linspace(0, 6.28, 50)
    figure, ax = plt.subplots()
    ax.plot(x, getattr(torch, kind)(frequency * x))
    ax.set_title(f"{kind}, frequency {frequency}")
    return figure


explore(draw_wave, frequency=(1, 5, 1), kind=["sin", "cos"])
'''


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """JupyterLab on a folder with one notebook, as `make lab` starts it; the notebook's address."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (tmp_path / "files").mkdir()
    nbformat.write(notebook, tmp_path / "files" / "wave.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--IdentityProvider.token="]
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "RUNTIME")}
    command = [sys.executable, "-m", "jupyterlab", *options, str(tmp_path / "files")]
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        environment = os.environ | kernel_environment(static=False) | places
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api")
            yield f"http://127.0.0.1:{port}/lab/tree/wave.ipynb"
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    pytest.fail(f"no answer from {url}")


def test_a_slider_in_jupyterlab_redraws_the_figure(server: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(90_000)
    page.goto(server)
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()  # before that, Run does nothing
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    frame = page.locator(".explorer-frame")
    frame.wait_for()
    before = frame.inner_html()
    assert "sin, frequency 2" in (frame.get_attribute("aria-label") or "")
    page.locator(".noUi-handle").first.press("ArrowRight")
    page.locator('.explorer-frame[aria-label*="sin, frequency 3"]').wait_for()
    assert frame.inner_html() != before
    page.locator(".widget-dropdown select").select_option("cos")
    page.locator('.explorer-frame[aria-label*="cos, frequency 3"]').wait_for()
    page.get_by_role("button", name="Reset").click()
    page.locator('.explorer-frame[aria-label*="sin, frequency 2"]').wait_for()
    page.close()
