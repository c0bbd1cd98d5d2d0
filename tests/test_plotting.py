"""The book's style, colours and drawing functions."""

import itertools
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import torch

from helpers import GRID, INK, MUTED, PAPER, color_of, log_ticks, plot_curves, use_book_style
from helpers.explore.page import asset
from helpers.plotting import BOOK_STYLE, PALETTE


def luminance(color):
    """Relative luminance as WCAG 2 defines it."""
    channels = torch.tensor(mpl.colors.to_rgb(color), dtype=torch.float64)
    linear = torch.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ torch.tensor([0.2126, 0.7152, 0.0722], dtype=torch.float64))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def css_colors(selector):
    block = re.search(re.escape(selector) + r"[^{]*\{([^}]*)\}", asset("explore.css"))[1]
    return dict(re.findall(r"--figure-([\w]+): (#[0-9a-f]{6})", block))


def test_the_style_sheet_holds_the_colours_of_the_style():
    light = css_colors(".explorer,\n.plot")
    assert [light[f"c{i}"] for i in range(len(PALETTE))] == list(PALETTE)
    assert (light["ink"], light["muted"], light["grid"]) == (INK, MUTED, GRID)


@pytest.mark.parametrize(
    ("selector", "page"), [(".explorer,\n.plot", "#ffffff"), ('html[data-theme="dark"] .explorer', "#14181e")]
)
def test_every_colour_can_be_told_from_the_page(selector, page):
    colors = css_colors(selector)
    assert contrast(colors["ink"], page) > 10
    assert contrast(colors["muted"], page) > 4.5
    for name in (f"c{i}" for i in range(len(PALETTE))):
        assert contrast(colors[name], page) >= 3, name


def test_one_name_has_one_colour():
    for names in (
        ("ReLU", "LeakyReLU", "ELU", "SiLU", "GELU", "Sigmoid", "Tanh", "Softplus"),
        ("SGD", "Adam", "AdamW"),
    ):
        for one, other in itertools.combinations(names, 2):
            assert color_of(one) != color_of(other)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(KeyError, match="no colour is set for 'Relu'; known names: ReLU, LeakyReLU"):
        color_of("Relu")


def test_importing_changes_nothing_and_the_style_is_set_by_call():
    with mpl.rc_context():
        mpl.rcdefaults()
        assert mpl.rcParams["figure.figsize"] != list(BOOK_STYLE["figure.figsize"])
        use_book_style()
        assert tuple(mpl.rcParams["figure.figsize"]) == BOOK_STYLE["figure.figsize"]
    assert BOOK_STYLE["figure.facecolor"] == PAPER


def test_log_ticks_are_plain_text():
    figure, ax = plt.subplots()
    ax.loglog([1e-3, 1e2], [1, 10])
    log_ticks(ax.xaxis)
    figure.canvas.draw()
    texts = [label.get_text() for label in ax.get_xticklabels()]
    assert "10⁻³" in texts
    assert not any("$" in text for text in texts)
    plt.close(figure)


def test_curves_are_drawn_as_given_with_derivatives_dashed():
    x = torch.linspace(-1, 1, 5)
    ax = plot_curves(x, {"ReLU": x.relu(), "mine": x}, derivatives={"ReLU": (x > 0).float()})
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert list(lines) == ["ReLU", "ReLU′", "mine"]
    torch.testing.assert_close(torch.tensor(lines["ReLU"].get_ydata()), x.relu())
    assert lines["ReLU"].get_color() == lines["ReLU′"].get_color() == color_of("ReLU")
    assert lines["ReLU′"].get_linestyle() == "--"
    plt.close(ax.figure)
