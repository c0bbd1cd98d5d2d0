"""A Sphinx extension: PyTorch's names in the prose become links to its documentation, bold terms to the glossary.

The notebooks stay plain: an author writes `nn.Linear` in code type, and a term in bold where it is explained. Both also
go into the book's index. The addresses stand in book/torch_names.toml, so the build needs no network;
`python -m tools.links` brings that table up to date.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config

# Sphinx loads this file by itself, so it imports nothing from its folder.
BOOK = Path(__file__).resolve().parents[1] / "book"
BASE = "https://docs.pytorch.org/docs/stable/"
TABLE = BOOK / "torch_names.toml"
GLOSSARY = BOOK / "glossary.md"

_PREFIXES = {
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "optim": "torch.optim",
    "Tensor": "torch.Tensor",
}
_NAME = re.compile(r"(torch|nn|F|optim|Tensor)((?:\.\w+)+)")
_INLINE_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_FENCE = re.compile(r"(?ms)^(`{3,}).*?^\1`*\s*$")

# Names that PyTorch documents together on one page; all others have a page of their own.
_SHARED_PAGES = {
    "torch.nn.init.": "nn.init.html",
    "torch.utils.data.": "data.html",
    "torch.testing.": "testing.html",
    "torch.special.": "special.html",
    "torch.utils.benchmark.": "benchmark_utils.html",
    "torch.backends.": "backends.html",
}


def full_name(code: str, short: dict[str, str]) -> str:
    """The name in PyTorch that inline code stands for, or nothing: "nn.ReLU()(x)" is "torch.nn.ReLU"."""
    match = _NAME.match(code)
    if match:
        return _PREFIXES[match[1]] + match[2]
    return short.get(re.sub(r"\(.*\)$", "", code), "")


def read_table() -> dict[str, dict[str, str]]:
    """The table: `pages`, full name -> page; `short`, what prose may write -> full name; `absent`, name -> reason."""
    table: dict[str, dict[str, str]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return table


def resolve(name: str) -> Any:
    """The object of that name. Raises AttributeError where PyTorch has none."""
    parts = name.split(".")
    found: Any = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], start=2):
        if not hasattr(found, part):
            try:
                importlib.import_module(".".join(parts[:i]))
            except ImportError as error:
                raise AttributeError(f"PyTorch has no {name}") from error
        found = getattr(found, part)
    return found


def page_of(name: str) -> str:
    """The address of a name below `BASE`, by the rules that PyTorch's documentation follows."""
    found = resolve(name)
    kind = type(found).__name__
    if kind == "module":
        return {"torch.func": "func.api.html"}.get(name, name.removeprefix("torch.").removeprefix("utils.") + ".html")
    if kind == "dtype" or name in ("torch.device", "torch.dtype"):
        return f"tensor_attributes.html#{name if kind != 'dtype' else 'torch.dtype'}"
    for start, page in _SHARED_PAGES.items():
        if name.startswith(start):
            return f"{page}#{name}"
    owner, _, member = name.rpartition(".")
    if isinstance(resolve(owner), type) and owner not in ("torch.Tensor", "torch.optim.Optimizer"):
        return f"{page_of(owner).partition('#')[0]}#{owner}.{member}"
    return f"generated/{name}.html"


def prose(path: Path) -> Iterator[str]:
    """The texts of a chapter or a page that readers read, code fences left out."""
    if path.suffix == ".md":
        yield _FENCE.sub("", path.read_text(encoding="utf-8"))
        return
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            yield cell.source


def used_names() -> set[str]:
    """PyTorch's names in the prose of all chapters."""
    table = read_table()
    texts = [text for path in sorted(BOOK.glob("*.ipynb")) for text in prose(path)]
    found = {full_name(code, table["short"]) for text in texts for code in _INLINE_CODE.findall(text)}
    return found - {""} - set(table["absent"])


