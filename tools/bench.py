"""Measure what the design promises and print it as a table: `make bench`.

Timings are of this machine, at this moment; no test fails on them.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from playwright.sync_api import Page, sync_playwright
from torch.nn import functional as F

from helpers.explore.controls import controls_for
from helpers.explore.frames import draw_frames, draw_state
from helpers.explore.live import live_explorer
from helpers.explore.page import render

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html" / "book"
X = torch.linspace(-4, 4, 120)

# In the page: step the sliders and menus of one explorer through their values, as browsers deliver such input: at the
# start of a frame. The message arrives when that frame has been laid out and painted.
MOVE = """
async (name) => {
  const explorer = window.explorers.all.get(name);
  await explorer.load();
  const move = (field) => new Promise((done) => requestAnimationFrame(() => {
    const size = field.tagName === "SELECT" ? field.options.length : Number(field.max) + 1;
    const { port1, port2 } = new MessageChannel();
    const start = performance.now();
    field.value = (Number(field.value) + 1) % size;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    port1.onmessage = () => done(performance.now() - start);
    port2.postMessage(0);
  }));
  const times = [];
  for (const field of explorer.form.querySelectorAll("input[type=range], select")) {
    for (let step = 0; step < 12; step += 1) times.push(await move(field));
  }
  return times;
}
"""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    budget: str
    holds: bool


def draw_two_curves(slope: float = 0.1, alpha: float = 1.0) -> Figure:
    """Two activations with a parameter each."""
    figure, ax = plt.subplots()
    ax.plot(X, F.leaky_relu(X, slope), label="LeakyReLU")
    ax.plot(X, F.elu(X, alpha), label="ELU")
    ax.set_title(f"slope {slope}, alpha {alpha}")
    ax.legend()
    return figure


CONTROLS = {"slope": (0.0, 1.0, 0.1), "alpha": [0.5, 1.0, 1.5, 2.0, 2.5]}


def at_most(what: str, value: float, budget: float, unit: str) -> Row:
    """A row whose value must not be above its budget."""
    return Row(what, f"{value:,.1f} {unit}", f"{budget:g} {unit}", value <= budget)


def milliseconds(call: Callable[[], Any]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def payload_of_55_frames() -> Row:
    """The weight of the reference explorer in a page."""
    controls = controls_for(draw_two_curves, CONTROLS)
    frames = draw_frames(draw_two_curves, controls, "two-curves")
    html = render("two-curves", "Two activations.", controls, frames, linked=True)
    return at_most("explorer of 55 frames of two curves, in the page", len(html.encode()) / 1000, 20, "kB")


def frame_time() -> Row:
    """Drawing and encoding one simple frame: the median of thirty."""
    controls = controls_for(draw_two_curves, CONTROLS)
    times = [milliseconds(lambda: draw_state(draw_two_curves, controls, (1, 1), "two-curves")) for _ in range(31)]
    return at_most("one simple frame computed and encoded", statistics.median(times[1:]), 20, "ms")


def live_redraw_time() -> Row:
    """From a widget's new value to its new picture, in the kernel."""
    box = live_explorer(draw_two_curves, "two-curves", "Two activations.", controls_for(draw_two_curves, CONTROLS))
    slider = box.children[1]

    def move() -> None:
        slider.value = (slider.value + 1) % 11

    times = [milliseconds(move) for _ in range(20)]
    return at_most("live redraw of a simple plot, in the kernel", statistics.median(times), 100, "ms")


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page in headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page(viewport={"width": 1200, "height": 900})
        browser.close()


def explorers_in_browser() -> list[Row]:
    """Weight of every explorer and the time from an input to the new frame."""
    weights: dict[str, int] = {}
    times: list[float] = []
    with browser_page() as page:
        for path in sorted(HTML.glob("*.html")):
            page.goto(path.as_uri())
            for figure in page.locator("figure.explorer").all():
                name = figure.get_attribute("data-name") or ""
                weights[name] = len(figure.evaluate("element => element.outerHTML").encode())
                times += page.evaluate(MOVE, name)
    heaviest = max(weights, key=lambda name: weights[name])
    ninety_fifth = statistics.quantiles(times, n=20)[-1]
    return [
        at_most(f"heaviest of {len(weights)} explorers ({heaviest})", weights[heaviest] / 1000, 300, "kB"),
        at_most(f"slider moved to new frame painted, 95th percentile of {len(times)}", ninety_fifth, 16, "ms"),
    ]


def make_book() -> tuple[float, dict[str, float]]:
    """Build the book: the seconds it took, and the seconds of each chapter that was executed."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tools.build"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start, executed_seconds()


def executed_seconds() -> dict[str, float]:
    """The seconds each chapter took in the build's cache."""
    path = ROOT / "_build" / "executed.json"
    seconds: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
    return seconds


def build_times() -> list[Row]:
    """The build from scratch, after no change, and after one chapter changed."""
    shutil.rmtree(ROOT / "_build" / ".jupyter_cache", ignore_errors=True)
    shutil.rmtree(ROOT / "_build" / "html", ignore_errors=True)
    scratch, chapters = make_book()
    shared = sum(chapters.values()) / (os.cpu_count() or 1)
    again, executed = make_book()
    return [
        Row(
            "book from scratch / (cells' own time / cores)",
            f"{scratch / shared:.2f} ({scratch:.0f} s)",
            "1.5",
            scratch <= 1.5 * shared,
        ),
        Row(
            f"book after no change ({len(executed)} chapters executed)",
            f"{again:.1f} s",
            "15 s",
            again <= 15 and not executed,
        ),
    ]


def main() -> None:
    """Print the table."""
    rows = [payload_of_55_frames(), frame_time(), live_redraw_time()]
    rows += build_times()
    rows += explorers_in_browser()
    width = max(len(row.what) for row in rows)
    print(f"{'what':{width}}  {'measured':>16}  {'at most':>8}  holds")
    for row in rows:
        print(f"{row.what:{width}}  {row.measured:>16}  {row.budget:>8}  {'yes' if row.holds else 'NO'}")


if __name__ == "__main__":
    main()
