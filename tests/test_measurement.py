"""measured: on a machine with an accelerator, real or pretended, and on one without."""

import json
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import helpers.measurement as module
from helpers import get_device, measured

RECORDS = sorted(path.stem for path in module._RECORDS.glob("*.json"))
# What a measuring function may return: whatever is equal to itself after a round trip through JSON.
values = st.dictionaries(st.text(), st.floats(allow_nan=False) | st.text() | st.lists(st.integers()))


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.delenv("BOOK_RECORD", raising=False)
    monkeypatch.setattr(module, "get_device", lambda: torch.device("cuda"))
    monkeypatch.setattr(module, "device_name", lambda device: f"pretended {device.type}")


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setenv("BOOK_DEVICE", "cpu")


def never(device):
    raise AssertionError(f"measured on {device}")


def test_on_an_accelerator_it_measures_there(gpu):
    run = measured("new", lambda device: {"type": device.type})
    assert run.values == {"type": "cuda"}
    assert run.device == "pretended cuda"
    assert str(run) == f"pretended cuda, PyTorch {torch.__version__}, {run.date}"


def test_a_record_gives_back_what_was_measured(gpu, monkeypatch, tmp_path):
    monkeypatch.setenv("BOOK_RECORD", str(tmp_path))
    run = measured("new", lambda device: {"times": [1.5, 2.5]})
    monkeypatch.setattr(module, "_RECORDS", tmp_path)
    monkeypatch.setattr(module, "get_device", lambda: torch.device("cpu"))
    assert measured("new", never) == run


@given(values)
def test_a_new_measurement_has_the_form_of_a_recorded_one(result):
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("BOOK_RECORD", raising=False)
        monkeypatch.setattr(module, "get_device", lambda: torch.device("cuda"))
        monkeypatch.setattr(module, "device_name", lambda device: "pretended")
        run = measured("new", lambda device: result)
    assert replace(run, values=json.loads(json.dumps(run.values))) == run
    assert run.values == result


def test_what_json_cannot_hold_is_refused(gpu, monkeypatch, tmp_path):
    monkeypatch.setenv("BOOK_RECORD", str(tmp_path))
    with pytest.raises(TypeError, match=r"measured: 'new' cannot be recorded .*Tensor.*; return numbers"):
        measured("new", lambda device: {"loss": torch.ones(1)})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_is_complete(no_gpu, name):
    run = measured(name, never)
    assert run.device and run.torch and run.date and run.values


def test_an_unknown_record(no_gpu):
    with pytest.raises(ValueError, match="no accelerator here and no record of 'mat'; the records are: ") as error:
        measured("mat", never)
    assert all(name in str(error.value) for name in RECORDS)


def test_the_name_of_a_device():
    assert module.device_name(torch.device("mps")) == "Apple GPU"
    device = get_device()
    expected = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    assert expected is None or module.device_name(device) == expected
