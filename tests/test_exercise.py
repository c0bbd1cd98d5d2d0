"""helpers.exercise: what a reader sees for every kind of answer.

PYTEST_DONT_REWRITE: pytest would otherwise put its own messages into the checks' asserts.
"""

from __future__ import annotations

import traceback

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.exercise import BLANK, MAX_CHARACTERS, Check, exercise


@exercise
def check_minimum(answer):
    """The smallest value of SiLU."""
    x = torch.linspace(-6, 6, 12_001)
    assert abs(answer - F.silu(x).min()) < 1e-3, "take .min() on a fine grid"


@exercise
def check_relu(relu):
    """ReLU by hand"""
    x = torch.linspace(-2, 2, 5)
    torch.testing.assert_close(relu(x), F.relu(x))


@exercise
def check_pair(first, second):
    """Both numbers"""
    assert first == 1, "the first is one"
    assert second == 2


@exercise
def check_module(module):
    """A module"""
    assert module()(torch.ones(1)).item() == 2, "double it"


@exercise
def check_in_place(fill):
    """Zeros, in place"""
    x = torch.ones(3)
    fill(x)
    assert x.sum() == 0, "x still holds ones"


def said(capsys, check: Check, *answers: object) -> str:
    """What a check prints: always one line, and it returns None."""
    assert check(*answers) is None
    out = capsys.readouterr().out
    assert out.endswith("\n") and out.count("\n") == 1, out
    return out.strip()


def test_right_answers(capsys):
    assert said(capsys, check_minimum, torch.tensor(-0.27846)) == "Right: The smallest value of SiLU."
    assert said(capsys, check_minimum, -0.27846) == "Right: The smallest value of SiLU."
    assert said(capsys, check_relu, lambda x: x.clamp(min=0)) == "Right: ReLU by hand."
    assert said(capsys, check_relu, F.relu) == "Right: ReLU by hand."
    assert said(capsys, check_relu, nn.ReLU()) == "Right: ReLU by hand."
    assert said(capsys, check_pair, 1, 2) == "Right: Both numbers."
    assert said(capsys, check_in_place, lambda x: x.zero_()) == "Right: Zeros, in place."


def test_a_function_that_works_in_place_may_return_nothing(capsys):
    def fill(x):
        x.zero_()

    assert said(capsys, check_in_place, fill) == "Right: Zeros, in place."

    def wrong(x):
        x.add_(1)

    assert said(capsys, check_in_place, wrong) == "Not yet: x still holds ones"


def nothing(x): ...


def nothing_but_words(x):
    """Return ReLU of x."""
    ...


def returns_ellipsis(x):
    return ...


def half_filled(x):
    y = x * ...
    return y


def half_filled_call(x):
    return F.relu(...)


def unfilled_name(x):
    y = ...
    print(end="")
    return y


class IdleForward(nn.Module):
    def forward(self, x): ...


@pytest.mark.parametrize(
    "blank",
    [
        *(..., None, (..., 1), [...]),
        *(nothing, nothing_but_words, returns_ellipsis, half_filled, half_filled_call, unfilled_name),
        *(lambda x: ..., lambda x: None),
    ],
)
def test_blank_answers(capsys, blank):
    assert said(capsys, check_relu, blank) == BLANK
    with pytest.raises(AssertionError, match="Not answered yet"):
        check_relu.solution(blank)


def test_more_blanks(capsys):
    assert said(capsys, check_pair, 1, ...) == BLANK
    assert said(capsys, check_pair, ..., 2) == BLANK
    assert said(capsys, check_pair) == BLANK
    assert said(capsys, check_module, IdleForward) == BLANK
    assert said(capsys, check_relu, IdleForward()) == BLANK


def test_a_tensor_is_never_blank(capsys):
    assert said(capsys, check_pair, torch.tensor(1), torch.tensor(2)) == "Right: Both numbers."
    assert said(capsys, check_minimum, torch.zeros(3)).startswith("Not yet: ")
    assert said(capsys, check_minimum, torch.tensor([])).startswith("Not yet: ")


