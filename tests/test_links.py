"""PyTorch's names in the prose exist, lead to their documentation, and terms lead to the glossary."""

import re
from html.parser import HTMLParser

import pytest
import torch

from tools import links
from tools.build import HTML
from tools.environment import BOOK

PAGES = sorted(BOOK.glob("*.ipynb"))


def test_the_table_holds_the_names_in_use_and_no_others():
    assert links.TABLE.read_text(encoding="utf-8") == links.table_text(), "run `python -m tools.links`"


@pytest.mark.parametrize("name", sorted({*links.read_table()["pages"], *links.read_table()["short"].values()}))
def test_every_name_is_one_of_pytorch(name):
    links.resolve(name)


@pytest.mark.parametrize("name", sorted(links.read_table()["absent"]))
def test_a_name_that_is_said_to_be_absent_is(name):
    with pytest.raises(AttributeError, match="PyTorch has no"):
        links.resolve(name)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("nn.ReLU()(x)", "torch.nn.ReLU"),
        ("F.relu", "torch.nn.functional.relu"),
        ("torch.max(…, 1)", "torch.max"),
        ("optim.Adam", "torch.optim.Adam"),
        ("Tensor.view", "torch.Tensor.view"),
        ("state_dict()", "torch.nn.Module.state_dict"),
        ("torch", ""),
        ("fn.relu", ""),
        ("x", ""),
    ],
)
def test_what_inline_code_stands_for(code, name):
    assert links.full_name(code, {"state_dict": "torch.nn.Module.state_dict"}) == name


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("torch.nn.Linear", "generated/torch.nn.Linear.html"),
        ("torch.nn.Module.train", "generated/torch.nn.Module.html#torch.nn.Module.train"),
        ("torch.Tensor.view", "generated/torch.Tensor.view.html"),
        ("torch.utils.data.DataLoader", "data.html#torch.utils.data.DataLoader"),
        ("torch.nn.init.zeros_", "nn.init.html#torch.nn.init.zeros_"),
        ("torch.float32", "tensor_attributes.html#torch.dtype"),
        ("torch.device", "tensor_attributes.html#torch.device"),
        ("torch.optim.Optimizer.step", "generated/torch.optim.Optimizer.step.html"),
        ("torch.nn", "nn.html"),
    ],
)
def test_the_rules_of_pytorch_s_documentation(name, page):
    assert links.page_of(name) == page


def test_a_name_that_does_not_exist_is_refused():
    with pytest.raises(AttributeError, match=r"PyTorch has no torch\.nn\.Swish"):
        links.resolve("torch.nn.Swish")
    assert links.resolve("torch.utils.data.DataLoader") is torch.utils.data.DataLoader


def test_a_term_is_found_in_its_plural_too():
    terms = {"batch", "view", "data set"}
    assert [links.term_of(text, terms) for text in ("View", "batches", "data\nsets", "views.", "viewer")] == [
        "view",
        "batch",
        "data set",
        "view",
        "",
    ]


class Page(HTMLParser):
    """The links of a page, and the inline code that stands outside of links and code cells."""

    def __init__(self, text):
        super().__init__()
        self.open, self.hrefs, self.loose = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in ("a", "code", "h1", "h2", "h3", "h4", "script", "nav"):
            self.open.append(tag)
        if tag == "a":
            self.hrefs.append(dict(attributes).get("href", ""))
        if tag == "code" and not {"a", "h1", "h2", "h3", "h4", "nav"} & set(self.open):
            self.loose.append("")

    def handle_endtag(self, tag):
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data):
        if self.open[-1:] == ["code"] and self.loose and "a" not in self.open:
            self.loose[-1] += data


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_name_in_the_prose_of_the_built_page_is_a_link(path):
    table = links.read_table()
    page = Page((HTML / "book" / f"{path.stem}.html").read_text(encoding="utf-8"))
    names = [links.full_name(code, table["short"]) for code in page.loose]
    assert [name for name in names if name in table["pages"]] == []
    assert all(link.removeprefix(links.BASE) in table["pages"].values() for link in page.hrefs if "/generated/" in link)


def test_every_term_of_the_glossary_is_led_to_from_a_chapter():
    pages = "".join((HTML / "book" / f"{path.stem}.html").read_text(encoding="utf-8") for path in PAGES)
    reached = set(re.findall(r'href="glossary\.html#term-([\w-]+)"', pages))
    glossary = (HTML / "book" / "glossary.html").read_text(encoding="utf-8")
    entries = re.findall(r"(?s)(<dt.*?)<dd", glossary)
    assert entries
    for entry in entries:
        ids = set(re.findall(r'id="term-([\w-]+)"', entry))
        assert ids & reached, f"no chapter has one of {sorted(ids)} in bold where it explains it"


def test_every_bold_word_is_a_term_or_a_lead_in():
    """What is bold is a term of the glossary, a name in code, a label with a stop or colon, or a list's lead."""
    terms = links.glossary_terms()
    for path in PAGES:
        for text in links.prose(path):
            for bold in re.findall(r"(?<!^- )\*\*([^*\n]+)\*\*", text):
                if path.stem == "intro" or "`" in bold or bold[-1] in ".:?" or len(bold.split()) > 3:
                    continue
                assert links.term_of(bold, terms), f"{path.stem}: {bold}"
