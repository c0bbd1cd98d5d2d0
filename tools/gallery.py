"""Put pictures and exact links into the cards that `helpers.gallery()` wrote, once the pages they lead to are there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

_CARD = re.compile(
    r'(?s)(?P<open><a class="gallery-link" data-page="(?P<page>[\w-]+)" data-explorer="(?P<explorer>[\w-]+)" '
    r'data-state="(?P<state>[^"]*)" href=")[^"]*(?P<middle>"><span class="gallery-picture[^>]*>).*?(?P<close></span>)'
)
_ID = re.compile(r'( id="|url\(#|href="#)')


def fill(page: Path) -> None:
    """Fill every card of a page. What was filled before is filled anew.

    Raises:
        SystemExit: a card names a page, an explorer, a control or a value that does not exist.

    """
    text = page.read_text(encoding="utf-8")
    filled = _CARD.sub(lambda match: _filled(match, page.parent), text)
    if filled != text:
        page.write_text(filled, encoding="utf-8")


def _filled(match: re.Match[str], folder: Path) -> str:
    page, name = match["page"], match["explorer"]
    data = explorer_data(folder / f"{page}.html", name)
    number = state_number(data, json.loads(unescape(match["state"])), f"the card of {name} in {page}")
    svg = "".join(data["pieces"][i] for i in data["frames"][data["states"][number]])
    # Explorers of two pages may have the same name, and this page an explorer of its own with it.
    svg = _ID.sub(rf"\g<1>card-{page[:2]}-", svg)
    return f"{match['open']}{page}.html#{name}={number}{match['middle']}{svg}{match['close']}"


def explorer_data(page: Path, name: str) -> dict[str, Any]:
    """All states of one explorer of a built page. Exits where there is no such page or explorer."""
    # Here, and not above: a book without a gallery is built without loading PyTorch.
    from helpers.explore.page import decode_payload

    text = page.read_text(encoding="utf-8") if page.exists() else ""
    found = re.search(rf'(?s)id="explorer-{re.escape(name)}".*?class="explorer-data">([^<]*)<', text)
    if not found:
        sys.exit(f"a card of the gallery leads to the explorer {name} of {page.name}, which is not there")
    return decode_payload(found[1])


def state_number(data: Mapping[str, Any], state: Mapping[str, str], where: str) -> int:
    """The number of the state with these labels, all other controls at their initial values.

    Raises:
        SystemExit: a control or a label does not exist; the message lists those that do.

    """
    controls, rest = data["controls"], data["start"]
    start: list[int] = []
    for control in reversed(controls):
        rest, position = divmod(rest, len(control["labels"]))
        start.insert(0, position)
    unknown = set(state) - {control["name"] for control in controls}
    if unknown:
        names = ", ".join(control["name"] for control in controls)
        sys.exit(f"{where} sets {sorted(unknown)[0]}; the explorer's controls are {names}")
    number = 0
    for control, position in zip(controls, start, strict=True):
        labels, label = control["labels"], state.get(control["name"])
        if label is not None and label not in labels:
            sys.exit(f"{where} sets {control['name']} to {label}; its values are {', '.join(labels)}")
        number = number * len(labels) + (position if label is None else labels.index(label))
    return number
