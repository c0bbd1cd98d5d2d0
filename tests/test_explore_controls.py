"""Controls follow the grammar of ipywidgets.interact, and say what is wrong before anything is drawn."""

import itertools
import math

import ipywidgets
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.explore.controls import (
    MAX_STATES,
    ExploreError,
    controls_for,
    describe,
    number_label,
    positions,
    start_state,
    state_count,
    values_at,
)


def draw(x=1, y=1):
    """A figure."""


def one(abbreviation):
    def draw_one(x):
        """A figure."""

    return controls_for(draw_one, {"x": abbreviation})[0]


def widget_of(abbreviation):
    """The widget that ipywidgets.interact makes of an abbreviation."""
    return ipywidgets.interactive(lambda x: None, x=abbreviation).children[0]


@given(
    st.integers(-50, 50),
    st.integers(0, 60),
    st.integers(1, 7),
)
def test_integer_range_has_the_values_of_interacts_slider(low, length, step):
    assume(length > 0)
    widget = widget_of((low, low + length, step))
    control = one((low, low + length, step))
    assert control.kind == "slider"
    assert control.values == tuple(range(widget.min, widget.max + 1, widget.step))


@given(st.integers(-40, 40), st.integers(1, 40), st.sampled_from([0.1, 0.25, 0.05, 0.3]))
def test_float_range_has_the_bounds_of_interacts_slider(low, count, step):
    high = round(low + count * step, 10)
    widget = widget_of((float(low), high, step))
    values = one((float(low), high, step)).values
    assert values[0] == widget.min
    assert values[-1] == pytest.approx(widget.max)
    assert len(values) == count + 1
    assert all(math.isclose(b - a, widget.step, rel_tol=1e-6) for a, b in itertools.pairwise(values))


def test_a_float_range_counts_in_decimals():
    assert one((0.0, 0.3, 0.1)).values == (0.0, 0.1, 0.2, 0.3)


def test_two_numbers_take_interacts_steps():
    assert one((1, 4)).values == (1, 2, 3, 4)
    assert one((0.0, 0.2)).values == (0.0, 0.1, 0.2)


def test_a_list_of_strings_and_a_dict_are_choices_as_in_interact():
    assert one(["a", "b"]).values == widget_of(["a", "b"]).options
    control = one({"small": 1, "large": 100})
    assert (control.kind, control.labels, control.values) == ("choice", ("small", "large"), (1, 100))


def test_a_list_of_numbers_is_a_slider_through_exactly_these():
    control = one([1e-5, 0.001, 1])
    assert (control.kind, control.values) == ("slider", (1e-5, 0.001, 1))
    assert control.labels == ("1e−5", "0.001", "1")


def test_a_bool_is_a_toggle_that_starts_at_its_value():
    control = one(True)
    assert (control.kind, control.values, control.start) == ("toggle", (False, True), 1)
    assert widget_of(True).value is True


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_numbers_label_reads_back(value):
    text = number_label(value).replace("−", "-")
    assert float(text) == pytest.approx(value, rel=1e-5)


def test_controls_start_at_the_defaults_of_draw():
    def draw_it(x=0.2, name="b", other=2.0):
        """A figure."""

    controls = controls_for(draw_it, {"x": (0.0, 1.0, 0.1), "name": ["a", "b"], "other": {"one": 1.0, "two": 2.0}})
    assert [control.start for control in controls] == [2, 1, 1]
    assert values_at(controls, next(p for i, p in enumerate(positions(controls)) if i == start_state(controls))) == {
        "x": 0.2,
        "name": "b",
        "other": 2.0,
    }


def test_a_default_that_is_a_tensor_is_found_without_comparing_tensors():
    import torch

    grid = torch.arange(3)

    def draw_it(x=grid):
        """A figure."""

    assert controls_for(draw_it, {"x": {"other": torch.zeros(3), "grid": grid}})[0].start == 1


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_states_are_numbered_by_their_place_in_the_product(sizes):
    def draw_it(**values):
        """A figure."""

    controls = controls_for(draw_it, {f"c{i}": list(range(size)) for i, size in enumerate(sizes)})
    numbered = list(positions(controls))
    assert len(numbered) == state_count(controls) == math.prod(sizes)
    assert numbered == sorted(numbered)
    assert describe(controls, numbered[-1]) == ", ".join(f"c{i}={size - 1}" for i, size in enumerate(sizes))


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({}, r"explore\(draw\) has no control: pass at least one"),
        ({"x": []}, "control 'x' is empty: give it at least one value"),
        ({"x": {}}, "control 'x' is empty"),
        ({"x": (1, 0)}, r"control 'x' is empty: \(1, 0\) needs low <= high"),
        ({"x": (0.0, 1.0, 0.0)}, "a step above 0"),
        ({"x": (0.0, math.inf, 0.1)}, "not finite"),
        ({"x": [1.0, math.nan]}, "not finite"),
        ({"x": [1, "a"]}, "mixes kinds"),
        ({"x": "abc"}, "use \\(lo, hi, step\\), a list"),
        ({"x": 3}, "control 'x' is 3: use"),
        ({"z": [1]}, "draw has no parameter 'z': its parameters are x, y"),
        ({"x": (1, 100), "y": (1, 100)}, r"x 100 x y 100 = 10,000 states are above the budget of 1,500"),
        ({"x": (0.0, 1.0, 1e-9)}, "above the budget of 1,500: widen its step"),
    ],
)
def test_a_wrong_call_names_the_culprit_and_the_cure_in_one_line(controls, message):
    with pytest.raises(ExploreError, match=message) as caught:
        controls_for(draw, controls)
    assert "\n" not in str(caught.value)


def test_a_parameter_without_control_or_default_is_named():
    def draw_it(x, y):
        """A figure."""

    with pytest.raises(ExploreError, match="draw_it needs 'y': pass a control for it, or give it a default"):
        controls_for(draw_it, {"x": [1, 2]})


def test_a_default_outside_the_values_is_named():
    def draw_it(x=7):
        """A figure."""

    with pytest.raises(ExploreError, match=r"the default x=7 is none of its control's values \(1, 2\)"):
        controls_for(draw_it, {"x": [1, 2]})


def test_the_budget_itself_is_allowed():
    assert state_count(controls_for(draw, {"x": (1, MAX_STATES)})) == MAX_STATES


def test_draw_must_be_callable():
    with pytest.raises(ExploreError, match="must be a function that returns a Figure"):
        controls_for("picture", {"x": [1]})