def test_hints(capsys):
    assert said(capsys, check_minimum, 0.0) == "Not yet: take .min() on a fine grid"
    assert said(capsys, check_pair, 0, 2) == "Not yet: the first is one"


def test_an_assert_without_a_message_shows_itself(capsys):
    assert said(capsys, check_pair, 1, 3) == "Not yet: it does not hold that second == 2"


def test_the_message_of_assert_close_is_trimmed(capsys):
    text = said(capsys, check_relu, lambda x: x)
    assert text.startswith("Not yet: Tensor-likes are not close! Mismatched elements: 2 / 5 (40.0%);")
    assert "Greatest absolute difference: 2.0 at index (0,)" in text and "relative" not in text
    assert "shape" in said(capsys, check_relu, lambda x: x[:2])
    assert "dtype" in said(capsys, check_relu, lambda x: F.relu(x).double())


def test_an_error_in_the_readers_function(capsys):
    def two_names(x, y):
        return x

    text = said(capsys, check_relu, two_names)
    assert text.startswith("Not yet: your function raised TypeError: ") and "'y'" in text

    def own_assert(x):
        assert x.ndim == 7

    assert said(capsys, check_relu, own_assert) == "Not yet: your function raised AssertionError"

    def endless(x):
        return endless(x)

    assert said(capsys, check_relu, endless).startswith("Not yet: your function raised RecursionError: ")

    def long(x):
        raise ValueError("many words " * 100)

    assert len(said(capsys, check_relu, long)) <= MAX_CHARACTERS


def test_a_forgotten_return(capsys):
    def forgets(x):
        x.clamp(min=0)

    assert said(capsys, check_relu, forgets) == "Not yet: your function returned None. Is its return missing?"


@pytest.mark.parametrize("wrong", ["-0.28", [1, 2], {}, object(), torch.relu, IdleForward, torch.zeros(2, 2), 1j])
def test_a_wrong_type_does_not_raise(capsys, wrong):
    for check in (check_minimum, check_relu, check_module, check_in_place):
        text = said(capsys, check, wrong)
        assert text == BLANK or text.startswith(("Not yet: ", "Right: ")), text
    assert "(str)" in said(capsys, check_minimum, "-0.28")


def test_a_wrong_number_of_answers_does_not_raise(capsys):
    assert "second" in said(capsys, check_pair, 1)
    assert said(capsys, check_minimum, 1, 2).startswith("Not yet: ")


def test_a_check_may_expect_the_readers_function_to_raise(capsys):
    @exercise
    def check_refusal(function):
        """It refuses"""
        try:
            function(-1)
        except ValueError:
            return
        raise AssertionError("raise a ValueError")

    def refuses(x):
        raise ValueError

    assert said(capsys, check_refusal, refuses) == "Right: It refuses."
    assert said(capsys, check_refusal, lambda x: x) == "Not yet: raise a ValueError"


def test_a_wrapped_function_keeps_its_name_and_signature(capsys):
    @exercise
    def check_name(function):
        """Its name"""
        assert function.__name__ == "half_filled" and function.__wrapped__.__code__.co_argcount == 1

    assert said(capsys, check_name, half_filled) == "Right: Its name."


def test_solution(capsys):
    assert check_minimum.solution(-0.27846) is None
    assert capsys.readouterr().out == "Solution: passes the check.\n"
    with pytest.raises(AssertionError, match="take"):
        check_minimum.solution(0.0)
    with pytest.raises(AssertionError, match="str"):
        check_minimum.solution("zero")
    assert capsys.readouterr().out == ""


def test_a_failed_solution_shows_where_the_check_failed():
    try:
        check_pair.solution(1, 3)
    except AssertionError:
        assert "assert second == 2" in traceback.format_exc()


def test_the_check_keeps_its_own_name_and_docstring():
    assert check_minimum.__name__ == "check_minimum"
    assert check_minimum.__doc__ == "The smallest value of SiLU."


def test_a_check_needs_a_docstring():
    def unnamed(answer):
        assert answer

    with pytest.raises(ValueError, match="unnamed needs a docstring"):
        exercise(unnamed)


def test_an_interrupt_is_not_swallowed():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_relu(interrupted)
