"""Kernels that nbval starts run as in the build, but live: `pytest --nbval book` is enough."""

import pytest

from tools.environment import enter

enter(static=False)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the cells of a notebook, which share a kernel, in one process; all other tests go to whichever is free."""
    if item.path.suffix == ".ipynb" and item.config.pluginmanager.hasplugin("xdist"):
        item.add_marker(pytest.mark.xdist_group(item.path.name))
