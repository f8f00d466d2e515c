"""Snakemake's own report: tables with captions, categories and labels, in one file."""

import base64
import json

import pytest

from tests.workflow import records
from tests.workflow.conftest import Snakemake
from workflow.lib.captions import caption

TABLES = ("reports/table6.html", "reports/table7.html")
INDEX = "reports/index.html"
CONFIG = ["missing=show", "readings=[written,released]", "seeds=[0,1]"]
ASKED = {
    "scale": "smoke",
    "readings": ["written", "released"],
    "seeds": [0, 1],
    "synthetic": {"identities": 32},
    "recipes": {"channel": "smoke", "spatial": "smoke-spatial"},
    "set": {},
}


def make(folder):
    """The report's file, of two tables; one has a run, all others are open."""
    snakemake = Snakemake(folder)
    run = records.synthetic("market1501", "resnet50", test="dukemtmc", mAP=0.123)
    records.write(folder / "results" / "smoke", run)
    snakemake(*TABLES, INDEX, config=CONFIG)
    snakemake(*TABLES, INDEX, options=["--report", "reports/report.html"], config=CONFIG)
    return folder / "reports" / "report.html"


def embedded(text, name):
    """What one of the report's scripts assigns."""
    start = f"var {name} = {{"
    return json.JSONDecoder().raw_decode(text, text.index(start) + len(start) - 1)[0]


@pytest.mark.slow
def test_tables_stand_in_it_with_caption_category_and_labels(tmp_path):
    text = make(tmp_path).read_text()
    results, categories = embedded(text, "results"), embedded(text, "categories")
    assert set(results) == {*TABLES, INDEX}
    assert categories == {
        "All tables and figures": {"Other": [INDEX]},
        "Tables": {"Other": list(TABLES)},
    }
    assert "app.showResultInfo('reports/table6.html')" in text.replace("&#x27;", "'")
    hidden, crossed = (results[name] for name in TABLES)
    readings = {"scale": "smoke", "readings": "written and released", "format": "HTML"}
    assert hidden["labels"] == {"table": "VI"} | readings
    assert crossed["labels"] == {"table": "VII"} | readings
    assert crossed["caption"].strip() == f"<p>{caption('table7', ASKED)}</p>"
    assert crossed["mime_type"] == "text/html", "shown, not offered for download"
    page = base64.b64decode(crossed["data_uri"].partition("base64,")[2]).decode()
    assert "12.3" in page and "Synthetic data" in page
