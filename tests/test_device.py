"""get_device against `torch.accelerator`, real and pretended."""

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import get_device


@pytest.fixture(autouse=True)
def no_override(monkeypatch):
    monkeypatch.delenv("BOOK_DEVICE", raising=False)


def pretend(monkeypatch, kind, count=1, *, available=True):
    """Let `torch.accelerator` report `count` devices of one kind, or a build whose device is not there at run time."""

    def current_accelerator(check_available=False):
        if kind is None or (check_available and not available):
            return None
        return torch.device(kind)

    monkeypatch.setattr(torch.accelerator, "current_accelerator", current_accelerator)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: count if kind and available else 0)


def one_line(error):
    text = str(error.value)
    assert "\n" not in text
    return text


def test_it_is_what_torch_accelerator_finds():
    found = torch.accelerator.current_accelerator(check_available=True)
    assert get_device() == (found or torch.device("cpu"))


def test_a_tensor_can_be_made_there():
    assert torch.ones(2, device=get_device()).sum().item() == 2


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
def test_an_accelerator_comes_first(monkeypatch, kind):
    pretend(monkeypatch, kind)
    assert get_device() == torch.device(kind)


@pytest.mark.parametrize("kind", [None, "cuda", "mps", "xpu"])
def test_the_cpu_where_no_accelerator_is_available(monkeypatch, kind):
    pretend(monkeypatch, kind, available=False)
    assert get_device() == torch.device("cpu")


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
@pytest.mark.parametrize("name", ["cpu", "cpu:0", "{}", "{}:0"])
def test_the_override_wins(monkeypatch, kind, name):
    pretend(monkeypatch, kind)
    name = name.format(kind)
    monkeypatch.setenv("BOOK_DEVICE", name)
    assert get_device() == torch.device(name)


def test_the_second_gpu(monkeypatch):
    pretend(monkeypatch, "cuda", 2)
    monkeypatch.setenv("BOOK_DEVICE", "cuda:1")
    assert get_device() == torch.device("cuda:1")


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_override_is_none(monkeypatch, empty):
    pretend(monkeypatch, "mps")
    monkeypatch.setenv("BOOK_DEVICE", empty)
    assert get_device() == torch.device("mps")


def test_the_argument_wins_over_the_override(monkeypatch):
    pretend(monkeypatch, "cuda")
    monkeypatch.setenv("BOOK_DEVICE", "cuda")
    assert get_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("kind", [None, "mps", "cuda"])
def test_a_device_that_is_not_there(monkeypatch, kind):
    pretend(monkeypatch, kind)
    missing = "xpu" if kind == "cuda" else "cuda"
    monkeypatch.setenv("BOOK_DEVICE", missing)
    with pytest.raises(RuntimeError) as error:
        get_device()
    text = one_line(error)
    assert text.startswith(f"BOOK_DEVICE: there is no '{missing}' here")
    assert "unset it" in text
    assert text.endswith("cpu:0" if kind is None else f"cpu:0, {kind}:0")


def test_a_gpu_built_for_but_absent(monkeypatch):
    pretend(monkeypatch, "cuda", available=False)
    with pytest.raises(RuntimeError, match="get_device: there is no 'cuda' here; leave the name out or use") as error:
        get_device("cuda")
    assert one_line(error).endswith(": cpu:0")


@pytest.mark.parametrize(("name", "count"), [("cuda:1", 1), ("cuda:8", 8), ("cpu:1", 1)])
def test_an_index_that_is_not_there(monkeypatch, name, count):
    pretend(monkeypatch, "cuda", count)
    with pytest.raises(RuntimeError, match=f"no '{name}' here") as error:
        get_device(name)
    assert f"cuda:{count - 1}" in one_line(error)


@pytest.mark.parametrize("name", ["gpu", "CUDA", "cuda:", "cuda:-1", "cuda:x", "meta", "0", ""])
def test_a_name_that_is_no_device(name):
    with pytest.raises(ValueError, match="is no device") as error:
        get_device(name)
    assert repr(name) in one_line(error)
    assert one_line(error).endswith("one of cpu, cuda, mps, xpu")


@given(st.text())
def test_any_text_gives_a_device_or_a_one_line_error(text):
    try:
        outcome = get_device(text)
    except (ValueError, RuntimeError) as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert len(outcome.splitlines()) == 1
        assert repr(text) in outcome
    else:
        assert outcome == torch.device(text)


@given(st.integers(0, 20), st.integers(0, 20))
def test_an_index_is_there_exactly_below_the_count(count, index):
    with pytest.MonkeyPatch.context() as monkeypatch:
        pretend(monkeypatch, "cuda", count)
        if index < count:
            assert get_device(f"cuda:{index}") == torch.device("cuda", index)
        else:
            with pytest.raises(RuntimeError, match=f"no 'cuda:{index}' here"):
                get_device(f"cuda:{index}")


def test_the_environment_is_read_at_the_call_and_nothing_is_started():
    """Finding the device must not start CUDA: a DataLoader's forked workers could then not use it."""
    code = (
        "import os; os.environ.pop('BOOK_DEVICE', None); import torch; from helpers import get_device; "
        "os.environ['BOOK_DEVICE'] = 'cpu'; print(get_device(), torch.cuda.is_initialized())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["cpu", "False"]
