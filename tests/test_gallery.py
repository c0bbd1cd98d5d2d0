"""The gallery's cards: what a notebook shows, what the pages hold, and what the build puts into them."""

import html
import re

import matplotlib.pyplot as plt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import Card, gallery
from helpers.explore.controls import controls_for, positions, start_state
from helpers.explore.frames import draw_frames
from helpers.explore.page import render
from tools.build import HTML, chapters
from tools.gallery import explorer_data, fill, state_number

LABORATORY = HTML / "book" / "laboratory.html"
CARD = Card("A & B", "01_waves", "wave", "Two <waves>.", "Find one.", {"kind": "cos"})


def draw_wave(size=2, kind="sin"):
    """A wave."""
    figure, ax = plt.subplots()
    ax.plot([0, size], label=kind)
    ax.set_title(f"{kind} {size}")
    return figure


CONTROLS = controls_for(draw_wave, {"size": [1, 2, 3], "kind": ["sin", "cos"]})


@pytest.fixture
def book(tmp_path):
    """A folder with one page that holds the explorer."""
    frames = draw_frames(draw_wave, CONTROLS, "wave")
    text = render("wave", "A wave.", CONTROLS, frames, linked=True)
    (tmp_path / "01_waves.html").write_text(f"<p>before</p>{text}<p>after</p>", encoding="utf-8")
    return tmp_path


def shown(monkeypatch, cards, static):
    """What `gallery` displays, by its type."""
    seen = []
    monkeypatch.setenv("HELPERS_STATIC", "linked" if static else "")
    monkeypatch.setattr("helpers.cards.display", lambda data, raw: seen.append(data))
    gallery(cards)
    return seen[0]


def page_with(monkeypatch, book, card):
    path = book / "laboratory.html"
    path.write_text(f"<body>{shown(monkeypatch, [card], True)['text/html']}</body>", encoding="utf-8")
    return path


def test_a_notebook_gets_links_to_the_chapters(monkeypatch):
    assert shown(monkeypatch, [CARD], False) == {
        "text/markdown": "- [A & B](01_waves.ipynb): Two <waves>. **Task.** Find one.",
        "text/plain": "Gallery: 1 explorers.",
    }


def test_the_build_fills_a_card_with_the_state_it_names(monkeypatch, book):
    path = page_with(monkeypatch, book, CARD)
    fill(path)
    text = path.read_text(encoding="utf-8")
    data = explorer_data(book / "01_waves.html", "wave")
    number = state_number(data, CARD.state, "it")
    assert data["titles"][data["states"][number]] == "cos 2"
    assert f'href="01_waves.html#wave={number}"' in text
    assert "cos 2</text>" in text
    assert "A &amp; B</a>" in text
    assert "Two &lt;waves&gt;." in text
    ids = re.findall(r' id="([^"]*)"', text)
    assert ids
    assert all(name.startswith("card-01-") for name in ids)
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(ids)


def test_filling_twice_changes_nothing(monkeypatch, book):
    path = page_with(monkeypatch, book, CARD)
    fill(path)
    once = path.read_text(encoding="utf-8")
    fill(path)
    assert path.read_text(encoding="utf-8") == once


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (Card("t", "02_none", "wave", "l", "t"), "leads to the explorer wave of 02_none.html, which is not there"),
        (Card("t", "01_waves", "sea", "l", "t"), "leads to the explorer sea of 01_waves.html, which is not there"),
        (Card("t", "01_waves", "wave", "l", "t", {"hue": "1"}), "sets hue; the explorer's controls are size, kind"),
        (Card("t", "01_waves", "wave", "l", "t", {"size": "9"}), "sets size to 9; its values are 1, 2, 3"),
    ],
)
def test_a_card_that_leads_nowhere_stops_the_build(monkeypatch, book, card, message):
    path = page_with(monkeypatch, book, card)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match=re.escape(message)):
        fill(path)
    assert path.read_text(encoding="utf-8") == before


def test_a_gallery_needs_cards_and_no_two_of_the_same():
    with pytest.raises(ValueError, match="no card"):
        gallery([])
    with pytest.raises(ValueError, match="two cards lead to the explorer wave of 01_waves"):
        gallery([CARD, Card("again", "01_waves", "wave", "l", "t")])


@given(st.data())
def test_a_state_has_the_number_that_its_labels_say(data):
    stored = {
        "controls": [{"name": c.name, "labels": list(c.labels)} for c in CONTROLS],
        "start": start_state(CONTROLS),
    }
    number, position = data.draw(st.sampled_from(list(enumerate(positions(CONTROLS)))))
    labels = {c.name: c.labels[i] for c, i in zip(CONTROLS, position, strict=True)}
    assert state_number(stored, labels, "it") == number
    start = {c.name: c.labels[c.start] for c in CONTROLS}
    changed = {name for name, label in labels.items() if label != start[name]}
    assert state_number(stored, {name: labels[name] for name in changed}, "it") == number


def test_every_explorer_of_the_book_has_a_card():
    """Each leads to a state that is there, with a picture of it."""
    text = LABORATORY.read_text(encoding="utf-8")
    there = {
        (path.stem, name)
        for path in chapters()
        if path.stem != LABORATORY.stem
        for name in re.findall(
            r'id="explorer-([\w-]+)" data-name', (LABORATORY.parent / f"{path.stem}.html").read_text(encoding="utf-8")
        )
    }
    links = re.findall(r'data-state="([^"]*)" href="([\w-]+)\.html#([\w-]+)=(\d+)"', text)
    assert sorted(there) == sorted((page, name) for _, page, name, _ in links)
    for state, page, name, number in links:
        data = explorer_data(LABORATORY.parent / f"{page}.html", name)
        assert html.unescape(state).startswith("{")
        assert int(number) < len(data["states"])
    assert len(re.findall(r'class="gallery-picture plot" aria-hidden="true"><svg ', text)) == len(links)
