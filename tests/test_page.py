"""The built book in a real browser, opened from the disk: quiet, accessible, and every slider moves.

Needs Debian's `chromium` (or any Chromium on the path) and the book built by `make book`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
import torch
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from helpers.explore import explorer_html
from helpers.explore.page import decode_payload

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGES = sorted(path.stem for path in (ROOT / "book").glob("*.ipynb"))
# Those without a notebook behind them.
TEXT_PAGES = ["glossary", "../genindex", "../search"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when it asks another host for anything or writes to the console."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "data:", "blob:")) or complaints.append(f"asked for {request.url}")
        ),
    )
    yield page
    context.close()
    assert complaints == []


def open_page(page: Page, name: str, fragment: str = "") -> None:
    path = HTML / "book" / f"{name}.html"
    assert path.exists(), f"{path} is missing: run `make book` first"
    page.goto(f"{path.resolve().as_uri()}{fragment}")


def explorers(page: Page) -> list[Locator]:
    return page.locator("figure.explorer").all()


def stored(figure: Locator) -> dict:
    """What the figure's payload says, read by Python."""
    return decode_payload(figure.locator(".explorer-data").text_content() or "")


def svg_of(data: dict, state: int) -> str:
    return "".join(data["pieces"][piece] for piece in data["frames"][data["states"][state]])


def shown(figure: Locator) -> str:
    """The SVG on screen, as the browser writes it."""
    return figure.locator(".explorer-frame").inner_html()


def as_browser_writes(figure: Locator, svg: str) -> str:
    return figure.evaluate(
        "(_, svg) => { const e = document.createElement('div'); e.innerHTML = svg; return e.innerHTML }", svg
    )


def place_values(data: dict) -> list[int]:
    """How much one step of each control adds to a state's number."""
    values, value = [], 1
    for control in reversed(data["controls"]):
        values.insert(0, value)
        value *= len(control["labels"])
    return values


