"""The page is a pure function of its states: it is parsed back here and compared with them."""

import html
import re
import sys
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.explore import ExploreError, explore, explorer_html, show
from helpers.explore.controls import controls_for, positions, start_state
from helpers.explore.frames import Frames, draw_frames
from helpers.explore.page import MAX_BYTES, decode_payload, payload, render

X = torch.linspace(-3, 3, 100)
SHAPES = {"sine": torch.sin, "tanh": torch.tanh, "square": torch.square, "abs": torch.abs, "cube": lambda x: x**3}


def draw_shapes(shape="tanh", scale=1.0, dashed=False, level="low"):
    """Some functions & their <graphs>."""
    figure, ax = plt.subplots()
    ax.plot(X, scale * SHAPES[shape](X), linestyle="--" if dashed else "-")
    ax.set_title(f"{shape}: largest value {scale * SHAPES[shape](X).max():.3f}")
    return figure


CONTROLS = {"shape": list(SHAPES), "scale": [0.5, 1.0], "dashed": False, "level": ["low", "high"]}


@pytest.fixture(scope="module")
def parts():
    controls = controls_for(draw_shapes, CONTROLS)
    frames = draw_frames(draw_shapes, controls, "shapes")
    return controls, frames, render("shapes", "Some functions & their <graphs>.", controls, frames, linked=True)


def as_tree(text):
    """The HTML as XML: only boolean attributes and void elements keep it from being that."""
    text = re.sub(r" (hidden|checked|selected)(?=[ >])", r' \1=""', text)
    text = re.sub(r"<(input)([^>]*)>", r"<\1\2/>", text)
    return ET.fromstring(text)


def test_every_state_can_be_read_back(parts):
    controls, frames, text = parts
    data = decode_payload(re.search(r'class="explorer-data">([^<]*)</script>', text)[1])
    assert [(c["name"], tuple(c["labels"])) for c in data["controls"]] == [(c.name, c.labels) for c in controls]
    for number, _ in enumerate(positions(controls)):
        frame = data["frames"][data["states"][number]]
        assert "".join(data["pieces"][i] for i in frame) == frames.svg(number)
        assert data["titles"][data["states"][number]] == frames.title(number)


def test_the_first_frame_stands_in_the_page(parts):
    controls, frames, text = parts
    assert text.count("<svg ") == 1
    assert frames.svg(start_state(controls)) in text
    assert "tanh: largest value 0.995" in text


def test_each_control_has_its_element_its_label_and_its_start(parts):
    _, _, text = parts
    tree = as_tree(text)
    boxes = {box.get("data-control"): box for box in tree.iter("div") if box.get("data-control")}
    assert list(boxes) == list(CONTROLS)
    menu = boxes["shape"].find("select")
    assert [(o.text, o.get("selected")) for o in menu][1] == ("tanh", "")
    slider = boxes["scale"].find("input")
    assert (slider.get("type"), slider.get("max"), slider.get("value")) == ("range", "1", "1")
    assert slider.get("aria-valuetext") == boxes["scale"].find("output").text == "1"
    assert boxes["dashed"].find("input").get("type") == "checkbox"
    assert [i.get("value") for i in boxes["level"].iter("input")] == ["0", "1"]
    labels = {label.get("for") for label in tree.iter("label")}
    assert all(box.find("*[@id]").get("id") in labels for box in boxes.values() if box.find("fieldset") is None)


def test_ids_are_unique_in_the_page(parts):
    ids = re.findall(r' id="([^"]+)"', parts[2])
    assert len(ids) == len(set(ids))


def test_texts_are_text_and_never_markup(parts):
    assert "Some functions &amp; their &lt;graphs&gt;." in parts[2]
    assert "<graphs>" not in parts[2]


@given(st.lists(st.text(min_size=1), min_size=2, max_size=5, unique=True), st.text())
def test_any_label_and_title_survive(labels, title):
    def draw_it(c):
        """A figure."""

    controls = controls_for(draw_it, {"c": {label: i for i, label in enumerate(labels)}})
    frames = Frames(["<svg/>"], [[0]], [title], [0] * len(labels))
    text = render("n", "d", controls, frames, linked=True)
    assert text.lower().count("</script>") == 1
    data = decode_payload(payload(controls, frames))
    assert (data["controls"][0]["labels"], data["titles"]) == (labels, [title])
    found = re.findall(r"<option[^>]*>(.*?)</option>|<input[^>]*> (.*?)</label>", text, re.DOTALL)
    assert [html.unescape(menu or button) for menu, button in found] == labels


