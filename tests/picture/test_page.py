"""The page as text: nothing in it reaches out, nothing in a trace becomes HTML, and it is small."""

import base64
import gzip
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser

from picture.graphs import HOSTILE, hostile, mlp, squares

from rung.picture.page import SCRIPTS, _source, page_of, page_script

EMPTY = {"format": "rung-trace", "version": 1, "title": ""}


class _Elements(HTMLParser):
    """What a browser would see: elements, their attributes, and the texts of scripts."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes, self.texts, self.inside = Counter(), [], {}, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.names[tag] += 1
        self.attributes += attributes
        self.inside = (tag, dict(attributes).get("type"))

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        self.texts[self.inside] = self.texts.get(self.inside, "") + data


def _content(page):
    packed = _Elements(page).texts["script", "application/octet-stream"]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def test_the_code_is_smaller_than_200_kilobytes():
    assert len(page_of(EMPTY).encode()) < 200_000


def test_nothing_in_the_code_reaches_out():
    code = page_of(EMPTY)
    assert not re.search(r"https?:|://|@import|\bfetch\(|XMLHttp|WebSocket|sendBeacon|EventSource|import\(", code)
    assert code.count("http") == code.count("http-equiv") == 1
    assert "innerHTML" not in code
    assert "eval(" not in code


def test_the_policy_knows_the_script_and_the_style_and_forbids_all_else():
    found = _Elements(page := page_of(EMPTY))
    policy = dict(found.attributes)["content"]
    policy = next(value for name, value in found.attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy
    for directive, text in (("script", found.texts["script", None]), ("style", found.texts["style", None])):
        fingerprint = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive}-src 'sha256-{fingerprint}'" in policy
    assert "unsafe" not in page.split("</head>")[0]


def test_the_page_carries_the_trace_whole():
    graph = squares()
    content = _content(page_of(graph, compare=mlp(), start={"play": True}))
    assert content["trace"] == json.loads(graph.to_json())
    assert content["compare"]["title"] == "an MLP"
    assert content["start"] == {"play": True}


def test_the_same_trace_gives_the_same_bytes():
    assert page_of(squares()) == page_of(squares())


def test_hostile_names_give_no_new_elements():
    plain, attacked = _Elements(page_of(squares())), _Elements(page_of(hostile()))
    assert attacked.names == plain.names
    assert [name for name, _ in attacked.attributes] == [name for name, _ in plain.attributes]
    assert attacked.texts["title", None] == HOSTILE
    assert _content(page_of(hostile()))["trace"]["title"] == HOSTILE


def test_a_title_may_be_given():
    page = page_of(squares(), title="a <new> title")
    assert "<title>a &lt;new&gt; title</title>" in page
    assert _content(page)["title"] == "a <new> title"


def test_no_name_is_used_twice_in_the_pieces_that_are_joined():
    declared = r"^(?:async )?(?:function\*?|const|class|let) (\w+)"
    names = Counter(name for piece in SCRIPTS for name in re.findall(declared, _source(f"page/{piece}.js"), re.M))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_element_that_the_program_asks_for_is_on_the_page():
    ids = {value for name, value in _Elements(_source("page/page.html")).attributes if name == "id"}
    assert set(re.findall(r'byId\("([\w-]+)"\)', page_script())) <= ids | {"content"}