def matters(data: dict, state: int, i: int) -> bool:
    """Whether control `i` changes the frame while the others stay as in `state`."""
    size, place = len(data["controls"][i]["labels"]), place_values(data)[i]
    first = state - (state // place % size) * place
    return len({data["states"][first + k * place] for k in range(size)}) > 1


def press_to(box: Locator, value: int, size: int) -> None:
    """Bring a control to a value with the keyboard alone."""
    field = box.locator("input, select").first
    kind = field.evaluate("element => element.type")
    if kind == "checkbox":
        if field.is_checked() != bool(value):
            field.press("Space")
        return
    if kind == "radio":
        for _ in range(size):
            checked = box.locator("input:checked")
            if checked.get_attribute("value") == str(value):
                return
            checked.press("ArrowRight")
        return
    field.press("Home")
    if value == size - 1:
        field.press("End")
        return
    for _ in range(value):
        field.press("ArrowRight" if kind == "range" else "ArrowDown")


def value_of(box: Locator) -> str:
    """What the control says its value is."""
    output = box.locator("output")
    if output.count():
        return output.inner_text()
    return box.locator("option:checked, label:has(input:checked)").evaluate("element => element.textContent.trim()")


def drive(page: Page, figure: Locator) -> None:
    """Move every control to its first, middle and last value and compare what the page shows with what is stored."""
    name, data = figure.get_attribute("data-name"), stored(figure)
    figure.scroll_into_view_if_needed()
    page.evaluate("name => window.explorers.all.get(name).load()", name)
    assert shown(figure) == as_browser_writes(figure, svg_of(data, data["start"]))
    for i, control in enumerate(data["controls"]):
        candidates = [data["start"], *range(len(data["states"]))]
        state = next((state for state in candidates if matters(data, state, i)), None)
        assert state is not None, f"{name}: the control {control['name']} never changes the figure"
        page.evaluate("([name, state]) => window.explorers.all.get(name).go(state)", [name, state])
        size, place = len(control["labels"]), place_values(data)[i]
        base = state - (state // place % size) * place
        box = figure.locator(f'.explorer-control[data-control="{control["name"]}"]')
        frames = set()
        for value in sorted({0, size // 2, size - 1}, key=lambda value: (value != size // 2, value)):
            press_to(box, value, size)
            target = base + value * place
            page.wait_for_function(
                "([name, state]) => document.getElementById(`explorer-${name}`).dataset.state == state",
                arg=[name, target],
            )
            assert value_of(box) == control["labels"][value]
            assert shown(figure) == as_browser_writes(figure, svg_of(data, target))
            title = data["titles"][data["states"][target]]
            assert title in (figure.locator(".explorer-frame").get_attribute("aria-label") or "")
            frames.add(data["states"][target])
        disabled = figure.locator(".explorer-control").evaluate_all(
            "boxes => boxes.map(box => box.querySelector('input, select').disabled)"
        )
        assert disabled == [not matters(data, base + (size - 1) * place, k) for k in range(len(data["controls"]))]
    figure.get_by_role("button", name="Reset").press("Enter")
    page.wait_for_function(
        "([name, state]) => document.getElementById(`explorer-${name}`).dataset.state == state",
        arg=[name, data["start"]],
    )
    assert shown(figure) == as_browser_writes(figure, svg_of(data, data["start"]))


@pytest.mark.parametrize("name", PAGES)
def test_every_control_of_every_explorer_moves_its_figure(page: Page, name: str) -> None:
    open_page(page, name)
    for figure in explorers(page):
        drive(page, figure)
    assert "#" not in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, *TEXT_PAGES])
def test_no_accessibility_violation(page: Page, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    open_page(page, name)
    assert page.locator("html").get_attribute("data-theme") == scheme
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    violations = page.evaluate(
        # Preloading would fetch the style sheets, which a page from the disk must not.
        """async () => (await axe.run({ preload: false })).violations
            .map(v => [v.id, v.nodes.slice(0, 4).map(n => n.html.slice(0, 200))])"""
    )
    assert violations == []


@pytest.mark.parametrize("width", [390, 820, 1280])
@pytest.mark.parametrize("name", [*PAGES, *TEXT_PAGES])
def test_nothing_runs_over_the_side(page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    too_wide = page.evaluate(
        """width => [...document.querySelectorAll("figure, .explorer-controls *, p, h1, h2, h3, .admonition")]
            .filter(element => element.getBoundingClientRect().right > width + 1
                && !element.closest(".bd-sidebar-primary, .bd-sidebar-secondary, .katex-display")
                && !element.closest(".pst-scrollable-table-container"))
            .map(element => element.outerHTML.slice(0, 120))""",
        width,
    )
    assert too_wide == []


@pytest.mark.parametrize("name", PAGES)
def test_a_link_shares_the_states_of_the_sliders(page: Page, name: str) -> None:
    open_page(page, name)
    states = {figure.get_attribute("data-name"): len(stored(figure)["states"]) - 1 for figure in explorers(page)}
    if not states:
        return
    fragment = "&".join(f"{explorer}={state}" for explorer, state in states.items())
    page.goto("about:blank")
    open_page(page, name, f"#{fragment}")
    for explorer, state in states.items():
        page.wait_for_function(
            "([name, state]) => document.getElementById(`explorer-${name}`).dataset.state == state",
            arg=[explorer, state],
        )
    first = next(iter(states))
    page.wait_for_function(
        "name => document.getElementById(`explorer-${name}`).getBoundingClientRect().top < innerHeight", arg=first
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_stands_in_the_page_without_javascript(browser: Browser, name: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_page(page, name)
    for figure in page.locator("figure.explorer, figure.plot").all():
        assert figure.locator("svg").first.is_visible()
    for form in page.locator(".explorer-controls").all():
        assert not form.is_visible()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_an_alternative_text(page: Page, name: str) -> None:
    open_page(page, name)
    labels = page.locator("[role=img]:not([aria-hidden=true])").evaluate_all(
        "all => all.map(element => element.getAttribute('aria-label'))"
    )
    assert all(label and len(label.split()) >= 3 for label in labels)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert sorted(ids) == sorted(set(ids))


def test_the_search_works_from_the_disk(page: Page) -> None:
    open_page(page, "../search", "?q=sigmoid")
    found = page.locator("#search-results a", has_text="Activation functions")
    found.first.wait_for()
    page.wait_for_load_state("networkidle")
    found.first.click()
    assert "07_activations.html" in page.url


def draw_first(power=1, label="plain", dashed=False):
    """Powers of x."""
    x = torch.linspace(0, 1, 20)
    figure, ax = plt.subplots()
    ax.plot(x, x**power, linestyle="--" if dashed else "-")
    ax.set_title(f"power {power}{'' if power == 1 else ', ' + label}")
    return figure


def draw_second(size=3):
    """Some points."""
    figure, ax = plt.subplots()
    ax.scatter(range(size), range(size))
    ax.set_title(f"{size} points")
    return figure


def test_self_contained_explorers_share_a_page(page: Page, tmp_path: Path) -> None:
    labels = ["plain", "</script><b>", "&amp;", 'a "quoted"', "e"]
    first = explorer_html(draw_first, power=(1, 5), label=labels, dashed=False)
    second = explorer_html(draw_second, size=(1, 4))
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><title>t</title><main>{first}{second}</main>", encoding="utf-8")
    page.goto(path.as_uri())
    figures = explorers(page)
    assert len(figures) == 2
    for figure in figures:
        drive(page, figure)
    # At power 1 the label shows nowhere: that control says so, and works again at power 2.
    menu = figures[0].locator("[data-control=label]")
    assert menu.locator("select").is_disabled()
    assert menu.locator(".explorer-note").is_visible()
    figures[0].locator("[data-control=power] input").press("ArrowRight")
    assert menu.locator("select").is_enabled()
    assert not menu.locator(".explorer-note").is_visible()
    assert re.search(r"#first=\d+$", page.url)


def test_a_wrong_address_moves_nothing(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><title>t</title>{explorer_html(draw_second, size=(1, 4))}", encoding="utf-8")
    for fragment in ("#second=99", "#second=-1", "#second=x", "#second", "#a=b&c", "#%zz"):
        page.goto(path.as_uri() + fragment)
        page.evaluate("window.explorers.all.get('second').load()")
        assert "3 points" in (page.locator(".explorer-frame").get_attribute("aria-label") or "")
        assert page.locator("figure.explorer").get_attribute("data-state") is None


def test_a_browser_that_cannot_decode_says_so(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><title>t</title>{explorer_html(draw_second, size=(1, 4))}", encoding="utf-8")
    page.add_init_script("delete window.DecompressionStream")
    page.goto(path.as_uri())
    page.locator(".explorer-message").wait_for()
    assert "cannot decode" in page.locator(".explorer-message").last.inner_text()
    assert page.locator("figure.explorer svg").is_visible()
