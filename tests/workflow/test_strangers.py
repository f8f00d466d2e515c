"""What strangers may put into papers, results and configs: shown as text, or refused."""

import csv
import io
import math
import os
import re
import zipfile
from html.parser import HTMLParser

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reproduction.__main__ import main
from reproduction.errors import InputError, plain
from reproduction.files import read_json
from reproduction.paper.yamlfiles import read_yaml
from reproduction.results.csvfile import read_results
from reproduction.results.queries import read_queries
from tests.workflow import records
from tests.workflow.test_plan import CONFIG
from workflow.lib.config import check_config

NASTY = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> [a](javascript:alert(1)) | a\n\n# h"
    "\n\x1b[31m \x9b2J \\input{/etc/passwd} $\\frac{ {{7*7}} {%x%} `x` &lt; \u202e"
)
HEAD = "experiment,test_set,metric,value,queries,seed\n"


def laughs(levels):
    """A list of YAML whose last alias stands for 10 ** levels values."""
    lists = ["&a0 [x, x, x, x, x, x, x, x, x, x]"]
    lists += [f"&a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return f"[{', '.join(lists)}]"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Of a paper and results that say NASTY wherever they may say anything."""
    folder = tmp_path_factory.mktemp("nasty")
    table = yaml.safe_load(records.table(folder).read_text())
    table |= {"caption": NASTY, "summary": NASTY, "notes": [NASTY], "heading": NASTY}
    for item in table["rows"]:
        item["label"] = NASTY + item["id"]
    for item in table["columns"]:
        item["label"] = NASTY + item["key"]
    (folder / "paper" / "tables").mkdir(parents=True)
    (folder / "paper" / "tables" / "table8.yaml").write_text(yaml.safe_dump(table))
    named = {"title": NASTY, "reference": NASTY, "series": {}}
    (folder / "paper" / "paper.yaml").write_text(yaml.safe_dump(named))
    text = ("series", "file", "caveats", "why_not", "data", "protocol", "recipe", "models")
    about = {"test_set": "market1501", "metric": "mAP", "seed": 0, **dict.fromkeys(text, NASTY)}
    lines = [
        about | {"experiment": "base", "value": 87, "comparable": "false"},
        about | {"experiment": "ours", "status": "failed", "message": NASTY, "log": NASTY},
    ]
    with (folder / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, sorted({key for line in lines for key in line}))
        writer.writeheader()
        writer.writerows(lines)
    options = ["--paper", folder / "paper", "--results", folder / "results.csv"]
    assert main(["render", *map(str, [*options, "--out", folder / "out"])]) == 0
    return {file.name: file.read_text() for file in (folder / "out").iterdir()}


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def test_html_has_no_tag_or_link_of_theirs(reports):
    for name in ("index.html", "table8.html"):
        page = Tags(reports[name])
        assert not {"script", "img"} & page.tags
        assert not [key for key, _ in page.attributes if key.startswith("on")]
        links = [value for key, value in page.attributes if key in ("href", "src")]
        assert not [link for link in links if "script:" in link]


def test_markdown_has_no_line_or_tag_of_theirs(reports):
    for name in ("index.md", "table8.md"):
        # A line of HTML, in which Markdown is no markup.
        text = re.sub("<details><summary>.*</summary>", "", reports[name])
        assert not re.search(r"^# h|^\s*\\x1b|(?<!\\)<(script|img)|(?<!\\)\]\(java", text, re.M)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_tex_has_no_command_of_theirs(reports):
    text = reports["table8.tex"]
    typeset = re.sub(r"(?<!\\)%.*", "", text)
    assert r"\input" not in typeset and r"\frac" not in typeset
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


@pytest.mark.parametrize(
    "text",
    [
        f"table: {laughs(12)}",
        "table: &a [*a]",
        "table: !!python/object/apply:os.system [ls]",
        "table: 2001-99-99",
        "table: !!bool x",
        "table: !!int x",
        "table: !!float ''",
        "table: !!timestamp x",
        "table: " + "1" * 5000,
        "table: " + "[" * 20_000,
        "? [a]\n: b",
    ],
)
def test_yaml_that_is_refused(tmp_path, text):
    (tmp_path / "t.yaml").write_text(text)
    with pytest.raises(InputError) as refused:
        read_yaml(tmp_path / "t.yaml", "table")
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("key", ["accept_counts", "tolerances", "set", "weights"])
def test_a_config_of_aliases_is_refused(key):
    for aliases in (laughs(12), "&a [*a]"):
        with pytest.raises(Exception, match="aliases stand for"):
            check_config({**CONFIG, key: yaml.safe_load(aliases)}, pytest.fail)


def test_json_that_is_too_deep(tmp_path):
    (tmp_path / "a.json").write_text("[" * 200_000)
    with pytest.raises(InputError, match="not valid JSON"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("file", ["/etc/passwd", "../a.npz", "a/../../b.npz", "a\0b"])
def test_queries_outside_of_the_folder(tmp_path, file):
    (tmp_path / "r.csv").write_text(f"{HEAD}a,b,mAP,1,{file},0\n")
    with pytest.raises(InputError, match=r"line 2: queries .* leads out of the folder"):
        read_results(tmp_path / "r.csv")


def test_queries_that_are_no_arrays(tmp_path):
    with zipfile.ZipFile(tmp_path / "q.npz", "w") as archive:
        for name in ("average_precision", "first_match_rank"):
            archive.writestr(name, b"no array")
    with pytest.raises(InputError, match="is no list of numbers"):
        read_queries(tmp_path / "q.npz")


def test_what_a_terminal_would_obey_is_shown():
    assert plain("a\x1b[2J\n\u202e\ud800b\u200d ü") == r"a\x1b[2J\n\u202e\ud800b\u200d ü".replace(
        r"\u200d", "\u200d"
    )


QUICK = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
READERS = {
    "csv": read_results,
    "npz": read_queries,
    "json": read_json,
    "yaml": lambda file: read_yaml(file, "table"),
}


def whole(kind):
    """A small file of a kind that is whole, as bytes."""
    if kind != "npz":
        texts = {"csv": f"{HEAD}a,b,mAP,1,q.npz,0\n", "json": '{"a": [1, null]}', "yaml": "a: [1]"}
        return texts[kind].encode()
    stream = io.BytesIO()
    np.savez(stream, average_precision=[1.0, math.nan], first_match_rank=[1, 0])
    return stream.getvalue()


def refusing(reader, file, content):
    file.write_bytes(content)
    try:
        reader(file)
    except InputError as error:
        assert len(str(error)) < 2000


@pytest.mark.parametrize("kind", READERS)
@QUICK
@given(data=st.data())
def test_damaged_files_are_read_or_refused(tmp_path, kind, data):
    content = bytearray(whole(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 8)))
        content[start:end] = data.draw(st.binary(max_size=8))
    refusing(READERS[kind], tmp_path / f"a.{kind}", bytes(content))


@pytest.mark.parametrize("kind", ["csv", "yaml", "json"])
@QUICK
@given(
    text=st.text(alphabet=st.sampled_from("[]{}:,&*!|>-?\"'#%@` \n\t\0a1.e_=<~\u202e"), max_size=60)
)
def test_texts_are_read_or_refused(tmp_path, kind, text):
    head = HEAD if kind == "csv" else ""
    refusing(READERS[kind], tmp_path / f"a.{kind}", (head + text).encode())
