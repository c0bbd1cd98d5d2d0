"""Kernels that nbval starts run as in the build, but live: `pytest --nbval book` is enough."""

from tools.environment import enter

enter(static=False)
