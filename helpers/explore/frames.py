"""Every state of an explorer as one themed SVG: the only module that knows what Matplotlib's SVG looks like.

An SVG is cut at its elements. Every distinct piece is stored once and a frame is a list of piece numbers, because
frames of one explorer differ in a few curves and share the axes, the ticks and the labels.
"""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from helpers.explore.controls import Control, ExploreError, describe, positions, values_at
from helpers.plotting import BOOK_STYLE, GRID, INK, MUTED, PALETTE, PAPER

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"

# Text stays text, ids depend on the content alone, and curves are thinned to what the eye can see.
_SVG_STYLE: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "book", "path.simplify_threshold": 0.25}

_THEME = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"} | {
    color: f"c{i}" for i, color in enumerate(PALETTE)
}

# A tenth of a unit is an eighth of a pixel when a figure of 396 units is shown at 500 pixels.
_DECIMALS = 1

_NUMBER = re.compile(r"(?<![#\w.])-?\d+\.\d+(?:e-?\d+)?(?![\w.])|(?<![#\w.])-?\d+e-\d+(?!\w)")
_ID = re.compile(r"(?<=[#])[\w.-]+(?=\))|(?<=^#)[\w.-]+$")
_PATH_TOKEN = re.compile(r"[MLCQZz]|-?\d+(?:\.\d+)?(?:e-?\d+)?")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}


@dataclass
class Frames:
    """All states of an explorer, each distinct piece of SVG kept once.

    Attributes:
        pieces: the distinct pieces of SVG text.
        frames: the distinct frames, each a list of positions in `pieces`.
        titles: one text for each frame: the titles of its figure.
        states: for each state, in the order of the states' numbers, its position in `frames`.

    """

    pieces: list[str] = field(default_factory=list)
    frames: list[list[int]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    states: list[int] = field(default_factory=list)

    def svg(self, state: int) -> str:
        """The SVG of one state."""
        return "".join(self.pieces[i] for i in self.frames[self.states[state]])

    def title(self, state: int) -> str:
        """The titles of one state's figure."""
        return self.titles[self.states[state]]


def draw_frames(draw: Callable[..., Any], controls: Sequence[Control], prefix: str) -> Frames:
    """Draw every state.

    Args:
        draw: called with one value for each control, returns a Figure.
        controls: as `controls_for` made them.
        prefix: put before every id in the SVG, so that two explorers can share a page.

    Raises:
        ExploreError: `draw` raised, or returned no Figure; the message names the state.

    """
    result = Frames()
    known_pieces: dict[str, int] = {}
    known_frames: dict[tuple[tuple[int, ...], str], int] = {}
    for position in positions(controls):
        svg, title = draw_state(draw, controls, position, prefix)
        pieces = [known_pieces.setdefault(piece, len(known_pieces)) for piece in cut(svg)]
        key = (tuple(pieces), title)
        if key not in known_frames:
            known_frames[key] = len(known_frames)
            result.frames.append(pieces)
            result.titles.append(title)
        result.states.append(known_frames[key])
    result.pieces = list(known_pieces)
    return result


def draw_state(
    draw: Callable[..., Any], controls: Sequence[Control], position: Sequence[int], prefix: str
) -> tuple[str, str]:
    """Draw one state: its SVG and its titles. Raises ExploreError as `draw_frames` does."""
    call = f"{getattr(draw, '__name__', 'draw')}({describe(controls, position)})"
    open_before = set(plt.get_fignums())
    with plt.rc_context(BOOK_STYLE):
        try:
            figure = draw(**values_at(controls, position))
        except Exception as error:
            _close_new(open_before)
            raise ExploreError(f"{call} raised {type(error).__name__}: {error}") from error
        if isinstance(figure, Axes):
            figure = figure.figure
        if not isinstance(figure, Figure):
            _close_new(open_before)
            raise ExploreError(f"{call} returned {type(figure).__name__}: end it with `return figure`")
        svg, title = themed_svg(figure, prefix), titles(figure)
    plt.close(figure)
    return svg, title


def _close_new(open_before: set[int]) -> None:
    """Close what a failed `draw` left open, or the notebook would show a half-drawn figure."""
    for number in set(plt.get_fignums()) - open_before:
        plt.close(number)


def titles(figure: Figure) -> str:
    """The figure's own title and those of its axes, as one line of text."""
    texts = [figure.get_suptitle(), *(ax.get_title(loc) for ax in figure.axes for loc in ("left", "center", "right"))]
    return ". ".join(" ".join(text.split()) for text in texts if text.strip())


def cut(svg: str) -> list[str]:
    """Cut SVG text where one element's tag ends and the next begins."""
    return re.split(r"(?<=>)(?=<)", svg)


def themed_svg(figure: Figure, prefix: str = "figure") -> str:
    """Write a figure as compact SVG whose colours are CSS variables and whose ids begin with `prefix`."""
    buffer = io.BytesIO()
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context(_SVG_STYLE):
        figure.savefig(buffer, format="svg", metadata=no_metadata)
    root = ET.fromstring(buffer.getvalue())
    _drop_invisible(root)
    _drop_unused_ids(root)
    _drop_redundant(root)
    _mark_gray_pictures(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        for name in list(element.attrib):
            value = element.attrib.pop(name)
            element.set(name.removeprefix(f"{{{_XLINK}}}"), _compact(name, value, prefix))
        if element.tag != "text":
            element.text = None
        element.tail = None
    _flatten(root)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("focusable", "false")
    root.set("aria-hidden", "true")
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True).replace(" />", "/>")
    return text.replace("<svg ", f'<svg xmlns="{_SVG}" ', 1) if "xmlns" not in text[:200] else text


def _compact(name: str, value: str, prefix: str) -> str:
    """One attribute: ids prefixed, colours themed, numbers rounded."""
    if name == "id":
        return f"{prefix}-{value[:7]}"
    if name.endswith("href") and value.startswith("data:"):
        return value.replace("\n", "")
    if name == "d":
        return compact_path(value)
    if name.endswith("href") or "url(#" in value:
        value = _ID.sub(lambda match: f"{prefix}-{match[0][:7]}", value)
        if name.endswith("href") or name == "clip-path":
            return value
    if name == "style":
        return _compact_style(value)
    return _NUMBER.sub(_rounded, value)


def _compact_style(style: str) -> str:
    """One style attribute; the font's family is left to the page."""
    kept = []
    for rule in filter(None, style.split(";")):
        key, _, value = (part.strip() for part in rule.partition(":"))
        if key != "font-family":
            if value in _THEME:
                value = f"var(--figure-{_THEME[value]})"
            elif key.endswith("opacity"):
                value = f"{float(value):.2g}"
            else:
                value = _NUMBER.sub(_rounded, value)
            kept.append(f"{key}:{value}")
    return ";".join(kept)


def _rounded(match: re.Match[str]) -> str:
    number = round(float(match[0]), _DECIMALS)
    return f"{number:g}" if abs(number) < 1e5 else str(number)


def compact_path(d: str) -> str:
    """Write a path's data with relative moves in tenths of a unit: "M 1.04 2 L 3.01 2" becomes "M1 2l2 0".

    Only the commands Matplotlib writes (M, L, Q, C, Z, absolute) are read. Rounding is done on the absolute
    positions, so that errors do not add up along a curve.
    """
    out: list[str] = []
    tokens = _PATH_TOKEN.findall(d)
    x = y = start_x = start_y = i = 0
    last = ""
    while i < len(tokens):
        command = tokens[i].upper()
        i += 1
        if command == "Z":
            out.append("z")
            x, y, last = start_x, start_y, "z"
            continue
        tenths = [round(float(token) * 10) for token in tokens[i : i + 2 * _POINTS[command]]]
        i += 2 * _POINTS[command]
        moves = [value - (y if k % 2 else x) for k, value in enumerate(tenths)]
        if command == "L" and not any(moves):
            continue
        # The first move is absolute: "m" at the start of a path would do, but "M" says what it is.
        letter, numbers = ("M", tenths) if command == "M" else (command.lower(), moves)
        out.append(_joined(letter if letter != last or letter == "M" else "", numbers))
        x, y = tenths[-2:]
        if command == "M":
            start_x, start_y = x, y
        last = letter
    return "".join(out)


def _joined(letter: str, tenths: Sequence[int]) -> str:
    """A command and its numbers; a minus sign or the letter separates as well as a space does."""
    text = letter
    for k, value in enumerate(tenths):
        number = f"{value / 10:g}".replace("0.", ".", 1) if -10 < value < 10 else f"{value / 10:g}"
        text += number if (k == 0 and letter) or number.startswith("-") else f" {number}"
    return text


def _drop_invisible(root: ET.Element) -> None:
    """Remove what paints nothing: metadata, comments, empty groups' backgrounds, global style."""
    for parent in list(root.iter()):
        for child in list(parent):
            tag = child.tag.removeprefix(f"{{{_SVG}}}")
            if tag in ("metadata", "style") or "opacity: 0;" in child.get("style", "") + ";":
                parent.remove(child)


def _drop_unused_ids(root: ET.Element) -> None:
    used = set(re.findall(r"#([\w.-]+)", " ".join(v for e in root.iter() for v in e.attrib.values())))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)