def table_text() -> str:
    """What the table should hold: the names in use, the addresses that stand there kept, the missing ones by rule."""
    table = read_table()
    table["pages"] = {name: table["pages"].get(name) or page_of(name) for name in sorted(used_names())}
    head = TABLE.read_text(encoding="utf-8").partition("[pages]")[0]
    parts = []
    for section in ("pages", "short", "absent"):
        lines = [f'"{key}" = "{value}"' for key, value in sorted(table[section].items())]
        parts.append("\n".join([f"[{section}]", *lines]) + "\n")
    return head + "\n".join(parts)


def glossary_terms() -> set[str]:
    """The terms that the glossary explains, in lower case."""
    if not GLOSSARY.exists():
        return set()
    fences = re.findall(r"(?ms)^```\{glossary\}\n(.*?)^```", GLOSSARY.read_text(encoding="utf-8"))
    lines = [line for fence in fences for line in fence.splitlines()]
    return {line.strip().casefold() for line in lines if line and not line[0].isspace() and line[0] != ":"}


def term_of(text: str, terms: set[str]) -> str:
    """The glossary's term for a bold text, its plural included, or nothing."""
    text = " ".join(text.split()).casefold().rstrip(".:")
    return next((form for form in (text, text.removesuffix("s"), text.removesuffix("es")) if form in terms), "")


def link_names(app: Sphinx, doctree: nodes.document) -> None:
    """Link a page's names and terms, and put each into the index once."""
    indexed: set[str] = set()
    short, pages = (app.config["torch_names"][key] for key in ("short", "pages"))
    for literal in list(doctree.findall(nodes.literal)):
        name = full_name(literal.astext(), short)
        if name in pages and _is_prose(literal):
            reference = nodes.reference("", "", refuri=BASE + pages[name], internal=False, classes=["torch-name"])
            literal.replace_self(reference)
            reference += literal
            _index(reference, name, indexed, app.env.docname)
    terms = set(app.config["glossary_terms"])
    for strong in list(doctree.findall(nodes.strong)):
        term = term_of(strong.astext(), terms)
        if term and _is_prose(strong):
            link = addnodes.pending_xref("", refdomain="std", reftype="term", reftarget=term, refexplicit=True)
            link["refdoc"] = app.env.docname
            strong.replace_self(link)
            link += strong
            _index(link, term, indexed, app.env.docname)


def _is_prose(node: nodes.Node) -> bool:
    """Not within a heading, a link or the glossary itself."""
    parent = node.parent
    while parent is not None:
        if isinstance(parent, (nodes.title, nodes.reference, addnodes.pending_xref, nodes.term)):
            return False
        parent = parent.parent
    return True


def _index(node: nodes.Element, entry: str, indexed: set[str], docname: str) -> None:
    """Put an entry into the index, once a page, that leads to the block in which `node` stands."""
    if entry in indexed:
        return
    indexed.add(entry)
    # As it is written: torch.tensor and torch.Tensor are two.
    target = f"index-{re.sub(r'[^A-Za-z0-9]+', '-', f'{docname}-{entry}')}"
    block: nodes.Node = node
    while not isinstance(block.parent, (nodes.section, nodes.document)):
        block = block.parent
    mark = nodes.target("", "", ids=[target])
    index = addnodes.index(entries=[("single", entry, target, "", None)])
    block.parent.insert(block.parent.index(block), [index, mark])


def read_sources(_app: Sphinx, config: Config) -> None:
    """Read the table and the glossary; a change of either makes all pages again."""
    config["torch_names"] = read_table()
    config["glossary_terms"] = sorted(glossary_terms())
    config["links_key"] = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the functions above to Sphinx."""
    for name, default in (("torch_names", {}), ("glossary_terms", []), ("links_key", "")):
        app.add_config_value(name, default, "env")
    app.connect("config-inited", read_sources)
    app.connect("doctree-read", link_names)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def main() -> None:
    """Bring the table of addresses up to date."""
    try:
        TABLE.write_text(table_text(), encoding="utf-8")
    except AttributeError as error:
        sys.exit(f"{error}: correct the prose, or put the name into [absent] of {TABLE.name} with the reason")


if __name__ == "__main__":
    main()
