"""Figures with sliders that work in a live kernel and, computed beforehand, in a plain HTML file.

`explore(draw, **controls)` is all a chapter needs; `show` is for figures without sliders. The modules import one
another downwards: controls, frames, page, live.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
import io
import os
import re
from collections.abc import Callable
from html import escape
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.explore.controls import Control, ExploreError, controls_for
from helpers.explore.frames import draw_frames, themed_svg
from helpers.explore.live import live_explorer
from helpers.explore.page import render

__all__ = ["ExploreError", "explore", "explorer_html", "show"]

# Set to "1": self-contained HTML instead of widgets. Set to "linked": the page links explore.js and explore.css.
STATIC_VARIABLE = "HELPERS_STATIC"


def explore(draw: Callable[..., Any], **controls: Any) -> None:
    """Display a figure with controls beneath it; moving one shows the figure for its value.

    In a live kernel the controls are ipywidgets and every figure is drawn when it is asked for. With the environment
    variable HELPERS_STATIC set, as the book's build sets it, every state is drawn at once and the output is HTML that
    needs neither kernel nor network.

    Args:
        draw: called as `draw(**values)`, returns a Matplotlib Figure (or its Axes). Its parameters' defaults are the
            initial values, the first line of its docstring is the figure's description, and its name is the
            explorer's name in the page's address, so that a link can share a state.
        controls: one for each parameter of `draw` to control, in the grammar of `ipywidgets.interact`:
            `(low, high, step)` is a slider, a list of numbers a slider through exactly these, a list of strings or a
            dict of labels and values a choice, a bool a toggle.

    Raises:
        ExploreError: there is no control, one is empty or unknown to `draw`, the states are too many, `draw` has no
            docstring, raises, or returns no Figure, or the HTML is too large. The message says which, and the cure.

    """
    made = controls_for(draw, controls)
    name, description = _name(draw), _description(draw)
    if static_mode():
        display({"text/html": _html(draw, made, name, description)}, raw=True)
    else:
        display(live_explorer(draw, name, description, made))


def explorer_html(draw: Callable[..., Any], **controls: Any) -> str:
    """The explorer as one self-contained piece of HTML, to be put into any page. Arguments as for `explore`."""
    made = controls_for(draw, controls)
    return _html(draw, made, _name(draw), _description(draw), linked=False)


def show(figure: Figure | Axes, *, alt: str) -> None:
    """Display a figure and close it.

    Args:
        figure: a Figure, or Axes, whose figure is meant.
        alt: the alternative text: what a reader who cannot see the figure needs to know. Also its text in outputs.

    Raises:
        TypeError: `figure` is neither.
        ValueError: `alt` is empty.

    """
    if isinstance(figure, Axes):
        figure = figure.figure  # type: ignore[assignment]  # axes of a subfigure are not used in this book
    if not isinstance(figure, Figure):
        raise TypeError(f"show needs a Figure or Axes, not {type(figure).__name__}: pass what plt.subplots() returned")
    if not alt.strip():
        raise ValueError("show needs an alternative text: say in alt=... what the figure shows")
    if static_mode():
        # Ids that depend on the text alone: the same in every build, and different for every figure of a page.
        svg = themed_svg(figure, "f" + hashlib.sha256(alt.encode()).hexdigest()[:6])
        html = f'<figure class="plot"><div role="img" aria-label="{escape(alt)}">{svg}</div></figure>'
        display({"text/html": html, "text/plain": alt}, raw=True)
    else:
        display({"image/png": _png(figure), "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True)
    plt.close(figure)


def static_mode() -> bool:
    """Whether figures and explorers are written for a page that no kernel stands behind."""
    return os.environ.get(STATIC_VARIABLE, "") not in ("", "0")


def _html(
    draw: Callable[..., Any],
    controls: tuple[Control, ...],
    name: str,
    description: str,
    linked: bool | None = None,
) -> str:
    linked = os.environ.get(STATIC_VARIABLE) == "linked" if linked is None else linked
    return render(name, description, controls, draw_frames(draw, controls, name), linked=linked)


def _name(draw: Callable[..., Any]) -> str:
    """The explorer's name: that of the function, without a leading draw_."""
    name = re.sub(r"[^\w-]", "", getattr(draw, "__name__", type(draw).__name__))
    return name.removeprefix("draw_").replace("_", "-") or "explorer"


def _description(draw: Callable[..., Any]) -> str:
    lines = (inspect.getdoc(draw) or "").strip().splitlines()
    if not lines:
        raise ExploreError(
            f"{_name(draw)} has no docstring: its first line becomes the figure's description, so write one"
        )
    return lines[0].strip()


def _png(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return base64.b64encode(buffer.getvalue()).decode()