def _drop_redundant(root: ET.Element) -> None:
    """Remove what changes nothing: rotations by 0, and strokes on uses of a marker that has its own."""
    own_stroke = {f"#{e.get('id')}" for e in root.iter() if e.get("id") and "stroke" in e.get("style", "")}
    for element in root.iter():
        if re.match(r"rotate\(-?0 [^)]*\)$", element.get("transform", "")):
            del element.attrib["transform"]
        if element.get(f"{{{_XLINK}}}href") in own_stroke:
            rules = element.get("style", "").split(";")
            element.set("style", ";".join(rule for rule in rules if not rule.strip().startswith("stroke")))


def _mark_gray_pictures(root: ET.Element) -> None:
    """Give pictures without colours a class: on a dark page their paper is dark and their ink is light."""
    for element in root.iter(f"{{{_SVG}}}image"):
        png = base64.b64decode(element.get(f"{{{_XLINK}}}href", "").partition("base64,")[2])
        pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
        if np.ptp(pixels, axis=2).max() == 0:
            element.set("class", "gray")


def _flatten(element: ET.Element) -> None:
    """Replace a group without attributes by its children, and drop one without children."""
    children: list[ET.Element] = []
    for child in element:
        _flatten(child)
        if child.tag == "g" and (not child.attrib or not len(child)):
            children.extend(child)
        elif not (child.tag == "defs" and not len(child)):
            children.append(child)
    for child in list(element):
        element.remove(child)
    element.extend(children)
