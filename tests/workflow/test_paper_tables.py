"""The transcription in paper/tables, held against a second one (printed.py)."""

import re
from collections import Counter
from itertools import groupby

import pytest

from apnet.config.names import parse_model_name
from tests.workflow.conftest import ROOT
from tests.workflow.printed import (
    BACKBONES,
    COLUMNS,
    FULL,
    GROUPS,
    MODELS,
    PUBLICATIONS,
    ROWS,
)
from workflow.lib.experiments import load_experiments, load_table

EXPERIMENTS = load_experiments(ROOT / "workflow" / "experiments.yaml")
TABLES = {
    path.stem: load_table(path, EXPERIMENTS)
    for path in sorted((ROOT / "paper" / "tables").glob("*.yaml"))
}

every_table = pytest.mark.parametrize("name", sorted(ROWS))


def lines(text):
    return [line.strip() for line in text.strip().splitlines()]


def printed_label(row):
    cited = f" [{row.citation}]" if row.citation else ""
    return f"{''.join(row.marks)}{row.label}{cited}"


def cells_of(name, row):
    return [cell for cell in TABLES[name].cells() if cell.row is row]


def row(name, id):
    return next(row for row in TABLES[name].rows if row.id == id)


def test_all_tables_are_there():
    assert list(TABLES) == sorted(ROWS) == sorted(COLUMNS)
    titles = "Fig. 5, Table I, Table II, Table III, Table IV, Table V, Table VI, Table VII"
    assert ", ".join(table.title for table in TABLES.values()) == titles


@every_table
def test_rows_add_up(name):
    copied = []
    for row in TABLES[name].rows:
        values = [cell.reported for cell in cells_of(name, row) if cell.reported is not None]
        copied.append((printed_label(row), len(values), round(sum(values), 2)))
    printed = [line.split(" | ") for line in lines(ROWS[name])]
    assert copied == [(label, int(count), float(total)) for label, count, total in printed]


@every_table
def test_columns_add_up(name):
    table, printed = TABLES[name], []
    for column in table.columns:
        sums = []
        for metric in column.metrics:
            values = [row.cells[column.key][metric] for row in table.rows]
            total = sum(value for value in values if value is not None)
            sums.append(f"{metric} {total:.{table.metrics[metric].decimals}f}")
        printed.append(f"{column.key}: {', '.join(sums)}")
    assert printed == lines(COLUMNS[name])


@every_table
def test_rows_in_full_and_bold_as_printed(name):
    full = dict(line.split(" | ") for line in lines(FULL[name]))
    table = TABLES[name]
    for row in table.rows:
        shown = []
        for _, key, metric, reported in cells_of(name, row):
            decimals = table.metrics[metric].decimals
            text = "-" if reported is None else f"{reported:.{decimals}f}"
            shown.append(text + "!" * (f"{key}/{metric}" in row.bold))
        expected = full.pop(printed_label(row), None)
        assert expected is None or shown == expected.split()
        assert expected is not None or not row.bold, "a row with bold cells stands in FULL"
    assert not full


@every_table
def test_each_row_is_made_by_its_model(name):
    table, copied = TABLES[name], []
    for row in table.rows:
        first = table.experiment_of(row, table.columns[0].key)
        for column in table.columns:
            experiment = table.experiment_of(row, column.key)
            model = EXPERIMENTS[experiment].model if experiment else "-"
            multipart = "-multipart" if column.key.startswith("cuhk03-") and experiment else ""
            assert model == (EXPERIMENTS[first].model if first else "-") + multipart
        copied.append(EXPERIMENTS[first].model if first else "-")
    assert copied == MODELS[name].split()


@every_table
def test_rows_compared_for_bold(name):
    runs = groupby(row.group for row in TABLES[name].rows)
    assert [(group, len(list(rows))) for group, rows in runs] == GROUPS[name]


@every_table
def test_latex_labels_have_their_subscripts(name):
    for row in TABLES[name].rows:
        assert row.latex == re.sub(r"_(\d)$", r"$_\1$", row.label)


@every_table
def test_units_and_directions(name):
    expected = {"table1": ("count", None, 0), "table3": ("gflops", "lower", 2)}
    for metric in TABLES[name].metrics.values():
        copied = (metric.unit, metric.better, metric.decimals)
        assert copied == expected.get(name, ("percent", "higher", 1))


def test_venues_and_backbones():
    assert Counter(row.publication for row in TABLES["table4"].rows) == PUBLICATIONS
    assert Counter(row.backbone for row in TABLES["table4"].rows) == BACKBONES


def test_captions_are_kept_with_their_slips():
    assert "MARKET-1051, DUKEMTMC-REID AND MSMT17 DATASET." in TABLES["table2"].caption
    assert "AND CHUK03 DATASETS." in TABLES["table4"].caption
    assert TABLES["table4"].caption.endswith("* denotes the result is reproduced by us.")


def test_the_accuracy_grows_with_the_rank():
    for table in TABLES.values():
        for row in table.rows:
            for cells in row.cells.values():
                ranks = [cells.get(rank) for rank in ("R-1", "R-5", "R-10")]
                given = [value for value in ranks if value is not None]
                assert given == sorted(given), (table.title, row.id)


def test_rows_that_repeat_others():
    two, four, five = (TABLES[name] for name in ("table2", "table4", "table5"))
    for id, source in (("resnet50", "apn-0"), ("resnet50-apnet-c", "apnet-c2")):
        assert row(five.id, id).cells["market1501"] == row(two.id, source).cells["market1501"]
    for id, source in (("rga-s", "apnet-s1"), ("apnet-c", "apnet-c2")):
        for column in two.columns:
            assert row(four.id, id).cells[column.key] == row(two.id, source).cells[column.key]


def test_the_row_that_mixes_two_levels():
    """Table IV gives APNet-S the best of S2 and S3 on MSMT17, and S2 elsewhere."""
    mixed, s2, s3 = row("table4", "apnet-s"), row("table2", "apnet-s2"), row("table2", "apnet-s3")
    for key in ("market1501", "dukemtmc"):
        assert mixed.cells[key] == s2.cells[key]
    assert mixed.cells["msmt17"] == s3.cells["msmt17"] | {"R-1": s2.cells["msmt17"]["R-1"]}


def test_every_quoted_row_has_its_reference():
    """SCAL-C alone, in Table VII, is printed without one."""
    bare = {
        (table.id, row.id)
        for table in TABLES.values()
        for row in table.rows
        if table.id != "table1" and row.experiment is None and row.citation is None
    }
    assert bare == {("table7", "scal-c")}


def test_what_the_paper_costs_to_run():
    """210 cells are of models of ours, with 49 trainings a seed, and no experiment is idle."""
    cells, trainings, used = 0, set(), set()
    for table in TABLES.values():
        sets = {column.key: column.training_set for column in table.columns}
        for cell in table.cells():
            experiment = table.experiment_of(cell.row, cell.key)
            if experiment is not None:
                cells += not parse_model_name(EXPERIMENTS[experiment].model).baseline
                used.add(experiment)
                if not table.exact:
                    trainings.add((sets[cell.key], EXPERIMENTS[experiment].model))
    assert cells == 210
    assert len(trainings) == 49
    assert used == set(EXPERIMENTS)


def test_experiments_are_models_of_the_paper():
    for experiment in EXPERIMENTS.values():
        name = parse_model_name(experiment.model)
        assert experiment.recipe == ("spatial" if name.attention == "spatial" else "channel")
        assert not name.baseline or experiment.name == "pyramid-reid"
