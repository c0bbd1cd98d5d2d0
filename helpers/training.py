"""Training and evaluation, exactly as chapter 6 derives them; a test compares the two.

In all of them `loader` yields batches of inputs and labels. The labels are what the criterion asks for: int64 (N,) for
`nn.CrossEntropyLoss`, float32 (N, 1) for `nn.BCEWithLogitsLoss` behind a model with one output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]
Criterion = Callable[[Tensor, Tensor], Tensor]


def train_one_epoch(
    model: nn.Module,
    loader: Loader,
    criterion: Criterion,
    optimizer: torch.optim.Optimizer,
    device: torch.device | str = "cpu",
) -> float:
    """Train on every batch once; return the mean loss over the samples, each taken before its batch's step.

    The criterion must average over its batch, as PyTorch's do by default.

    Raises:
        ZeroDivisionError: the loader is empty.

    """
    model.train()
    total, count = 0.0, 0
    for inputs, labels in loader:
        inputs, labels = inputs.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
        count += len(inputs)
    return total / count


def predicted_classes(logits: Tensor) -> Tensor:
    """Return the class of each row: int64 (N,) for logits (N, C), and (N, 1), zeros and ones, for logits (N, 1)."""
    if logits.shape[1] == 1:
        return (logits > 0).long()
    return logits.argmax(dim=1)


def count_correct(logits: Tensor, labels: Tensor) -> int:
    """Return how many rows of logits (N, C) or (N, 1) give the label: labels (N,) or (N, 1).

    Raises:
        ValueError: predictions and labels differ in shape; comparing them would broadcast.

    """
    predicted = predicted_classes(logits)
    if predicted.shape != labels.shape:
        raise ValueError(f"predictions {tuple(predicted.shape)} against labels {tuple(labels.shape)}")
    return int((predicted == labels).sum())


def evaluate(
    model: nn.Module, loader: Loader, criterion: Criterion, device: torch.device | str = "cpu"
) -> tuple[float, float]:
    """Return the mean loss over the samples and the share of them that the model classifies correctly.

    The model is left in eval mode; `train_one_epoch` switches back.

    Raises:
        ValueError: predictions and labels differ in shape.
        ZeroDivisionError: the loader is empty.

    """
    model.eval()
    total, correct, count = 0.0, 0, 0
    with torch.inference_mode():
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)
            logits = model(inputs)
            total += criterion(logits, labels).item() * len(inputs)
            correct += count_correct(logits, labels)
            count += len(inputs)
    return total / count, correct / count
