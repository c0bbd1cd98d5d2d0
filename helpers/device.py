"""Where tensors live: one function that finds the machine's accelerator, or the one that the reader asks for."""

from __future__ import annotations

import os

import torch

# The devices this book speaks of. "cuda" is also the name of AMD's GPUs, in a PyTorch built for ROCm.
_NAMES = ("cpu", "cuda", "mps", "xpu")


def get_device(name: str | None = None) -> torch.device:
    """Return the device to compute on: the accelerator PyTorch finds at run time, or else the CPU.

    Args:
        name: "cpu", "cuda", "cuda:1", "mps" or "xpu". By default the environment variable BOOK_DEVICE, and where that
            is unset or empty, whatever `torch.accelerator` finds.

    Raises:
        ValueError: the name is no device's.
        RuntimeError: the device is not there.

    Source: PyTorch's documentation of `torch.accelerator` (complete since 2.7).

    """
    if name is not None:
        return _named(name, "get_device", "leave the name out or use")
    name = os.environ.get("BOOK_DEVICE", "").strip()
    if name:
        return _named(name, "BOOK_DEVICE", "unset it or set it to")
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


def _named(name: str, asked_by: str, cure: str) -> torch.device:
    """The device of that name, or an error that says who asked for it and what to do."""
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        device = None
    if device is None or device.type not in _NAMES:
        raise ValueError(f"{asked_by}: {name!r} is no device; {cure} one of {', '.join(_NAMES)}")
    present = _present()
    if f"{device.type}:{device.index or 0}" not in present:
        raise RuntimeError(
            f"{asked_by}: there is no {name!r} here; {cure} one of those "
            f"that PyTorch {torch.__version__} finds: {', '.join(present)}"
        )
    return device


def _present() -> list[str]:
    """Every device that is there, as type:index."""
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is None:
        return ["cpu:0"]
    return ["cpu:0", *(f"{accelerator.type}:{i}" for i in range(torch.accelerator.device_count()))]
