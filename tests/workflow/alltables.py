"""All seven tables, fabricated: accuracies about half a point below what the paper prints."""

from reproduction.__main__ import main as reproduce
from tests.workflow import records, test_costs, test_counts
from tests.workflow.conftest import ROOT
from workflow.lib import judge
from workflow.lib.catalogue import TABLES
from workflow.lib.experiments import counted_models, load_experiments, load_table

PAPER = ROOT / "paper" / "tables"
EXPERIMENTS = ROOT / "workflow" / "experiments.yaml"
OFF = 0.5


def render(folder, make=records.record, readings=("written",), seeds=(0,), without=()):
    """Judge and render them as LaTeX; returns the files of cells and those of LaTeX.

    Args:
        make: :func:`records.record` or :func:`records.synthetic`.
        without: training sets of which there is no run.
    """
    experiments = load_experiments(EXPERIMENTS)
    scale, made = folder / "results" / "paper", folder / "cells"
    asked = ["--readings", *readings, "--seeds", *map(str, seeds), "--scale", "paper"]
    paths = ["--experiments", str(EXPERIMENTS), "--results", str(folder / "results")]
    for name in filter(_is_table, TABLES):
        table = load_table(PAPER / f"{name}.yaml", experiments)
        for reading in readings:
            every = contents(table, experiments, make, reading, seeds)
            kept = (item for item in every if item["training_set"] not in without)
            records.write(scale, *kept)
        out = ["--table", str(PAPER / f"{name}.yaml"), "--out", str(made / f"{name}.json")]
        assert judge.main([*out, *paths, *asked]) == 0
    _count(folder, readings, make is records.synthetic)
    _cost(folder, experiments)
    cells = sorted(made.glob("*.json"))
    return cells, [_latex(folder, file) for file in cells]


def _is_table(name):
    """Whether the paper prints it as a table."""
    return name.startswith("table")


def _latex(folder, cells):
    out = folder / "reports" / f"{cells.stem}.tex"
    table = ["--table", str(PAPER / f"{cells.stem}.yaml"), "--command", "snakemake"]
    assert reproduce(["table", "--cells", str(cells), *table, "--out", str(out)]) == 0
    return out


def contents(table, experiments, make, reading, seeds):
    columns = {column.key: column for column in table.columns}
    for row in table.rows:
        for key, reported in row.cells.items():
            name = table.experiment_of(row, key)
            if name is None:
                continue
            paths = {"reading": reading, "test": columns[key].test_set}
            model, training = experiments[name].model, columns[key].training_set
            for seed in seeds:
                mAP, curve = _accuracies(reported, OFF + seed / 10)
                yield make(training, model, seed, mAP, cmc=curve, **paths)


def _accuracies(reported, off):
    """As fractions; what the paper leaves out is a half, or what the rank before it has."""
    fractions = {metric: ((value or 50) - off) / 100 for metric, value in reported.items()}
    curve, last = {}, 0.0
    for rank in ("1", "5", "10", "20"):
        last = curve[rank] = max(last, fractions.get(f"R-{rank}", 0.0))
    return fractions["mAP"], curve


def _count(folder, readings, synthetic):
    for name in test_counts.REAL:
        for reading in readings:
            test_counts.write(folder, name, reading=reading, synthetic=synthetic)
    test_counts.judge(folder, readings)
    (folder / "cells.json").replace(folder / "cells" / "table1.json")


def _cost(folder, experiments):
    counted = folder / "complexity"
    counted.mkdir()
    table = load_table(test_costs.TABLE, experiments)
    for reading in ("written", "released"):
        for model in counted_models(table, experiments).values():
            gflops = test_costs.PRINTED.get(model, 14.67)
            test_costs.write(counted, test_costs.record(model, reading, gflops))
    assert test_costs.judge(counted)[0] == 0
    (counted / "cells.json").replace(folder / "cells" / "table3.json")
