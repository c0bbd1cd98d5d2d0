"""The data sets: real values, honest splits, one line of help for a wrong name."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets as sklearn_datasets

from helpers import load_dataset
from helpers.data import Splits, split_indices, standardize

NAMES = ["digits", "breast_cancer", "moons", "spirals"]
SIZES = {"digits": (1797, 64, 10), "breast_cancer": (569, 30, 2), "moons": (600, 2, 2), "spirals": (600, 2, 2)}


def parts_of(splits):
    return splits.train, splits.validation, splits.test


def joined(splits):
    """All inputs and labels of the three parts, one below the other."""
    return tuple(torch.cat([part.tensors[i] for part in parts_of(splits)]) for i in (0, 1))


def sorted_rows(inputs, labels):
    return sorted([*row, label] for row, label in zip(inputs.tolist(), labels.tolist(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_shapes_types_and_sizes(name):
    splits = load_dataset(name)
    inputs, labels = joined(splits)
    assert (len(inputs), splits.n_features, splits.n_classes) == SIZES[name]
    assert inputs.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert labels.shape == (len(inputs),)
    assert labels.unique().tolist() == list(range(splits.n_classes))
    assert inputs.isfinite().all()
    assert splits.name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_part_has_every_class_in_the_same_share(name):
    splits = load_dataset(name)
    _, labels = joined(splits)
    for part, share in zip(parts_of(splits), (0.6, 0.2, 0.2), strict=True):
        counts = part.tensors[1].bincount(minlength=splits.n_classes)
        assert ((counts - share * labels.bincount()).abs() <= 1).all()


def test_digits_are_those_of_scikit_learn():
    bunch = sklearn_datasets.load_digits()
    inputs, labels = joined(load_dataset("digits"))
    expected = torch.tensor(bunch.data, dtype=torch.float32), torch.tensor(bunch.target)
    assert sorted_rows(16 * inputs, labels) == sorted_rows(*expected)
    assert (inputs.min(), inputs.max()) == (0, 1)
    pictures, classes = load_dataset("digits", seed=5).test.tensors
    first = bunch.images[(bunch.data == 16 * pictures[0].numpy()).all(axis=1)][0]
    torch.testing.assert_close(pictures.view(-1, 8, 8)[0], torch.tensor(first / 16, dtype=torch.float32))
    assert classes[0] in bunch.target[(bunch.data == 16 * pictures[0].numpy()).all(axis=1)]


def test_breast_cancer_is_that_of_scikit_learn_standardized_by_its_training_part():
    bunch = sklearn_datasets.load_breast_cancer()
    splits = load_dataset("breast_cancer")
    inputs, labels = joined(splits)
    train = splits.train.tensors[0]
    torch.testing.assert_close(train.mean(0), torch.zeros(30), atol=1e-5, rtol=0)
    torch.testing.assert_close(train.std(0), torch.ones(30), atol=1e-5, rtol=0)
    assert splits.validation.tensors[0].mean(0).abs().max() > 0.05, "the others are not standardized by themselves"
    assert splits.class_names == tuple(bunch.target_names)
    # Standardizing all by all undoes any shift and scale of columns, so the two must agree.
    raw = torch.tensor(bunch.data, dtype=torch.float32)
    ours, theirs = standardize(inputs, inputs), standardize(raw, raw)
    distance = torch.cdist(ours.double(), theirs.double(), compute_mode="donot_use_mm_for_euclid_dist")
    nearest = distance.argmin(dim=1)
    assert nearest.unique().numel() == len(raw)
    assert distance.min(dim=1).values.max() < 1e-3
    assert torch.equal(torch.tensor(bunch.target)[nearest], labels)


def test_moons_lie_around_those_of_scikit_learn():
    curve, sides = sklearn_datasets.make_moons(600, shuffle=False)
    inputs, labels = joined(load_dataset("moons"))
    for side in (0, 1):
        line = torch.tensor(curve[sides == side], dtype=torch.float32)
        gap = torch.cdist(inputs[labels == side], line).min(dim=1).values
        assert 0.1 < gap.square().mean().sqrt() < 0.25, "the noise has a standard deviation of 0.2"


def test_spirals_are_one_arm_and_the_same_arm_turned_by_half_a_circle():
    inputs, labels = joined(load_dataset("spirals"))
    turned = torch.where(labels[:, None] == 0, inputs, -inputs)
    radius, angle = turned.norm(dim=1), torch.atan2(turned[:, 1], turned[:, 0])
    assert radius.max() < 1.2
    outer = radius > 0.4
    off = torch.remainder(angle - 3 * torch.pi * radius + torch.pi, 2 * torch.pi) - torch.pi
    assert off[outer].abs().median() < 0.4
    assert off[outer].abs().max() < torch.pi / 1.5


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_gives_one_split(name):
    first, again, other = load_dataset(name, seed=3), load_dataset(name, seed=3), load_dataset(name, seed=4)
    for one, two in zip(parts_of(first), parts_of(again), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one.tensors, two.tensors, strict=True))
    assert not torch.equal(first.train.tensors[0], other.train.tensors[0])


@pytest.mark.parametrize("name", NAMES)
def test_the_global_generators_are_neither_used_nor_changed(name):
    torch.manual_seed(0)
    first = load_dataset(name)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    second = load_dataset(name)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(first.train.tensors[0], second.train.tensors[0])


labels_of_some_classes = st.lists(st.integers(0, 4), min_size=1, max_size=200).map(torch.tensor)


@given(labels_of_some_classes, st.integers(0, 2**32))
@settings(deadline=None)
def test_splits_are_disjoint_cover_everything_and_keep_the_shares(labels, seed):
    parts = split_indices(labels, torch.Generator().manual_seed(seed))
    assert torch.cat(parts).sort().values.tolist() == list(range(len(labels)))
    for part, share in zip(parts, (0.6, 0.2, 0.2), strict=True):
        for label in labels.unique():
            assert abs((labels[part] == label).sum() - share * (labels == label).sum()) <= 1.0001


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digit", "no data set is called 'digit'; did you mean 'digits'? Known: digits, breast_cancer, moons, spirals"),
        ("Moons", "no data set is called 'Moons'; did you mean 'moons'? Known: digits, breast_cancer, moons, spirals"),
        ("mnist", "no data set is called 'mnist'; Known: digits, breast_cancer, moons, spirals"),
        ("", "no data set is called ''; Known: digits, breast_cancer, moons, spirals"),
        (7, "no data set is called 7; Known: digits, breast_cancer, moons, spirals"),
    ],
)
def test_a_wrong_name_gets_one_line_of_help(name, message):
    with pytest.raises(ValueError, match="no data set") as caught:
        load_dataset(name)
    assert str(caught.value) == message


def test_splits_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_dataset("moons").train = None
    assert {field.name for field in dataclasses.fields(Splits)} == {
        *("name", "train", "validation", "test", "class_names")
    }
