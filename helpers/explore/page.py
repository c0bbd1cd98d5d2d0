"""Controls and frames become one piece of HTML whose sliders work with no kernel and no network.

The first frame stands in it as plain SVG, for print, for readers without JavaScript and for search engines. All
frames follow as one compressed stream, which static/explore.js decodes with the browser's own DecompressionStream.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from helpers.explore.controls import Control, ExploreError, start_state
from helpers.explore.frames import Frames

# What a reader on a slow phone waits for without noticing; the largest explorers of the book fit.
MAX_BYTES = 300_000

# Up to four choices are buttons, all in sight; more go into a menu.
_MAX_RADIO = 4

_PAYLOAD_TYPE = "application/vnd.explorer+deflate;base64"


@cache
def asset(name: str) -> str:
    """The text of explore.js or explore.css."""
    return files("helpers.explore").joinpath("static", name).read_text(encoding="utf-8")


def payload(controls: Sequence[Control], frames: Frames) -> str:
    """All frames as one compressed stream in base64; `decode_payload` is its inverse."""
    data = {
        "controls": [{"name": control.name, "labels": control.labels} for control in controls],
        "start": start_state(controls),
        "states": frames.states,
        "frames": frames.frames,
        "titles": frames.titles,
        "pieces": frames.pieces,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def decode_payload(text: str) -> dict[str, Any]:
    """Read what `payload` wrote, as the page's script does."""
    data: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text)))
    return data


def render(name: str, description: str, controls: Sequence[Control], frames: Frames, *, linked: bool = False) -> str:
    """Write one explorer as HTML.

    Args:
        name: the explorer's name in ids and in the address's hash: letters, digits, - and _.
        description: what the figure shows, its text for readers who cannot see it.
        controls: as `controls_for` made them.
        frames: as `draw_frames` made them.
        linked: leave out the script and the style, because the page links explore.js and explore.css itself; and
            offer a link to the state that is shown, because the page has an address of its own.

    Raises:
        ExploreError: the HTML, script and style apart, is above `MAX_BYTES`.

    """
    start = start_state(controls)
    link = f'<a class="explorer-link" href="#{name}={start}">Link to this state</a>'
    body = (
        f'<figure class="explorer" id="explorer-{name}" data-name="{name}">'
        f'<div class="explorer-frame" role="img" aria-label="{escape(label(description, frames.title(start)))}" '
        f'data-description="{escape(description)}">{frames.svg(start)}</div>'
        f'<form class="explorer-controls" autocomplete="off" aria-label="Controls: {escape(description)}">'
        f"{''.join(_control(name, control) for control in controls)}"
        f'<div class="explorer-actions"><button type="reset">Reset</button>{link if linked else ""}</div></form>'
        '<p class="explorer-status" role="status"></p>'
        '<noscript><p class="explorer-message">The sliders of this figure need JavaScript.</p></noscript>'
        f'<script type="{_PAYLOAD_TYPE}" class="explorer-data">{payload(controls, frames)}</script>'
        "</figure>"
    )
    size = len(body.encode())
    if size > MAX_BYTES:
        raise ExploreError(
            f"explorer {name} weighs {size:,} bytes, above the budget of {MAX_BYTES:,}: "
            "use fewer states, fewer points on a curve, or fewer curves"
        )
    if linked:
        return body
    return f"<style>{asset('explore.css')}</style>{body}<script>{asset('explore.js')}</script>"


def label(description: str, title: str) -> str:
    """The text alternative of one frame: what the figure shows, then its titles, where its numbers stand."""
    return f"{description} {title}".strip()


def _control(name: str, control: Control) -> str:
    element_id = f"explorer-{name}-{control.name}"
    if control.kind == "slider":
        body = _slider(element_id, control)
    elif control.kind == "toggle":
        body = _toggle(element_id, control)
    elif len(control.values) <= _MAX_RADIO:
        body = _radio(element_id, control)
    else:
        body = _menu(element_id, control)
    note = f'<span class="explorer-note" id="{element_id}-note" hidden>no effect here</span>'
    return f'<div class="explorer-control" data-control="{escape(control.name)}">{body}{note}</div>'


def _slider(element_id: str, control: Control) -> str:
    text = escape(control.labels[control.start])
    return (
        f'<label for="{element_id}">{escape(control.title)}</label>'
        f'<input type="range" id="{element_id}" min="0" max="{len(control.values) - 1}" step="1" '
        f'value="{control.start}" aria-valuetext="{text}">'
        f'<output for="{element_id}">{text}</output>'
    )


def _toggle(element_id: str, control: Control) -> str:
    checked = " checked" if control.start else ""
    return (
        f'<label for="{element_id}">{escape(control.title)}</label>'
        f'<input type="checkbox" id="{element_id}"{checked}>'
        f'<output for="{element_id}">{escape(control.labels[control.start])}</output>'
    )


def _menu(element_id: str, control: Control) -> str:
    options = "".join(
        f'<option value="{i}"{" selected" if i == control.start else ""}>{escape(text)}</option>'
        for i, text in enumerate(control.labels)
    )
    return f'<label for="{element_id}">{escape(control.title)}</label><select id="{element_id}">{options}</select>'


def _radio(element_id: str, control: Control) -> str:
    buttons = "".join(
        f'<label><input type="radio" name="{escape(control.name)}" value="{i}" id="{element_id}-{i}"'
        f"{' checked' if i == control.start else ''}> {escape(text)}</label>"
        for i, text in enumerate(control.labels)
    )
    return f"<fieldset><legend>{escape(control.title)}</legend>{buttons}</fieldset>"
