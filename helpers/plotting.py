"""The book's drawing: one style, one colour for each method, functions f(data, *, ax=None) -> Axes.

Importing this module changes nothing; `use_book_style()` sets Matplotlib's defaults when called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, NullFormatter

# Each colour is also the name of a CSS variable once a figure stands in a page (see explore/frames.py), so that
# one SVG is right on light and on dark. Chosen for a contrast of at least 3:1 on white and told apart by readers
# with any of the common colour deficiencies (after Okabe and Ito's palette, its pale colours darkened).
INK = "#1f2328"
MUTED = "#5c636b"
GRID = "#d9dde2"
PAPER = "#fefefe"
PALETTE = ("#0072b2", "#d55e00", "#008f68", "#b0508e", "#a87400", "#1a8fbf", "#882255", "#6b6b00")

_SLOTS = {
    # activations
    **{"ReLU": 0, "LeakyReLU": 1, "ELU": 2, "SiLU": 3, "GELU": 4, "Sigmoid": 5, "Tanh": 6, "Softplus": 7},
    **{"SELU": 2, "Softmax": 7, "Identity": 7},
    # optimizers
    **{"SGD": 0, "Momentum": 1, "Adam": 2, "AdamW": 3, "RMSprop": 4, "Adagrad": 5, "Nesterov": 6, "Muon": 7},
    # initializations
    **{"He": 0, "default": 1, "Xavier": 2, "LeCun": 3, "Orthogonal": 4, "Normal": 5, "Constant": 6, "Zero": 7},
    # the two sides of a training run
    **{"train": 0, "validation": 1, "test": 2},
}

BOOK_STYLE: dict[Any, Any] = {
    # 5.5 inches are 396 SVG units: on a phone that gives it 340 px a label of 11 units is still 9 px high.
    "figure.figsize": (5.5, 3.4),
    "figure.dpi": 110,
    # Fixed margins instead of an automatic layout: axes that stay put while a slider moves.
    "figure.subplot.left": 0.13,
    "figure.subplot.right": 0.97,
    "figure.subplot.bottom": 0.16,
    "figure.subplot.top": 0.9,
    "font.family": ["DejaVu Sans"],
    "font.size": 12,
    "axes.titlesize": 12.5,
    # Titles at a fixed height: Matplotlib otherwise measures every tick label to place them, a fifth of a frame's time.
    "axes.titley": 1.0,
    "axes.labelsize": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.facecolor": PAPER,
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=PALETTE),
    "figure.facecolor": PAPER,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


def use_book_style() -> None:
    """Set Matplotlib's defaults to the book's style, for every figure made from now on."""
    plt.rcParams.update(BOOK_STYLE)


def color_of(name: str) -> str:
    """Return the hex colour that an activation, optimizer, initialization or data split has in the whole book.

    Raises:
        KeyError: the name has no colour; the message lists those that have one.

    """
    if name not in _SLOTS:
        raise KeyError(f"no colour is set for {name!r}; known names: {', '.join(_SLOTS)}")
    return PALETTE[_SLOTS[name]]


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power_of_ten(value: float, _position: int | None = None) -> str:
    """Write 0.001 as 10⁻³: plain text, where Matplotlib's own labels need its mathematics fonts."""
    exponent = f"{value:.0e}".partition("e")
    if exponent[0] != "1":
        return ""
    return "10" + str(int(exponent[2])).translate(_SUPERSCRIPTS)


def log_ticks(axis: Axis) -> None:
    """Label the powers of ten of a logarithmic axis in plain Unicode; pass `ax.xaxis` or `ax.yaxis`."""
    axis.set_major_formatter(FuncFormatter(_power_of_ten))
    axis.set_minor_formatter(NullFormatter())


def _new_axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def _to_numpy(values: Any) -> Any:
    return values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else values


