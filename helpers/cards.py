"""A gallery of explorers that stand on other pages of the book: one card each, leading to a state of its sliders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from IPython.display import display

from helpers.explore import static_mode


@dataclass(frozen=True)
class Card:
    """One explorer of the book.

    Attributes:
        title: the card's heading.
        page: the name of the chapter's file, without its ending.
        explorer: the explorer's name, as it stands in the address: `race` for the function `draw_race`.
        line: what there is to see, in a sentence.
        task: what to find out.
        state: the state that the card shows and leads to: a control's name and the label of its value. Controls that
            are left out stay at their initial values.

    """

    title: str
    page: str
    explorer: str
    line: str
    task: str
    state: Mapping[str, str] = field(default_factory=dict)


def gallery(cards: Iterable[Card]) -> None:
    """Display the cards: in the book's pages as pictures, in a notebook as a list of links to the chapters.

    The build of the book puts the picture of the state into each card and its number into the link, since only it
    knows the other pages; it fails where a card names an explorer, a control or a value that is not there.

    Raises:
        ValueError: there is no card, or two lead to the same explorer.

    """
    made = list(cards)
    places = [(card.page, card.explorer) for card in made]
    if not made:
        raise ValueError("the gallery has no card: give it at least one Card")
    for place in places:
        if places.count(place) > 1:
            raise ValueError(f"two cards lead to the explorer {place[1]} of {place[0]}: take one of them out")
    text = f"Gallery: {len(made)} explorers."
    if static_mode():
        html = f'<div class="gallery">{"".join(_html(card) for card in made)}</div>'
        display({"text/html": html, "text/plain": text}, raw=True)
    else:
        display({"text/markdown": "\n".join(_markdown(card) for card in made), "text/plain": text}, raw=True)


def _html(card: Card) -> str:
    state = escape(json.dumps(dict(card.state), ensure_ascii=False))
    return (
        f'<div class="gallery-card"><a class="gallery-link" data-page="{card.page}" data-explorer="{card.explorer}" '
        f'data-state="{state}" href="{card.page}.html#explorer-{card.explorer}">'
        '<span class="gallery-picture plot" aria-hidden="true"></span>'
        f"{escape(card.title)}</a>"
        f"<p>{escape(card.line)}</p><p><strong>Task.</strong> {escape(card.task)}</p></div>"
    )


def _markdown(card: Card) -> str:
    return f"- [{card.title}]({card.page}.ipynb): {card.line} **Task.** {card.task}"
