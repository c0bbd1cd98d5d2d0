"""Friendly checks for exercises: a plain function with asserts becomes one that prints what is right or missing."""

from __future__ import annotations

import dis
import functools
import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

BLANK = "Not answered yet: replace the ... above."
# A hint longer than this is a report: torch.testing's runs over several lines, and a beginner stops at the first ones.
MAX_LINES, MAX_CHARACTERS = 3, 300


class NotYet(AssertionError):
    """An answer that is blank or fails its check; the message is what the reader sees."""


class Check:
    """A check of one exercise: call it with the answers, or call `solution` with the right ones.

    Calling it prints one line and returns None. It never raises, so that "Run all" goes on, whatever the answer is:
    blank, wrong, of a type that the check did not expect, or a function that fails.
    """

    def __init__(self, check: Callable[..., None]) -> None:
        lines = (check.__doc__ or "").strip().splitlines()
        if not lines:
            raise ValueError(f"{check.__name__} needs a docstring: its first line names what was right")
        self._check = check
        self._title = lines[0].rstrip(".")
        functools.update_wrapper(self, check)

    def __call__(self, *answers: object) -> None:
        """Print "Right: ...", "Not yet: ..." or "Not answered yet: ..."."""
        try:
            self._run(answers)
        except NotYet as verdict:
            print(verdict)
        else:
            print(f"Right: {self._title}.")

    def solution(self, *answers: object) -> None:
        """Run the same check on the book's own answers.

        Raises:
            AssertionError: they fail it, or are blank.

        """
        self._run(answers)
        print("Solution: passes the check.")

    def _run(self, answers: tuple[object, ...]) -> None:
        if not answers or any(map(_is_blank, answers)):
            raise NotYet(BLANK)
        watched = [_Watched(answer) if isinstance(answer, FunctionType) else answer for answer in answers]
        calls = [answer for answer in watched if isinstance(answer, _Watched)]
        try:
            self._check(*watched)
        except Exception as error:  # whatever an answer makes the check do must not stop the notebook
            raise NotYet(_explain(error, answers, calls)) from error


def exercise(check: Callable[..., None]) -> Check:
    """Make a function with asserts, and a docstring whose first line names the result, a friendly `Check`.

    The function takes the reader's answers (values, tensors, functions, classes) and asserts what must hold; an
    assert's message is the hint that a wrong answer is given. A blank is `...`, None, a function that returns either,
    or a function or class with nothing but `...` in its body.
    """
    return Check(check)


class _Watched:
    """A reader's function that remembers what it returned and raised: the check sees no difference."""

    def __init__(self, function: FunctionType) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self.returned: list[object] = []
        self.raised: list[Exception] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            result = self._function(*args, **kwargs)
        except Exception as error:
            self.raised.append(error)
            raise
        self.returned.append(result)
        return result


def _is_blank(answer: object) -> bool:
    # By identity alone: `==` on a tensor is a tensor.
    if isinstance(answer, (list, tuple)):
        return any(item is ... for item in answer)
    return answer is None or answer is ... or (isinstance(answer, FunctionType) and _does_nothing(answer))


def _does_nothing(function: FunctionType) -> bool:
    """Whether a function's body is `...`, `pass` or `return None` (with or without a docstring)."""
    idle = {"RESUME", "NOP", "COPY_FREE_VARS", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
    steps = list(dis.get_instructions(function))
    constants = [step.argval for step in steps if step.opname in {"LOAD_CONST", "RETURN_CONST"}]
    return all(step.opname in idle for step in steps) and all(value is None or value is ... for value in constants)


def _has_idle_method(answer: object) -> bool:
    owner = answer if isinstance(answer, type) else type(answer)
    return callable(answer) and any(isinstance(f, FunctionType) and _does_nothing(f) for f in vars(owner).values())


def _explain(error: Exception, answers: tuple[object, ...], calls: list[_Watched]) -> str:
    """Say in one line why a check failed on these answers."""
    returned = [value for call in calls for value in call.returned]
    # `2 * ...` and `F.relu(...)` in a half-filled body are TypeErrors that name the ellipsis.
    unfilled = isinstance(error, TypeError) and "ellipsis" in str(error)
    if unfilled or any(map(_is_ellipsis, returned)) or any(map(_has_idle_method, answers)):
        return BLANK
    if any(error is raised for call in calls for raised in call.raised):
        return _trim(f"Not yet: your function raised {_name(error)}")
    last = traceback.extract_tb(error.__traceback__)[-1]
    own_assert = isinstance(error, AssertionError) and not last.filename.endswith("_comparison.py")  # torch.testing's
    if any(value is None for value in returned) and not own_assert:
        return "Not yet: your function returned None. Is its return missing?"
    if isinstance(error, AssertionError):
        return _trim(f"Not yet: {str(error) or _failed_assert(last.line)}")
    kinds = ", ".join(type(answer).__name__ for answer in answers)
    return _trim(f"Not yet: the check cannot use this answer ({kinds}). {_name(error)}")


def _is_ellipsis(value: object) -> bool:
    return value is ...


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _failed_assert(line: str | None) -> str:
    claim = (line or "").removeprefix("assert").strip()
    return f"it does not hold that {claim}" if claim else "the check does not hold"


def _trim(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()][:MAX_LINES]
    joined = " ".join(line if line[-1] in "!.:;,?" else f"{line};" for line in lines[:-1])
    joined = f"{joined} {lines[-1]}".strip()
    return joined if len(joined) <= MAX_CHARACTERS else joined[: MAX_CHARACTERS - 2].rstrip() + " …"
