"""A control's abbreviation, in the grammar of `ipywidgets.interact`, becomes its ordered values and labels.

Standard library only: what can be wrong with a call of `explore` is found here, before anything is drawn.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Literal

# Every state is drawn when the book is built: 1,500 frames of 20 ms are half a minute.
MAX_STATES = 1500

Kind = Literal["slider", "choice", "toggle"]


class ExploreError(ValueError):
    """A call of `explore` that cannot work; the message names the culprit and the cure."""


@dataclass(frozen=True)
class Control:
    """One parameter of `draw`: the values it takes, in order, and how each is written.

    Attributes:
        name: the parameter's name.
        kind: "slider" (ordered numbers), "choice" (one of several) or "toggle" (off, on).
        values: what `draw` is called with.
        labels: what the reader sees, one for each value.
        start: the position of the initial value.

    """

    name: str
    kind: Kind
    values: tuple[Any, ...]
    labels: tuple[str, ...]
    start: int = 0

    @property
    def title(self) -> str:
        """The name as the reader sees it."""
        return self.name.replace("_", " ")


def controls_for(draw: Callable[..., Any], abbreviations: Mapping[str, Any]) -> tuple[Control, ...]:
    """Turn the keyword arguments of `explore(draw, ...)` into controls, each starting at `draw`'s default.

    Raises:
        ExploreError: there is no control, one does not fit `draw`, or the states are more than `MAX_STATES`.

    """
    parameters = _parameters(draw)
    if not abbreviations:
        raise ExploreError(f"explore({_name(draw)}) has no control: pass at least one, such as slope=(0.0, 1.0, 0.1)")
    _check_names(draw, parameters, abbreviations)
    controls = tuple(
        _started(_control(name, abbreviation), parameters.get(name)) for name, abbreviation in abbreviations.items()
    )
    _check_budget(controls)
    return controls


def state_count(controls: Sequence[Control]) -> int:
    """The number of states: the product of the controls' numbers of values."""
    return math.prod(len(control.values) for control in controls)


def positions(controls: Sequence[Control]) -> Iterator[tuple[int, ...]]:
    """Every state as the positions of its values, in the order of the states' numbers (the last control fastest)."""
    return itertools.product(*(range(len(control.values)) for control in controls))


def values_at(controls: Sequence[Control], position: Sequence[int]) -> dict[str, Any]:
    """The keyword arguments for `draw` at one state."""
    return {control.name: control.values[i] for control, i in zip(controls, position, strict=True)}


def describe(controls: Sequence[Control], position: Sequence[int]) -> str:
    """One state in words, for an error's message: "slope=0.1, activation=ReLU"."""
    return ", ".join(f"{control.name}={control.labels[i]}" for control, i in zip(controls, position, strict=True))


def start_state(controls: Sequence[Control]) -> int:
    """The number of the initial state."""
    number = 0
    for control in controls:
        number = number * len(control.values) + control.start
    return number


def _name(draw: Callable[..., Any]) -> str:
    return getattr(draw, "__name__", type(draw).__name__)


def _parameters(draw: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    if not callable(draw):
        raise ExploreError(f"explore's first argument must be a function that returns a Figure, not {draw!r}")
    return inspect.signature(draw).parameters


def _check_names(
    draw: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], abbreviations: Mapping[str, Any]
) -> None:
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in abbreviations:
        if name not in parameters and not takes_any:
            known = ", ".join(parameters) or "none at all"
            raise ExploreError(f"{_name(draw)} has no parameter {name!r}: its parameters are {known}")
    for name, parameter in parameters.items():
        optional = parameter.default is not parameter.empty or parameter.kind in (
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        )
        if name not in abbreviations and not optional:
            raise ExploreError(f"{_name(draw)} needs {name!r}: pass a control for it, or give it a default")


def _check_budget(controls: Sequence[Control]) -> None:
    count = state_count(controls)
    if count > MAX_STATES:
        sizes = " x ".join(f"{control.name} {len(control.values)}" for control in controls)
        raise ExploreError(f"{sizes} = {count:,} states are above the budget of {MAX_STATES:,}: use fewer values")


