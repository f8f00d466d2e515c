"""The loader: what it offers, and what it says of a slip."""

import os
import shutil
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from apnet.errors import InputError
from apnet.fingerprint import files_fingerprint
from reproduction.claims.loading import load_claims, load_errata
from reproduction.errors import InputError as PaperError
from reproduction.paper import loading
from reproduction.paper.tables import Column
from workflow.lib import catalogue
from workflow.lib.catalogue import load_setup
from workflow.lib.experiments import Experiment, load_experiments, load_table

ACCURACY = {"unit": "percent", "better": "higher", "decimals": 1}
TABLE = {
    "table": "table8",
    "kind": "accuracy",
    "number": "VIII",
    "heading": "Model",
    "caption": "A TABLE.",
    "summary": "nothing",
    "metrics": {"mAP": ACCURACY, "R-1": ACCURACY},
    "columns": [
        {"key": "market1501", "label": "Market-1501", "metrics": ["mAP", "R-1"]},
        {"key": "market1501->dukemtmc", "label": "Market to Duke", "metrics": ["mAP"]},
    ],
    "rows": [
        {
            "id": name,
            "label": name.upper(),
            "latex": name.upper(),
            "citation": None,
            "experiment": experiment,
            "group": "all",
            "cells": {
                "market1501": {"mAP": 50, "R-1": value},
                "market1501->dukemtmc": {"mAP": None},
            },
            "bold": ["market1501/R-1"] if name == "ours" else [],
        }
        for name, value, experiment in (
            ("quoted", 60.5, None),
            ("ours", 70.5, "baseline"),
            ("mixed", 65.5, {"market1501": "baseline"}),
        )
    ],
    "notes": ["A note."],
}
EXPERIMENTS = {"baseline": Experiment("baseline", "resnet50", "channel")}


@pytest.fixture
def write(tmp_path):
    def to_file(content, name="table8.yaml"):
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return file

    return to_file


def sentence(load, *arguments):
    with pytest.raises((InputError, PaperError)) as error:
        load(*arguments)
    text = str(error.value)
    assert "\n" not in text and len(text) < 450
    return text


def test_cells_come_in_the_order_of_print(write):
    table = load_table(write(TABLE), EXPERIMENTS)
    assert [(row.id, key, metric, reported) for row, key, metric, reported in table.cells()] == [
        (row, key, metric, reported)
        for row, rank1 in (("quoted", 60.5), ("ours", 70.5), ("mixed", 65.5))
        for key, metric, reported in (
            ("market1501", "mAP", 50.0),
            ("market1501", "R-1", rank1),
            ("market1501->dukemtmc", "mAP", None),
        )
    ]


def test_bold_and_experiments_by_cell(write):
    table = load_table(write(TABLE), EXPERIMENTS)
    quoted, ours, mixed = table.rows
    assert (ours.bold, quoted.bold) == ({"market1501/R-1"}, frozenset())
    keys = [column.key for column in table.columns]
    assert [table.experiment_of(quoted, key) for key in keys] == [None, None]
    assert [table.experiment_of(ours, key) for key in keys] == ["baseline", "baseline"]
    assert [table.experiment_of(mixed, key) for key in keys] == ["baseline", None]


@pytest.mark.parametrize(
    ("key", "sets"),
    [
        ("market1501", ("market1501", "market1501")),
        ("dukemtmc->market1501", ("dukemtmc", "market1501")),
        ("cuhk03-detected", ("cuhk03-detected", "cuhk03-detected")),
        ("cost", ("cost", "cost")),
    ],
)
def test_a_column_names_its_training_and_test_set(key, sets):
    column = Column(key, "label", ("mAP",))
    assert (column.training_set, column.test_set) == sets


def test_title_of_a_figure(write):
    figure = TABLE | {"table": "figure9", "number": "9", "form": "figure"}
    assert load_table(write(figure, "figure9.yaml"), EXPERIMENTS).title == "Fig. 9"
    assert load_table(write(TABLE), EXPERIMENTS).title == "Table VIII"


