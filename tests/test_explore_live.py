"""Live explorers: the same controls as widgets, redrawn when one moves."""

import sys

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
import torch

from helpers.explore import ExploreError, explore
from helpers.explore.controls import controls_for
from helpers.explore.live import live_explorer


def draw_line(slope=0.5, color="red", thick=False):
    """A line."""
    if slope == 1.0 and thick:
        raise ValueError("a thick <diagonal>")
    figure, ax = plt.subplots()
    ax.plot(slope * torch.arange(3.0), linewidth=3 if thick else 1)
    ax.set_title(f"slope {slope}, {color}")
    return figure


@pytest.fixture
def box():
    controls = controls_for(draw_line, {"slope": (0.0, 1.0, 0.5), "color": ["red", "blue"], "thick": False})
    return live_explorer(draw_line, "line", "A line.", controls)


def test_the_controls_are_widgets_at_their_initial_values(box):
    picture, slope, color, thick, _ = box.children
    assert [type(w) for w in box.children] == [
        widgets.HTML,
        widgets.SelectionSlider,
        widgets.Dropdown,
        widgets.Checkbox,
        widgets.Button,
    ]
    assert (slope.label, color.label, thick.value) == ("0.5", "red", False)
    assert "slope 0.5, red" in picture.value


def test_moving_a_control_redraws(box):
    picture, slope, color, _, _ = box.children
    before = picture.value
    slope.label = "1"
    assert "slope 1.0, red" in picture.value
    color.label = "blue"
    assert "slope 1.0, blue" in picture.value
    assert picture.value != before


def test_reset_goes_back(box):
    picture, slope, _, _, reset = box.children
    before = picture.value
    slope.value = 0
    reset.click()
    assert (picture.value, slope.label) == (before, "0.5")


def test_a_draw_that_fails_later_says_so_in_the_figures_place_and_recovers(box):
    picture, slope, _, thick, _ = box.children
    slope.label = "1"
    thick.value = True
    assert "draw_line(slope=1, color=red, thick=on) raised ValueError: a thick &lt;diagonal&gt;" in picture.value
    thick.value = False
    assert "slope 1.0, red" in picture.value


def test_its_text_form_is_stable(box):
    assert repr(box) == "Explorer: A line."


def test_explore_displays_the_widget_and_leaves_no_figure_open(monkeypatch):
    shown = []
    monkeypatch.delenv("HELPERS_STATIC", raising=False)
    # The function `explore` hides the module of that name, but not here.
    monkeypatch.setattr(sys.modules["helpers.explore"], "display", shown.append)
    before = plt.get_fignums()
    assert explore(draw_line, slope=(0.0, 1.0, 0.5)) is None
    assert [repr(widget) for widget in shown] == ["Explorer: A line."]
    assert plt.get_fignums() == before


def test_a_first_frame_that_fails_is_an_error_of_the_call():
    def draw_broken(x=1):
        """Nothing."""
        raise RuntimeError("no luck")

    with pytest.raises(ExploreError, match=r"draw_broken\(x=1\) raised RuntimeError: no luck"):
        explore(draw_broken, x=[1, 2])