def _control(name: str, abbreviation: Any) -> Control:
    if isinstance(abbreviation, bool):
        return Control(name, "toggle", (False, True), ("off", "on"), int(abbreviation))
    if isinstance(abbreviation, Mapping):
        return _choice(name, tuple(abbreviation.values()), tuple(str(label) for label in abbreviation))
    if isinstance(abbreviation, tuple) and len(abbreviation) in (2, 3) and all(map(_is_number, abbreviation)):
        return _range(name, abbreviation)
    if isinstance(abbreviation, Sequence) and not isinstance(abbreviation, str):
        return _listed(name, tuple(abbreviation))
    raise ExploreError(
        f"control {name!r} is {abbreviation!r}: use (lo, hi, step), a list of numbers, a list of strings, "
        "a dict of labels and values, or a bool"
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _choice(name: str, values: tuple[Any, ...], labels: tuple[str, ...]) -> Control:
    if not values:
        raise ExploreError(f"control {name!r} is empty: give it at least one value")
    return Control(name, "choice", values, labels)


def _listed(name: str, values: tuple[Any, ...]) -> Control:
    if all(isinstance(value, str) for value in values):
        return _choice(name, values, values)
    if not all(map(_is_number, values)):
        raise ExploreError(
            f"control {name!r} mixes kinds in {list(values)!r}: use numbers only, strings only, or a dict"
        )
    if not all(map(math.isfinite, values)):
        raise ExploreError(f"control {name!r} has a value that is not finite in {list(values)!r}: leave it out")
    return Control(name, "slider", values, tuple(map(number_label, values)))


def _range(name: str, bounds: tuple[Any, ...]) -> Control:
    whole = all(isinstance(bound, Integral) for bound in bounds)
    if not all(map(math.isfinite, bounds)):
        raise ExploreError(f"control {name!r} has a bound that is not finite: {bounds}")
    # Decimals, so that (0.0, 0.3, 0.1) ends at 0.3 and not at 0.30000000000000004.
    low, high = (Decimal(str(bound)) for bound in bounds[:2])
    step = Decimal(str(bounds[2])) if len(bounds) == 3 else Decimal("1" if whole else "0.1")
    if step <= 0 or high < low:
        raise ExploreError(f"control {name!r} is empty: {bounds} needs low <= high and a step above 0")
    count = int((high - low) / step) + 1
    if count > MAX_STATES:
        raise ExploreError(f"control {name!r} has {count:,} values, above the budget of {MAX_STATES:,}: widen its step")
    numbers = [low + i * step for i in range(count)]
    values = tuple(int(number) if whole else float(number) for number in numbers)
    return Control(name, "slider", values, tuple(map(number_label, values)))


def number_label(value: float) -> str:
    """Write a number briefly: 0.25, 16, 1e-5, with a true minus sign."""
    mantissa, exponential, exponent = f"{float(value):.6g}".partition("e")
    text = f"{mantissa}e{int(exponent)}" if exponential else mantissa
    return text.replace("-", "−")


def _started(control: Control, parameter: inspect.Parameter | None) -> Control:
    """The control, starting at the default of `draw`'s parameter where it has one."""
    if control.kind == "toggle" or parameter is None or parameter.default is parameter.empty:
        return control
    for i, (value, label) in enumerate(zip(control.values, control.labels, strict=True)):
        if _same(parameter.default, value) or _same(parameter.default, label):
            return Control(control.name, control.kind, control.values, control.labels, i)
    raise ExploreError(
        f"the default {control.name}={parameter.default!r} is none of its control's values "
        f"({', '.join(control.labels[:8])}{', …' if len(control.labels) > 8 else ''}): add it, or change the default"
    )


def _same(default: Any, value: Any) -> bool:
    """Whether a default is this value; never `==` on tensors, whose answer is no bool."""
    if default is value:
        return True
    if _is_number(default) and _is_number(value):
        return math.isclose(default, value, rel_tol=1e-9)
    return isinstance(default, str) and isinstance(value, str) and default == value
