"""What the book's chapters share: device, seeds, data, training, figures, explorers and exercises.

A chapter imports from here alone; the modules below import one another downwards only.
"""

from helpers.cards import Card, gallery
from helpers.data import Splits, load_dataset
from helpers.device import get_device
from helpers.exercise import exercise
from helpers.explore import explore, show
from helpers.measurement import measured
from helpers.plotting import (
    GRID,
    INK,
    MUTED,
    PAPER,
    color_of,
    log_ticks,
    plot_confusion,
    plot_curves,
    plot_decision_boundary,
    plot_history,
    plot_images,
    use_book_style,
)
from helpers.progress import progress
from helpers.seed import deterministic, set_seed
from helpers.training import count_correct, evaluate, predicted_classes, train_one_epoch

__all__ = [
    "GRID",
    "INK",
    "MUTED",
    "PAPER",
    "Card",
    "Splits",
    "color_of",
    "count_correct",
    "deterministic",
    "evaluate",
    "exercise",
    "explore",
    "gallery",
    "get_device",
    "load_dataset",
    "log_ticks",
    "measured",
    "plot_confusion",
    "plot_curves",
    "plot_decision_boundary",
    "plot_history",
    "plot_images",
    "predicted_classes",
    "progress",
    "set_seed",
    "show",
    "train_one_epoch",
    "use_book_style",
]
