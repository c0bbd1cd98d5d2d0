"""Measurements that need a GPU: taken where there is one, read from the book's own records elsewhere."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from helpers.device import get_device

_RECORDS = Path(__file__).parent / "records"

Values = dict[str, Any]


@dataclass(frozen=True)
class Measurement:
    """What was measured, and where: `values` is what the measuring function returned."""

    device: str
    torch: str
    date: str
    values: Values

    def __str__(self) -> str:
        return f"{self.device}, PyTorch {self.torch}, {self.date}"


def measured(name: str, measure: Callable[[torch.device], Values]) -> Measurement:
    """Measure on this machine's accelerator; where there is none, return the book's record of the same measurement.

    With the environment variable BOOK_RECORD set to a folder, a new measurement is also written there as a record,
    which `make test-gpu RECORD=1` does.

    Args:
        name: the record's name.
        measure: takes the device and returns what JSON can hold, its keys strings; called on an accelerator only.

    Raises:
        ValueError: there is no accelerator here, and no record of that name.
        TypeError: what `measure` returned cannot be recorded.

    """
    device = get_device()
    if device.type == "cpu":
        return _recorded(name)
    values = measure(device)
    try:
        # There and back, so that a new measurement has the very form of a recorded one.
        values = json.loads(json.dumps(values))
    except TypeError as error:
        raise TypeError(f"measured: {name!r} cannot be recorded ({error}); return numbers, strings and lists") from None
    here = Measurement(device_name(device), str(torch.__version__), datetime.date.today().isoformat(), values)
    if folder := os.environ.get("BOOK_RECORD"):
        text = json.dumps(asdict(here), indent=1, ensure_ascii=False) + "\n"
        (Path(folder) / f"{name}.json").write_text(text, encoding="utf-8")
    return here


def device_name(device: torch.device) -> str:
    """Return what the maker calls a device, such as "NVIDIA H200"; for a device that has no such name, its type."""
    backend: Any = getattr(torch, device.type, None)
    if hasattr(backend, "get_device_name"):
        return str(backend.get_device_name(device))
    return "Apple GPU" if device.type == "mps" else device.type.upper()


def _recorded(name: str) -> Measurement:
    path = _RECORDS / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in _RECORDS.glob("*.json"))) or "none"
        raise ValueError(f"measured: no accelerator here and no record of {name!r}; the records are: {known}")
    return Measurement(**json.loads(path.read_text(encoding="utf-8")))
