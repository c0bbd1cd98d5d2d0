"""The book's data sets as tensors, already split; all come with scikit-learn or are computed, nothing is downloaded."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

# Of each class: 60 % to learn from, 20 % to choose by, and the rest to report on.
TRAIN_SHARE, VALIDATION_SHARE = 0.6, 0.2
# Enough for a clear decision boundary, few enough to train on in a second.
N_POINTS = 600


@dataclass(frozen=True)
class Splits:
    """A data set in three parts, each a `TensorDataset` of inputs (N, n_features) float32 and labels (N,) int64."""

    name: str
    train: TensorDataset
    validation: TensorDataset
    test: TensorDataset
    class_names: tuple[str, ...]

    @property
    def n_classes(self) -> int:
        """How many classes there are; the labels are 0 to n_classes - 1."""
        return len(self.class_names)

    @property
    def n_features(self) -> int:
        """How many numbers describe one sample."""
        return int(self.train.tensors[0].shape[1])


def load_dataset(name: str, *, seed: int = 0) -> Splits:
    """Return a data set split into train, validation and test with the same shares of every class.

    Args:
        name: one of
            "digits", 1,797 handwritten digits of 8 x 8 pixels in [0, 1], inputs (N, 64), 10 classes;
            "breast_cancer", 569 tumours with 30 measurements, standardized by the training part, 2 classes;
            "moons" and "spirals", 600 noisy points in the plane, inputs (N, 2), 2 classes.
        seed: decides who comes into which part, and the noise of the computed sets. The global generators are
            neither used nor changed.

    Raises:
        ValueError: there is no data set of that name.

    Source: digits and breast_cancer are scikit-learn's copies of the UCI repository's "Optical Recognition of
    Handwritten Digits" (its test part) and "Breast Cancer Wisconsin (Diagnostic)".

    """
    if name not in _SOURCES:
        close = difflib.get_close_matches(str(name).lower(), _SOURCES, n=1, cutoff=0.7)
        guess = f"did you mean {close[0]!r}? " if close else ""
        raise ValueError(f"no data set is called {name!r}; {guess}Known: {', '.join(_SOURCES)}")
    generator = torch.Generator().manual_seed(seed)
    inputs, labels, class_names = _SOURCES[name](generator)
    parts = split_indices(labels, generator)
    if name == "breast_cancer":
        inputs = standardize(inputs, inputs[parts[0]])
    train, validation, test = (TensorDataset(inputs[part], labels[part]) for part in parts)
    return Splits(name, train, validation, test, class_names)


def split_indices(labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Deal the positions of `labels`, shape (N,), into three parts, class by class; each part comes shuffled."""
    parts: tuple[list[Tensor], ...] = ([], [], [])
    for label in labels.unique():
        members = (labels == label).nonzero()[:, 0]
        members = members[torch.randperm(len(members), generator=generator)]
        n_train, n_validation = round(TRAIN_SHARE * len(members)), round(VALIDATION_SHARE * len(members))
        for part, chosen in zip(parts, members.tensor_split([n_train, n_train + n_validation]), strict=True):
            part.append(chosen)
    train, validation, test = (_shuffled(torch.cat(part), generator) for part in parts)
    return train, validation, test


def standardize(inputs: Tensor, reference: Tensor) -> Tensor:
    """Shift and scale each column of `inputs` (N, F) by the mean and standard deviation of `reference` (M, F)."""
    return (inputs - reference.mean(0)) / reference.std(0)


def _shuffled(values: Tensor, generator: torch.Generator) -> Tensor:
    return values[torch.randperm(len(values), generator=generator)]


_Source = tuple[Tensor, Tensor, tuple[str, ...]]


def _digits(_generator: torch.Generator) -> _Source:
    from sklearn.datasets import load_digits  # here, since importing scikit-learn takes longer than all the rest

    bunch = load_digits()
    inputs = torch.tensor(bunch.data / 16, dtype=torch.float32)  # 16 is the brightest value of a pixel
    return inputs, torch.tensor(bunch.target, dtype=torch.int64), tuple(str(digit) for digit in range(10))


def _breast_cancer(_generator: torch.Generator) -> _Source:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    inputs = torch.tensor(bunch.data, dtype=torch.float32)
    return inputs, torch.tensor(bunch.target, dtype=torch.int64), tuple(str(name) for name in bunch.target_names)


def _moons(generator: torch.Generator) -> _Source:
    """Two half circles that reach into each other."""
    angle = torch.linspace(0, math.pi, N_POINTS // 2)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    return _two_classes(upper, lower, 0.2, generator)


def _spirals(generator: torch.Generator) -> _Source:
    """Two arms, the second the first turned by half a circle; one and a half turns, in the square from -1 to 1."""
    # The square root spreads the points evenly along the arm's area instead of crowding them in the middle.
    radius = torch.linspace(0.02, 1, N_POINTS // 2).sqrt()
    angle = 3 * math.pi * radius
    arm = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
    return _two_classes(arm, -arm, 0.04, generator)


def _two_classes(first: Tensor, second: Tensor, noise: float, generator: torch.Generator) -> _Source:
    inputs = torch.cat([first, second])
    inputs = inputs + noise * torch.randn(inputs.shape, generator=generator)
    labels = torch.arange(2).repeat_interleave(len(first))
    return inputs, labels, ("0", "1")


_SOURCES: dict[str, Callable[[torch.Generator], _Source]] = {
    "digits": _digits,
    "breast_cancer": _breast_cancer,
    "moons": _moons,
    "spirals": _spirals,
}
