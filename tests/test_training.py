"""Training and evaluation: right against plain arithmetic, and the same as chapter 6 derives them."""

import ast
import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import helpers.training
from helpers import count_correct, evaluate, load_dataset, predicted_classes, progress, train_one_epoch
from helpers.progress import is_silent

CHAPTER = Path(__file__).parents[1] / "book" / "06_training.ipynb"


class Plain(ast.NodeTransformer):
    """A function without what is left out in a chapter: its docstring and its types."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return node

    def visit_arg(self, node):
        node.annotation = None
        return node


def functions(source):
    """Every function of a piece of source by its name, as a normalized text."""
    tree = Plain().visit(ast.parse(source))
    return {node.name: ast.dump(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_helpers_are_what_the_chapter_derives():
    cells = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    derived = [
        "".join(cell["source"]) for cell in cells if "derives-helpers" in cell.get("metadata", {}).get("tags", [])
    ]
    ours = functions(Path(helpers.training.__file__).read_text(encoding="utf-8"))
    assert functions("\n".join(derived)) == ours
    assert set(ours) == {"train_one_epoch", "predicted_classes", "count_correct", "evaluate"}


def linear_data(n):
    generator = torch.Generator().manual_seed(n)
    inputs = torch.randn(n, 5, generator=generator)
    return inputs, (inputs.sum(dim=1) > 0).long()


@given(n=st.integers(1, 40), batch_size=st.integers(1, 40))
@settings(deadline=None, max_examples=30)
def test_the_loss_of_an_epoch_is_the_mean_over_its_samples(n, batch_size):
    """With a learning rate of zero the model stands still, so the batches must not matter."""
    inputs, labels = linear_data(n)
    torch.manual_seed(0)
    model, criterion = nn.Linear(5, 2), nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(inputs, labels), batch_size)
    expected = criterion(model(inputs), labels).item()
    trained = train_one_epoch(model, loader, criterion, torch.optim.SGD(model.parameters(), lr=0.0))
    measured, accuracy = evaluate(model, loader, criterion)
    assert trained == pytest.approx(expected, rel=1e-4)
    assert measured == pytest.approx(expected, rel=1e-4)
    assert accuracy == pytest.approx((model(inputs).argmax(1) == labels).float().mean().item())


def test_one_epoch_is_one_step_for_each_batch():
    inputs, labels = linear_data(10)
    torch.manual_seed(0)
    model = nn.Linear(5, 2)
    weight, bias = (parameter.detach().clone().requires_grad_() for parameter in (model.weight, model.bias))
    for rows in (slice(0, 4), slice(4, 8), slice(8, 10)):
        loss = nn.functional.cross_entropy(nn.functional.linear(inputs[rows], weight, bias), labels[rows])
        gradients = torch.autograd.grad(loss, (weight, bias))
        with torch.no_grad():
            weight -= 0.3 * gradients[0]
            bias -= 0.3 * gradients[1]
    loader = DataLoader(TensorDataset(inputs, labels), batch_size=4)
    train_one_epoch(model, loader, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.3))
    torch.testing.assert_close(model.weight, nn.Parameter(weight.detach()))
    torch.testing.assert_close(model.bias, nn.Parameter(bias.detach()))


def test_each_function_sets_the_mode_it_needs():
    inputs, labels = linear_data(8)
    model = nn.Sequential(nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 2))
    loader, criterion = DataLoader(TensorDataset(inputs, labels), 4), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    train_one_epoch(model, loader, criterion, optimizer)
    assert model[0].num_batches_tracked == 2
    assert evaluate(model, loader, criterion) == evaluate(model, loader, criterion)
    assert model[0].num_batches_tracked == 2
    assert not model.training
    train_one_epoch(model, loader, criterion, optimizer)
    assert model[0].num_batches_tracked == 4


def test_evaluation_leaves_parameters_and_gradients_alone():
    inputs, labels = linear_data(8)
    model = nn.Linear(5, 2)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    evaluate(model, [(inputs, labels)], nn.CrossEntropyLoss())
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)
    assert model.weight.grad is None


@given(st.lists(st.tuples(st.floats(-5, 5, width=32), st.integers(0, 1)), min_size=1, max_size=50))
def test_one_logit_is_compared_with_zero(rows):
    logits = torch.tensor([[logit] for logit, _ in rows])
    labels = torch.tensor([[float(label)] for _, label in rows])
    expected = sum((logit > 0) == bool(label) for logit, label in rows)
    assert count_correct(logits, labels) == expected
    assert predicted_classes(logits).shape == labels.shape


def test_several_logits_go_through_argmax():
    logits = torch.tensor([[0.0, 3.0, 1.0], [-1.0, -3.0, -2.0]])
    assert predicted_classes(logits).tolist() == [1, 0]
    assert count_correct(logits, torch.tensor([1, 2])) == 1


@pytest.mark.parametrize(("logits", "labels"), [((32, 1), (32,)), ((32, 10), (32, 1)), ((32, 10), (31,))])
def test_shapes_that_would_broadcast_are_refused(logits, labels):
    with pytest.raises(ValueError, match=r"predictions \(32.*against labels \(3"):
        count_correct(torch.zeros(logits), torch.zeros(labels))


def test_the_notes_evaluation_is_wrong_where_ours_is_right():
    """46.6 % and 1481.6 % for a model that is right every time."""
    torch.manual_seed(0)
    points = torch.randn(1000, 10)
    normal = torch.randn(10)
    sides = (points @ normal + 0.5 > 0).float()
    perfect = nn.Linear(10, 1)
    perfect.load_state_dict({"weight": normal[None], "bias": torch.tensor([0.5])})

    def as_in_the_notes(labels):
        correct = 0
        for inputs, expected in DataLoader(TensorDataset(points, labels), 32):
            _, predicted = torch.max(perfect(inputs), 1)
            correct += (predicted == expected).sum().item()
        return correct / 10

    assert as_in_the_notes(sides) == 46.6
    assert as_in_the_notes(sides[:, None]) == 1481.6
    loader = DataLoader(TensorDataset(points, sides[:, None]), 32)
    assert evaluate(perfect, loader, nn.BCEWithLogitsLoss())[1] == 1.0


def test_an_empty_loader_is_an_error():
    model = nn.Linear(5, 2)
    with pytest.raises(ZeroDivisionError):
        evaluate(model, [], nn.CrossEntropyLoss())
    with pytest.raises(ZeroDivisionError):
        train_one_epoch(model, [], nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.1))


def test_the_digits_can_be_learned():
    digits = load_dataset("digits")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), nn.CrossEntropyLoss()
    loader = DataLoader(digits.train, batch_size=32, shuffle=True)
    losses = [train_one_epoch(model, loader, criterion, optimizer) for _ in range(5)]
    assert losses[-1] < 0.2 < losses[0]
    assert evaluate(model, DataLoader(digits.test, batch_size=100), criterion)[1] > 0.9


@pytest.mark.parametrize(
    ("static", "bars", "silent"),
    [
        (None, None, False),
        ("1", None, True),
        ("linked", None, True),
        ("0", None, False),
        (None, "0", True),
        (None, "1", False),
    ],
)
def test_progress_is_silent_where_nobody_watches(monkeypatch, capsys, static, bars, silent):
    for variable, value in (("HELPERS_STATIC", static), ("HELPERS_PROGRESS", bars)):
        monkeypatch.delenv(variable, raising=False)
        if value is not None:
            monkeypatch.setenv(variable, value)
    assert is_silent() == silent
    assert list(progress(range(3), "epochs")) == [0, 1, 2]
    printed = capsys.readouterr()
    assert (printed.out + printed.err == "") == silent