def edited(where, value):
    """TABLE with another value somewhere; `...` removes what is there."""
    content = deepcopy(TABLE)
    *path, last = where
    inside = content
    for part in path:
        inside = inside[part]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    return content


FIRST = ("rows", 0)
SLIPS = [
    (("publisher",), "IEEE", "'publisher'"),
    ((*FIRST, "colour"), "red", "rows.quoted: ", "'colour'"),
    ((*FIRST, "latex"), ..., "rows.quoted: 'latex'"),
    ((*FIRST, "cells", "market1501", "mAP"), "50", "rows.quoted.cells.market1501.mAP: '50'"),
    ((*FIRST, "cells", "market1501", "mAP"), 50.05, "row quoted: market1501/mAP", "50.05"),
    ((*FIRST, "cells", "market1501", "mAP"), float("nan"), "market1501/mAP", "nan"),
    ((*FIRST, "cells", "market1501", "mAP"), float("inf"), "market1501/mAP", "inf"),
    (("metrics", "mAP", "tolerance"), float("inf"), ": the tolerance inf is not a finite number"),
    ((*FIRST, "cells", "market1501", "mAP"), 505.0, "market1501/mAP", "505.0"),
    (
        (*FIRST, "cells", "market1501", "mAP"),
        ...,
        "row quoted: market1501: metric 'mAP' is missing",
    ),
    ((*FIRST, "cells", "market1501", "R-5"), 90.0, "market1501: metric 'R-5' is unknown"),
    ((*FIRST, "cells", "market1501"), ..., "row quoted: column 'market1501' is missing"),
    ((*FIRST, "cells", "msmt17"), {}, "row quoted: column 'msmt17' is unknown"),
    ((*FIRST, "id"), "ours", "two rows have the id 'ours'"),
    ((*FIRST, "id"), "Ours", "'Ours'"),
    ((*FIRST, "bold"), ["market1501/R-5"], "row quoted: bold 'market1501/R-5'"),
    ((*FIRST, "bold"), ["market1501->dukemtmc/mAP"], "bold 'market1501->dukemtmc/mAP'"),
    ((*FIRST, "experiment"), "absent", "row quoted: experiment 'absent'", "experiments.yaml"),
    ((*FIRST, "experiment"), {"msmt17": "baseline"}, "experiment: column 'msmt17'"),
    ((*FIRST, "experiment"), {"market1501": "absent"}, "experiment 'absent'"),
    (("columns", 1, "key"), "market1501", "two columns have the key 'market1501'"),
    (("columns", 1, "key"), "market1510", "row quoted: column 'market1510' is missing"),
    (("columns", 1, "metrics"), ["R-20"], "column market1501->dukemtmc: metric 'R-20'"),
    (("columns",), {"caption": "long " * 200}, "columns: ", "is not of type 'array'"),
    (("metrics", "mAP", "better"), "both", "metrics.mAP.better"),
    (("metrics", "mAP", "better"), None, ": say which values are better"),
    (("kind",), "speed", "kind: 'speed'"),
    (("table",), "table9", "'table9'", "'table8'"),
]


@pytest.mark.parametrize(("where", "value", "named"), [(*slip[:2], slip[2:]) for slip in SLIPS])
def test_a_slip_is_one_sentence(write, where, value, named):
    file = write(edited(where, value))
    text = sentence(load_table, file, EXPERIMENTS)
    assert text.startswith(f"{file}: ")
    for words in named:
        assert words in text


def test_a_column_names_datasets(write):
    file = write(yaml.safe_dump(TABLE).replace("market1501", "market1510"))
    text = sentence(load_table, file, EXPERIMENTS)
    assert "column market1510: 'market1510' is not a dataset: use " in text


