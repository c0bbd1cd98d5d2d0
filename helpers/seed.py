"""What can be fixed about chance: one seed for every generator, and deterministic algorithms for a while."""

from __future__ import annotations

import operator
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

# NumPy's global generator takes 32 bits; Python's and PyTorch's would take more.
MAX_SEED = 2**32 - 1


def set_seed(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's global generators, PyTorch's on every device.

    NumPy's newer generators (`np.random.default_rng`) have no global state: give them a seed where they are made.

    Args:
        seed: a whole number from 0 to 4294967295.

    Raises:
        TypeError: the seed is no whole number.
        ValueError: the seed is negative or too large. Nothing has been seeded then.

    Source: "Reproducibility" in PyTorch's notes.

    """
    seed = _checked(seed)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


@contextmanager
def deterministic(seed: int | None = None, *, warn_only: bool = False) -> Iterator[None]:
    """Let PyTorch use deterministic algorithms only, and on leaving restore what was found on entering.

    Inside, an operation that has no deterministic algorithm raises RuntimeError, and memory that would be left
    uninitialized is filled with NaN. Contexts nest; the same call can decorate a function.

    Args:
        seed: if given, `set_seed(seed)` on entering; every generator's state is restored on leaving too.
        warn_only: warn where it would raise.

    Raises:
        TypeError, ValueError: as `set_seed`, before anything is changed.

    Source: `torch.use_deterministic_algorithms` and "Reproducibility" in PyTorch's notes.

    """
    seed = None if seed is None else _checked(seed)
    with _algorithms_restored(), _generators_restored(enabled=seed is not None):
        torch.use_deterministic_algorithms(True, warn_only=warn_only)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
        if seed is not None:
            set_seed(seed)
        yield


@contextmanager
def _algorithms_restored() -> Iterator[None]:
    enabled = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    cudnn = torch.backends.cudnn
    cudnn_flags = cudnn.deterministic, cudnn.benchmark
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=warn_only)
        cudnn.deterministic, cudnn.benchmark = cudnn_flags


@contextmanager
def _generators_restored(*, enabled: bool) -> Iterator[None]:
    if not enabled:
        yield
        return
    python, numpy = random.getstate(), np.random.get_state()
    accelerator = torch.accelerator.current_accelerator()
    # Named, because fork_rng in older releases assumes CUDA; listed, because it warns when several are implied.
    kind = "cuda" if accelerator is None else accelerator.type
    try:
        with torch.random.fork_rng(devices=range(torch.accelerator.device_count()), device_type=kind):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _checked(seed: int) -> int:
    try:
        number = operator.index(seed)
    except TypeError:
        number = None
    if number is None or isinstance(seed, bool):
        raise TypeError(f"a seed must be a whole number, not {seed!r}; use for example 0")
    if not 0 <= number <= MAX_SEED:
        raise ValueError(f"the seed {number} is out of range; use a whole number from 0 to {MAX_SEED}")
    return number
