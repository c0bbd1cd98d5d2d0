"""set_seed and deterministic against the generators and switches that they stand for."""

import random
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import deterministic, set_seed

MAX_SEED = 2**32 - 1  # the largest that NumPy's global generator takes

SEEDS = st.integers(0, MAX_SEED)
CUDNN = torch.backends.cudnn


def draws():
    """A few numbers from each global generator."""
    return random.random(), float(np.random.rand()), torch.rand(3).tolist(), random.getrandbits(64)


def states():
    """The generators' states in a form that can be compared."""
    name, keys, position, *rest = np.random.get_state()
    return random.getstate(), (name, keys.tolist(), position, *rest), torch.get_rng_state().tolist()


def switches():
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        CUDNN.deterministic,
        CUDNN.benchmark,
    )


def undefined_order():
    """An operation that has no deterministic algorithm: two values written to one place."""
    return torch.zeros(3).put_(torch.tensor([0, 0]), torch.tensor([1.0, 2.0]))


@pytest.fixture(autouse=True)
def defaults_kept():
    """Every test starts from PyTorch's defaults and leaves them behind."""
    before = states()
    yield
    torch.use_deterministic_algorithms(False)
    CUDNN.deterministic = CUDNN.benchmark = False
    random.setstate(before[0])


@given(SEEDS)
def test_it_is_the_three_seedings_by_hand(seed):
    set_seed(seed)
    ours = draws()
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    assert ours == draws()


@given(SEEDS, SEEDS)
def test_the_same_seed_gives_the_same_draws_and_another_gives_others(one, other):
    set_seed(one)
    first = draws()
    set_seed(other)
    assert (draws() == first) == (one == other)


def test_every_torch_device_is_seeded(monkeypatch):
    """`torch.manual_seed` hands the seed to each backend; a mock notes it where there is no such device."""
    seeded = {}
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: seeded.update(cuda=seed))
    monkeypatch.setattr(torch.mps, "manual_seed", lambda seed: seeded.update(mps=seed))
    monkeypatch.setattr(torch.xpu, "manual_seed_all", lambda seed: seeded.update(xpu=seed))
    set_seed(7)
    assert seeded == {"cuda": 7, "mps": 7, "xpu": 7}
    assert torch.initial_seed() == 7


def test_models_and_shuffles_repeat():
    def run():
        set_seed(3)
        weights = torch.nn.Linear(4, 4).weight.tolist()
        loader = torch.utils.data.DataLoader(torch.arange(20), batch_size=20, shuffle=True)
        return weights, next(iter(loader)).tolist()

    assert run() == run()


def test_none_is_no_seed():
    with pytest.raises(TypeError, match="not None"):
        set_seed(None)


@pytest.mark.parametrize("seed", [0, MAX_SEED, np.int64(5), np.uint32(5), torch.tensor(5)])
def test_whole_numbers_of_any_type(seed):
    set_seed(seed)
    ours = draws()
    set_seed(int(seed))
    assert ours == draws()


@pytest.mark.parametrize("seed", [1.0, 1.5, "42", True, b"1", [1], torch.tensor(1.0)])
@pytest.mark.parametrize("function", [set_seed, lambda seed: deterministic(seed).__enter__()])
def test_what_is_no_whole_number_is_refused_before_anything_changes(seed, function):
    before = states(), switches()
    with pytest.raises(TypeError, match="must be a whole number") as error:
        function(seed)
    assert "\n" not in str(error.value)
    assert repr(seed) in str(error.value)
    assert before == (states(), switches())


@given(st.integers().filter(lambda seed: not 0 <= seed <= MAX_SEED))
@pytest.mark.parametrize("function", [set_seed, lambda seed: deterministic(seed).__enter__()])
def test_a_seed_out_of_range_is_refused_before_anything_changes(function, seed):
    before = states(), switches()
    with pytest.raises(ValueError, match="out of range") as error:
        function(seed)
    assert "\n" not in str(error.value)
    assert str(seed) in str(error.value)
    assert before == (states(), switches())


def test_inside_it_raises_and_outside_it_does_not():
    undefined_order()
    with deterministic(), pytest.raises(RuntimeError, match="deterministic implementation"):
        undefined_order()
    undefined_order()


def test_warn_only_warns():
    with deterministic(warn_only=True), pytest.warns(UserWarning, match="deterministic implementation"):
        undefined_order()


def test_uninitialized_memory_is_filled():
    with deterministic():
        assert torch.empty(100).isnan().all()


def test_it_sets_the_switches():
    CUDNN.benchmark = True
    with deterministic():
        assert switches() == (True, False, True, False)
    assert CUDNN.benchmark


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.none() | SEEDS, st.booleans())
@settings(deadline=None)
def test_it_restores_whatever_it_found(enabled, warned, cudnn, benchmark, warn_only, seed, fails):
    torch.use_deterministic_algorithms(enabled, warn_only=warned)
    CUDNN.deterministic, CUDNN.benchmark = cudnn, benchmark
    flags, generators = switches(), states()
    try:
        with deterministic(seed, warn_only=warn_only):
            assert switches() == (True, warn_only, True, False)
            if seed is not None:
                draws()
            if fails:
                raise KeyError("body")
    except KeyError:
        assert fails
    assert switches() == flags
    assert states() == generators


def test_a_seed_inside_repeats_and_leaves_the_draws_outside_alone():
    set_seed(0)
    plain = [torch.rand(1).item(), torch.rand(1).item()]
    set_seed(0)
    first = torch.rand(1).item()
    with deterministic(5):
        inside = draws()
    assert [first, torch.rand(1).item()] == plain
    with deterministic(5):
        assert draws() == inside


def test_without_a_seed_draws_go_on():
    set_seed(0)
    plain = [torch.rand(1).item(), torch.rand(1).item()]
    set_seed(0)
    with deterministic():
        first = torch.rand(1).item()
    assert [first, torch.rand(1).item()] == plain


def test_contexts_nest():
    with deterministic():
        with deterministic(1, warn_only=True):
            assert switches()[:2] == (True, True)
        assert switches()[:2] == (True, False)
    assert switches()[:2] == (False, False)


def test_it_decorates_a_function():
    @deterministic(9)
    def run():
        return draws()

    assert run() == run()
    assert switches()[0] is False


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
def test_the_generators_of_every_device_are_restored(monkeypatch, kind):
    """On a pretended accelerator with two devices, each one's state is read on entering and put back on leaving."""
    saved = {0: "state 0", 1: "state 1"}
    restored = {}
    module = getattr(torch, kind)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available=False: torch.device(kind))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    monkeypatch.setattr(module, "get_rng_state", lambda device: saved[device])
    monkeypatch.setattr(module, "set_rng_state", lambda state, device: restored.update({device: state}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with deterministic(0):
            assert not restored
    assert restored == saved


def test_on_the_real_accelerator_draws_go_on():
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is None:
        pytest.skip("no accelerator on this machine")
    set_seed(0)
    plain = [torch.rand(1, device=accelerator).item() for _ in range(2)]
    set_seed(0)
    first = torch.rand(1, device=accelerator).item()
    with deterministic(5):
        torch.rand(1, device=accelerator)
    assert [first, torch.rand(1, device=accelerator).item()] == plain
