"""Frames are Matplotlib's own SVG, made small and themed: the same curves, the same texts."""

import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.explore.controls import ExploreError, controls_for, positions, values_at
from helpers.explore.frames import compact_path, cut, draw_frames, draw_state, themed_svg, titles
from helpers.plotting import BOOK_STYLE, INK, PALETTE

SVG = "{http://www.w3.org/2000/svg}"
X = torch.linspace(-3, 3, 50)


def draw_wave(frequency=1.0, shifted=False, unused=0):
    """A sine."""
    figure, ax = plt.subplots()
    ax.plot(X, torch.sin(frequency * X + shifted))
    ax.set_title(f"frequency {frequency}")
    return figure


CONTROLS = {"frequency": [0.5, 1.0, 2.0], "shifted": False, "unused": (0, 1)}


def absolute_points(d):
    """The points of a path's data, read by the rules of the SVG specification (M, L, Q, C, Z in both cases)."""
    tokens = re.findall(r"[MmLlQqCcZz]|-?(?:\d+\.?\d*|\.\d+)", d)
    points, here, start, i, command = [], (0.0, 0.0), (0.0, 0.0), 0, ""
    while i < len(tokens):
        if tokens[i].isalpha():
            command, i = tokens[i], i + 1
        if command in "zZ":
            here = start
            continue
        pairs = {"m": 1, "l": 1, "q": 2, "c": 3}[command.lower()]
        base = here if command.islower() else (0.0, 0.0)
        for _ in range(pairs):
            here = (base[0] + float(tokens[i]), base[1] + float(tokens[i + 1]))
            points.append(here)
            i += 2
        if command == "M":
            start, command = here, "L"
    return points


coordinate = st.floats(-400, 400, allow_nan=False, width=32)
point = st.tuples(coordinate, coordinate)


@given(point, st.lists(st.one_of(point, st.tuples(point, point, point)), max_size=30), st.booleans())
def test_a_compact_path_keeps_every_point_to_a_twentieth(first, steps, closed):
    d, expected = f"M {first[0]:.6f} {first[1]:.6f} ", [first]
    for step in steps:
        pairs = step if isinstance(step[0], tuple) else (step,)
        d += ("C " if len(pairs) == 3 else "L ") + " ".join(f"{x:.6f} {y:.6f}" for x, y in pairs) + " "
        expected.extend(pairs)
    compact = compact_path(d + ("z" if closed else ""))
    assert compact.endswith("z") == closed
    assert len(compact) <= len(d)
    got = absolute_points(compact)
    # Moves of less than a tenth are left out, so each point that is kept must be one of the originals, in order.
    rest = iter(expected)
    for x, y in got:
        assert any(abs(x - a) <= 0.051 and abs(y - b) <= 0.051 for a, b in rest)
    assert got[-1] == pytest.approx(expected[-1], abs=0.051)


def plain_svg(figure):
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg")
    return ET.fromstring(buffer.getvalue())


def test_the_themed_svg_shows_the_texts_and_curves_of_matplotlibs_own():
    with plt.rc_context(BOOK_STYLE):
        figure = draw_wave(2.0)
        plain, themed = plain_svg(figure), ET.fromstring(themed_svg(figure))
    plt.close(figure)
    texts = [element.text for element in plain.iter(f"{SVG}text")]
    assert [element.text for element in themed.iter(f"{SVG}text")] == texts
    assert "frequency 2.0" in texts

    def curve(root):
        return max((absolute_points(e.get("d")) for e in root.iter(f"{SVG}path")), key=len)

    original = curve(plain)
    for x, y in curve(themed):
        assert min(abs(x - a) + abs(y - b) for a, b in original) <= 0.11


def test_every_colour_of_the_style_becomes_a_variable():
    with plt.rc_context(BOOK_STYLE):
        figure, ax = plt.subplots()
        for i, _ in enumerate(PALETTE):
            ax.plot([0, 1], [i, i])
        svg = themed_svg(figure)
    plt.close(figure)
    assert not re.findall(r"#[0-9a-f]{3,6}\b(?![\w-])", re.sub(r"url\(#[^)]*\)|href=\"#[^\"]*\"", "", svg))
    for i, color in enumerate(PALETTE):
        assert f"var(--figure-c{i})" in svg
        assert color not in svg
    assert INK not in svg