def test_names_of_experiments_are_the_workflows(write):
    file = write(edited((*FIRST, "experiment"), "absent"))
    assert loading.load_table(file).rows[0].experiment == "absent"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("table: table8\nrows: [\n", "line 3: not valid YAML"),
        (
            "table: table8\ntable: table9\n",
            "line 2: not valid YAML: the key 'table'",
        ),
        ("table: \x00", "not valid YAML"),
        ("a: [1,\n 1:30]\n", "line 2: not valid YAML: 1:30 would be read as 90"),
        ("a: 010\n", "010 would be read as 8"),
        ("a: 1_0.5\n", "1_0.5 would be read as 10.5"),
        ("", "None is not of type 'object'"),
    ],
)
def test_broken_yaml_is_one_sentence(write, text, named):
    file = write(text)
    text = sentence(load_table, file, EXPERIMENTS)
    assert text.startswith(f"{file}: ") and named in text


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    assert "table8.yaml: No such file" in sentence(
        load_table, tmp_path / "table8.yaml", EXPERIMENTS
    )
    (tmp_path / "latin.yaml").write_bytes("caption: é".encode("latin-1"))
    assert "latin.yaml is not UTF-8" in sentence(load_table, tmp_path / "latin.yaml", EXPERIMENTS)


BROKEN = {
    "No such file": lambda file: file.symlink_to("absent"),
    "Too many levels of symbolic links": lambda file: file.symlink_to(file.name),
    "Is a directory": Path.mkdir,
    "it is a pipe or a device": os.mkfifo,
}


@pytest.mark.parametrize("why", BROKEN)
@pytest.mark.parametrize(
    ("name", "load"),
    [
        *(("paper.yaml", loading.load_paper), ("digests.yaml", loading.load_paper)),
        *(("tables/table8.yaml", loading.load_paper), ("figures/figure6.yaml", loading.load_paper)),
        *(("claims.yaml", load_claims), ("errata.yaml", load_errata), ("setup.yaml", load_setup)),
    ],
)
def test_what_is_no_file_in_the_place_of_one_is_one_sentence(tmp_path, write, name, load, why):
    file = tmp_path / name
    for folder in ("tables", "figures"):
        (tmp_path / folder).mkdir()
    write(TABLE).rename(tmp_path / "tables" / "table8.yaml")
    file.unlink(missing_ok=True)
    BROKEN[why](file)
    assert sentence(load, tmp_path).startswith(f"cannot read {file}: {why}")


def test_what_one_page_alone_needs_is_named_and_the_rest_is_there(tmp_path, monkeypatch):
    copy = shutil.copytree(catalogue.FOLDER, tmp_path / "paper")
    monkeypatch.setattr(catalogue, "FOLDER", copy)
    broken = "claims.yaml", "errata.yaml", "setup.yaml", "figures/figure6.yaml"
    for name in broken:
        (copy / name).write_text("- 6")
    paper = catalogue.paper.__wrapped__()
    assert [*paper.edited.values()] == [
        f"{copy / name}: [6] is not of type 'object'"
        for name in ("figures/figure6.yaml", *broken[:3])
    ]
    assert paper.tables == catalogue.paper().tables and not paper.pictures


def test_a_fingerprint_passes_over_what_is_no_file(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1")
    alone = files_fingerprint([tmp_path / "a.yaml"])
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    assert files_fingerprint(tmp_path.iterdir()) == alone


GOOD = {"model": "resnet50", "recipe": "channel"}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"a": GOOD | {"model": "resnet51"}}, "experiment a: unknown model 'resnet51'"),
        ({"a": GOOD, "b": GOOD}, "experiments a and b have the same model 'resnet50'"),
        ({"a": GOOD | {"recipe": "smoke"}}, "a.recipe: 'smoke'"),
        ({"a": GOOD | {"seed": 1}}, "'seed'"),
        ({"a": {"model": "resnet50"}}, "'recipe'"),
        ({"A b": GOOD}, "'A b'"),
        ({}, "experiments.yaml"),
    ],
)
def test_wrong_experiments_are_one_sentence(write, content, named):
    text = sentence(load_experiments, write(content, "experiments.yaml"))
    assert "experiments.yaml: " in text and named in text
