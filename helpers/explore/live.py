"""The same controls as ipywidgets, redrawn by live PyTorch at every move (ipywidgets 7.7, as on Colab, and 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

from helpers.explore.controls import Control, ExploreError
from helpers.explore.frames import draw_state
from helpers.explore.page import asset, label


class ExplorerBox(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The figure above its controls. Its text form is stable, so that stored outputs can be compared."""

    def __init__(self, description: str, children: Sequence[widgets.Widget]) -> None:
        self._text = f"Explorer: {description}"
        super().__init__(children)

    def __repr__(self) -> str:
        return self._text


def live_explorer(draw: Callable[..., Any], name: str, description: str, controls: Sequence[Control]) -> ExplorerBox:
    """Build the widget. Its first frame is drawn at once, so a `draw` that fails raises ExploreError here."""
    inputs = [_widget(control) for control in controls]
    start = tuple(control.start for control in controls)
    picture = widgets.HTML(_picture(draw, name, description, controls, start))
    reset = widgets.Button(description="Reset", tooltip="Back to the initial values")

    def redraw(_change: Any = None) -> None:
        position = tuple(int(widget.value) for widget in inputs)
        try:
            picture.value = _picture(draw, name, description, controls, position)
        except ExploreError as error:
            picture.value = f'<p role="alert">{escape(str(error))}</p>'

    def back(_button: Any) -> None:
        for control, widget in zip(controls, inputs, strict=True):
            widget.value = _value(control, control.start)

    for widget in inputs:
        widget.observe(redraw, names="value")
    reset.on_click(back)
    return ExplorerBox(description, [picture, *inputs, reset])


def _picture(
    draw: Callable[..., Any], name: str, description: str, controls: Sequence[Control], position: Sequence[int]
) -> str:
    svg, title = draw_state(draw, controls, position, name)
    text = escape(label(description, title))
    return (
        f"<style>{asset('explore.css')}</style>"
        f'<figure class="explorer"><div class="explorer-frame" role="img" aria-label="{text}">{svg}</div></figure>'
    )


def _widget(control: Control) -> widgets.Widget:
    """The widget of one control; sliders and choices hold the position of their value, a toggle a bool."""
    options = [(text, i) for i, text in enumerate(control.labels)]
    shared: dict[str, Any] = {"description": control.title, "style": {"description_width": "initial"}}
    if control.kind == "toggle":
        return widgets.Checkbox(value=bool(control.start), **shared)
    if control.kind == "slider":
        layout = widgets.Layout(width="min(100%, 32em)")
        return widgets.SelectionSlider(options=options, value=control.start, layout=layout, **shared)
    return widgets.Dropdown(options=options, value=control.start, **shared)


def _value(control: Control, position: int) -> int | bool:
    return bool(position) if control.kind == "toggle" else position