def test_a_page_of_its_own_carries_script_and_style(parts):
    controls, frames, linked = parts
    alone = render("shapes", "d", controls, frames)
    assert "<style>" in alone
    assert "DecompressionStream" in alone
    assert "DecompressionStream" not in linked
    assert not re.search(r"(src|href)=\"https?:", alone)


def test_too_heavy_a_page_is_an_error_that_says_what_to_do():
    def draw_it(c):
        """A figure."""

    generator = torch.Generator().manual_seed(0)
    noise = "".join(chr(33 + int(i)) for i in torch.randint(0, 90, (MAX_BYTES,), generator=generator))
    with pytest.raises(
        ExploreError, match=r"explorer heavy weighs [0-9,]+ bytes, above the budget of 300,000: use fewer"
    ):
        render("heavy", "d", controls_for(draw_it, {"c": [1, 2]}), Frames([noise], [[0]], [""], [0, 0]))


def test_two_of_fifty_five_frames_and_two_curves_weigh_at_most_twenty_kilobytes():
    def draw_two(slope=0.1, alpha=1.0):
        """Two curves."""
        figure, ax = plt.subplots()
        ax.plot(X, torch.where(X > 0, X, slope * X), label="LeakyReLU")
        ax.plot(X, torch.nn.functional.elu(X, alpha), label="ELU")
        ax.set_title(f"slope {slope}, alpha {alpha}")
        ax.legend()
        return figure

    controls = controls_for(draw_two, {"slope": (0.0, 1.0, 0.1), "alpha": [0.5, 1.0, 1.5, 2.0, 2.5]})
    frames = draw_frames(draw_two, controls, "two")
    assert len(frames.frames) == 55
    assert len(render("two", "Two curves.", controls, frames, linked=True).encode()) <= 20_000


@pytest.fixture
def shown(monkeypatch):
    """What `display` was given, as (data, keywords) or the object itself."""
    calls = []
    # The function `explore` hides the module of that name, but not here.
    module = sys.modules["helpers.explore"]
    monkeypatch.setattr(module, "display", lambda data, **keywords: calls.append((data, keywords)))
    return calls


def test_static_explore_displays_only_html(monkeypatch, shown):
    monkeypatch.setenv("HELPERS_STATIC", "linked")
    assert explore(draw_shapes, scale=[0.5, 1.0]) is None
    ((data, keywords),) = shown
    assert list(data) == ["text/html"]
    assert keywords == {"raw": True}
    assert "<style>" not in data["text/html"]
    assert 'id="explorer-shapes"' in data["text/html"]
    monkeypatch.setenv("HELPERS_STATIC", "1")
    explore(draw_shapes, scale=[0.5, 1.0])
    assert shown[1][0]["text/html"] == explorer_html(draw_shapes, scale=[0.5, 1.0])


def test_explore_asks_for_a_docstring(shown):
    def draw_nameless(x=1):
        return plt.figure()

    with pytest.raises(
        ExploreError, match="nameless has no docstring: its first line becomes the figure's description"
    ):
        explore(draw_nameless, x=[1, 2])
    assert shown == []


def test_show_displays_themed_svg_in_a_page_and_png_in_a_kernel(monkeypatch, shown):
    for static in ("linked", ""):
        monkeypatch.setenv("HELPERS_STATIC", static)
        figure, ax = plt.subplots()
        show(ax if static else figure, alt='A "frame" & nothing in it.')
        assert figure.number not in plt.get_fignums()
    (page, _), (kernel, _) = shown
    assert page["text/plain"] == kernel["text/plain"] == 'A "frame" & nothing in it.'
    assert 'aria-label="A &quot;frame&quot; &amp; nothing in it."' in page["text/html"]
    assert kernel["image/png"].startswith("iVBOR")


def test_show_needs_a_figure_and_a_text():
    with pytest.raises(TypeError, match=r"show needs a Figure or Axes, not list: pass what plt\.subplots"):
        show([1], alt="x")
    with pytest.raises(ValueError, match="show needs an alternative text"):
        show(plt.subplots()[1], alt=" ")
    plt.close("all")