def test_the_themed_svg_does_not_depend_on_when_it_was_made():
    with plt.rc_context(BOOK_STYLE):
        first, second = draw_wave(), draw_wave()
        assert themed_svg(first, "a") == themed_svg(second, "a")
    plt.close("all")


def test_ids_carry_the_prefix_and_every_reference_has_its_target():
    with plt.rc_context(BOOK_STYLE):
        figure, ax = plt.subplots()
        ax.scatter([1, 2], [1, 2])
        ax.plot([1, 2], [2, 1], marker="o")
        svg = themed_svg(figure, "mine")
    plt.close(figure)
    ids = re.findall(r' id="([^"]+)"', svg)
    references = set(re.findall(r"#([\w.-]+)", svg))
    assert references == set(ids)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("mine-") for name in ids)


def test_cutting_loses_nothing():
    svg = "<svg><g><path/></g><text>a > b</text></svg>"
    assert "".join(cut(svg)) == svg
    assert cut(svg)[-2] == "<text>a > b</text>"


def test_every_state_is_what_draw_draws():
    controls = controls_for(draw_wave, CONTROLS)
    frames = draw_frames(draw_wave, controls, "wave")
    assert len(frames.states) == 12
    for number, position in enumerate(positions(controls)):
        with plt.rc_context(BOOK_STYLE):
            figure = draw_wave(**values_at(controls, position))
            assert frames.svg(number) == themed_svg(figure, "wave")
            assert frames.title(number) == titles(figure)
        plt.close(figure)


def test_what_is_equal_is_stored_once():
    frames = draw_frames(draw_wave, controls_for(draw_wave, CONTROLS), "wave")
    assert len(frames.frames) == 6  # `unused` changes nothing
    assert len(set(frames.pieces)) == len(frames.pieces)
    assert {piece for frame in frames.frames for piece in frame} == set(range(len(frames.pieces)))


def test_no_figure_stays_open():
    before = plt.get_fignums()
    draw_frames(draw_wave, controls_for(draw_wave, {"frequency": [1.0, 2.0]}), "wave")
    assert plt.get_fignums() == before


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda x: None, r"draw\(x=1\) returned NoneType: end it with `return figure`"),
        (lambda x: 1 / 0, r"draw\(x=1\) raised ZeroDivisionError: division by zero"),
    ],
)
def test_a_draw_that_fails_names_the_state(draw, message):
    draw.__name__ = "draw"
    with pytest.raises(ExploreError, match=message):
        draw_state(draw, controls_for(draw, {"x": [1, 2]}), (0,), "x")


def test_a_draw_that_fails_in_one_state_names_that_state_and_closes_its_figure():
    def draw_it(x):
        """A figure."""
        figure, _ = plt.subplots()
        if x == 3:
            raise ValueError("three is too many")
        return figure

    before = plt.get_fignums()
    with pytest.raises(ExploreError, match=r"draw_it\(x=3\) raised ValueError: three is too many"):
        draw_frames(draw_it, controls_for(draw_it, {"x": [1, 2, 3]}), "x")
    assert plt.get_fignums() == before


def test_axes_are_taken_for_their_figure():
    def draw_it(x):
        """A figure."""
        return plt.subplots()[1]

    svg, _ = draw_state(draw_it, controls_for(draw_it, {"x": [1, 2]}), (0,), "x")
    assert svg.startswith("<svg ")


@pytest.mark.parametrize("alpha", [0.04, 0.15, 0.25])
def test_faint_things_stay_as_faint_as_they_were_drawn(alpha):
    figure, ax = plt.subplots()
    ax.fill_between([0, 1], [1, 2], alpha=alpha)
    assert f"opacity:{alpha}" in themed_svg(figure).replace(" ", "")
    plt.close(figure)


@pytest.mark.parametrize(("cmap", "gray"), [("gray_r", True), ("viridis", False)])
def test_a_picture_without_colours_is_marked_for_dark_pages(cmap, gray):
    figure, ax = plt.subplots()
    ax.imshow(torch.rand(4, 4).numpy(), cmap=cmap)
    assert (' class="gray"' in themed_svg(figure)) == gray
    plt.close(figure)
