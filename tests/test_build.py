"""The build where something goes wrong: KaTeX's server that is slow, or that outlives a failed build."""

import subprocess
import sys

import pytest

from tools import katex_server
from tools.build import end_group


@pytest.fixture
def server(monkeypatch):
    """A server that refuses as many connections as `refusals` says; the calls are counted."""
    calls = []

    def start(rundir, timeout):
        calls.append((rundir, timeout))
        (rundir / "katex.sock").touch()
        if len(calls) <= start.refusals:
            raise ConnectionRefusedError
        return "process", "socket"

    monkeypatch.setattr(katex_server, "_start", start)
    monkeypatch.setattr(katex_server, "PAUSES", [0, 0])
    return start, calls


@pytest.mark.parametrize("refusals", [0, 1, 2])
def test_a_server_that_does_not_listen_yet_is_asked_again(server, tmp_path, refusals):
    start, calls = server
    start.refusals = refusals
    assert katex_server.start_patiently(tmp_path, 3.0) == ("process", "socket")
    assert calls == [(tmp_path, 3.0)] * (refusals + 1)


def test_a_server_that_never_listens_is_an_error(server, tmp_path):
    start, calls = server
    start.refusals = 9
    with pytest.raises(ConnectionRefusedError):
        katex_server.start_patiently(tmp_path, 3.0)
    assert len(calls) == 3


def test_what_a_process_left_running_is_ended():
    # The child would say that it survived into the pipe that it inherits.
    child = "import time; time.sleep(20); print('survived')"
    leave_one = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", leave_one], stdout=subprocess.PIPE, start_new_session=True) as process:
        process.wait()
        end_group(process.pid)
        assert process.stdout is not None
        assert process.stdout.read() == b""


def test_a_group_that_is_gone_is_no_error():
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    end_group(process.pid)
