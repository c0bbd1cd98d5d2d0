"""A progress bar where somebody is watching, and nothing where nobody is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

from tqdm.auto import tqdm

T = TypeVar("T")


def progress(iterable: Iterable[T], label: str = "") -> Iterable[T]:
    """Go through `iterable` with a progress bar called `label`.

    Without a bar when the book is built (environment variable HELPERS_STATIC) or HELPERS_PROGRESS is 0, so that the
    stored outputs of a chapter stay the same at every run.
    """
    if is_silent():
        return iterable
    bar: Iterable[T] = tqdm(iterable, desc=label)
    return bar


def is_silent() -> bool:
    """Whether the environment asks for no bars."""
    return os.environ.get("HELPERS_STATIC", "") not in ("", "0") or os.environ.get("HELPERS_PROGRESS") == "0"
