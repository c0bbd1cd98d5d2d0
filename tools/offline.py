"""A Sphinx extension that makes pages work from the disk and ask no other host for anything.

It also tells MyST-NB which cache to take the executed chapters from, and Sphinx when all pages are out of date.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

# Set by tools/build.py: the folder of the executed chapters, named after what they depend on.
CACHE_VARIABLE = "BOOK_CACHE"

# What stands in the theme's templates and has no option: what to look for, and what to put there.
_REPAIRS = [
    # A preloaded font is fetched with CORS, which browsers refuse to pages from the disk; the style sheets load it
    # anyway.
    (re.compile(r'\s*<link rel="preload" as="font"[^>]*>'), ""),
    # A control's name for screen readers has to hold the words that are seen on it.
    (re.compile(r'(<summary) aria-label="Toggle hidden content"'), r"\1"),
    (re.compile(r'(<button class="btn search-button-field[^>]*) title="Search" aria-label="Search"'), r"\1"),
    # Every exercise brings the same id.
    (re.compile(r'<section id="exercise-content">'), '<section class="exercise-content">'),
    # All of a page belongs to one of its landmarks.
    (re.compile(r'(<div class="bd-sidebar-primary bd-sidebar")>'), r'\1 role="navigation" aria-label="Book">'),
]


def set_cache(_app: Sphinx, config: Config) -> None:
    """Take the executed chapters from the folder that the build names."""
    if os.environ.get(CACHE_VARIABLE):
        config["nb_execution_cache_path"] = os.environ[CACHE_VARIABLE]


def set_static_key(app: Sphinx, config: Config) -> None:
    """Make all pages again when a style or a script has changed: Sphinx copies those only where it writes a page."""
    folders = [Path(app.confdir) / name for name in config["html_static_path"]]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in [*files, Path(__file__)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    config["static_key"] = digest.hexdigest()


def drop_thebe(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Remove the scripts of Thebe, which Jupyter Book adds twice to every page, used or not."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if "thebe" not in f"{_name(file)}".lower()]


def _name(file: Any) -> str:
    return f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', {}).get('body', '')}"


def repaired(text: str) -> str:
    """A page's HTML with the theme's flaws repaired."""
    for found, replacement in _REPAIRS:
        text = found.sub(replacement, text)
    return text


def finish_pages(app: Sphinx, error: Exception | None) -> None:
    """Repair what the theme's templates leave no other way to repair."""
    if error is None:
        for path in Path(app.outdir).rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            finished = repaired(text)
            if finished != text:
                path.write_text(finished, encoding="utf-8")
        options = Path(app.outdir) / "_static" / "documentation_options.js"
        # The search quotes each page it finds, which it has to fetch: not possible from the disk.
        text = options.read_text(encoding="utf-8").replace(
            "SHOW_SEARCH_SUMMARY: true", 'SHOW_SEARCH_SUMMARY: location.protocol !== "file:"'
        )
        options.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the functions above to Sphinx."""
    app.add_config_value("static_key", "", "html")
    app.connect("config-inited", set_cache)
    app.connect("config-inited", set_static_key)
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", finish_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