def plot_curves(
    x: torch.Tensor,
    curves: Mapping[str, torch.Tensor],
    *,
    derivatives: Mapping[str, torch.Tensor] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw curves over `x` in the book's colours, each one's derivative dashed in the same colour.

    Args:
        x: shape (N,).
        curves: a label and values of shape (N,) each; a label `color_of` knows gets that colour.
        derivatives: by the same labels, shape (N,) each.
        ax: the axes to draw on; by default those of a new figure.

    """
    ax = _new_axes(ax)
    for i, (name, y) in enumerate(curves.items()):
        color = color_of(name) if name in _SLOTS else f"C{i}"
        ax.plot(_to_numpy(x), _to_numpy(y), color=color, label=name)
        if derivatives and name in derivatives:
            ax.plot(_to_numpy(x), _to_numpy(derivatives[name]), color=color, linestyle="--", label=f"{name}′")
    ax.legend()
    return ax


def plot_images(images: torch.Tensor, captions: Sequence[str], *, columns: int = 8, ax: Axes | None = None) -> Axes:
    """Draw small pictures in rows, each with its caption beneath.

    Args:
        images: shape (N, H, W), from 0 for paper to 1 for ink.
        captions: N texts.
        columns: how many pictures in a row.
        ax: the axes to draw on; by default those of a new figure, 5.5 inches wide and as high as the rows need.

    """
    n, height, width = images.shape
    rows = -(-n // columns)
    # Between the pictures: two pixels of nothing at the side, and room for the caption beneath.
    step_x, step_y = width + 2, height + height // 2
    if ax is None:
        _, ax = plt.subplots(figsize=(5.5, 5.5 * rows * step_y / (columns * step_x)))
        ax.set_position((0.01, 0, 0.98, 1))
    sheet = np.full((rows * step_y, columns * step_x - 2), np.nan)
    for i, (image, caption) in enumerate(zip(_to_numpy(images), captions, strict=True)):
        top, left = i // columns * step_y, i % columns * step_x
        sheet[top : top + height, left : left + width] = image
        ax.text(left + width / 2 - 0.5, top + height, caption, ha="center", va="top", color=INK, fontsize=11)
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="none")
    ax.axis("off")
    return ax


def plot_history(history: Mapping[str, Sequence[float]], *, ax: Axes | None = None) -> Axes:
    """Draw one curve for each name, such as "train" and "validation", over the epochs 1, 2, 3, ...

    Args:
        history: a label and one value per epoch each; a label `color_of` knows gets that colour.
        ax: the axes to draw on; by default those of a new figure.

    """
    ax = _new_axes(ax)
    for i, (name, values) in enumerate(history.items()):
        color = color_of(name) if name in _SLOTS else f"C{i}"
        ax.plot(range(1, len(values) + 1), values, color=color, label=name)
    ax.set_xlabel("epoch")
    ax.legend()
    return ax


def plot_confusion(matrix: torch.Tensor, class_names: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw how often each true class (row) was predicted as each class (column); zeros are left empty.

    Args:
        matrix: counts, shape (C, C).
        class_names: C texts.
        ax: the axes to draw on; by default those of a new square figure.

    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.5, 5.2))
    for true, predicted in matrix.nonzero().tolist():
        # Transparent colour under the number: it can be read on a light page and on a dark one.
        color = "C0" if true == predicted else "C1"
        ax.add_patch(Rectangle((predicted - 0.5, true - 0.5), 1, 1, facecolor=color, alpha=0.3, linewidth=0))
        ax.text(predicted, true, str(int(matrix[true, predicted])), ha="center", va="center", color=INK, fontsize=11)
    ticks = range(len(class_names))
    ax.set(xlim=(-0.5, len(ticks) - 0.5), ylim=(len(ticks) - 0.5, -0.5), xlabel="predicted", ylabel="true")
    ax.set_xticks(ticks, class_names)
    ax.set_yticks(ticks, class_names)
    return ax


def plot_decision_boundary(
    x: torch.Tensor, y: torch.Tensor, scores: torch.Tensor, *, color: str = INK, ax: Axes | None = None
) -> Axes:
    """Draw the line on which a model's score is zero: where it cannot decide between two classes.

    Args:
        x, y: the grid's positions, shapes (W,) and (H,).
        scores: shape (H, W), positive where the second class is predicted: the logit, or the difference of two.
        color: of the line.
        ax: the axes to draw on; by default those of a new figure.

    """
    ax = _new_axes(ax)
    ax.contour(_to_numpy(x), _to_numpy(y), _to_numpy(scores), levels=[0], colors=[color], linewidths=2)
    return ax
