"""Tolerances of the judge by dataset and metric: their names, and words such as `mAP=0.3`."""

from collections.abc import Iterable, Mapping

from apnet.data import DATASETS
from apnet.data.registry import sound_specs
from apnet.data.source import TOLERANCE
from apnet.errors import InputError, one_of
from workflow.lib.catalogue import TABLES, paper
from workflow.lib.values import number


def check_names(tolerances: Mapping[str, float]) -> Mapping[str, float]:
    """Refuse what is neither a metric, a dataset nor `<dataset>/<metric>` of the tables.

    Raises:
        InputError: an unknown name.
    """
    tables = [paper().tables[name] for name in TABLES]
    metrics = dict.fromkeys(metric for table in tables for metric in table.metrics)
    tested = (column.test_set for table in tables for column in table.columns)
    datasets = dict.fromkeys([*DATASETS, *tested])
    for name in tolerances:
        dataset, slash, metric = name.partition("/")
        if not slash and name not in (*metrics, *datasets):
            raise one_of("metric or dataset in tolerances", name, [*metrics, *datasets])
        if slash and dataset not in datasets:
            raise one_of("dataset in tolerances", dataset, datasets)
        if slash and metric not in metrics:
            raise one_of("metric in tolerances", metric, metrics)
    return tolerances


def parse_tolerances(words: Iterable[str]) -> dict[str, float]:
    """The tolerance of every dataset, and of what words such as `mAP=0.3` or `msmt17=0.8` name.

    A number alone is for the datasets whose files give no tolerance.

    Raises:
        InputError: an unknown name, or no positive number.
    """
    # Results on a dataset whose file is broken are open, so nothing asks for its tolerance.
    tolerances = {source.name: source.tolerance for source in sound_specs()}
    usual = [name for name, e in tolerances.items() if e == TOLERANCE]
    for word in sorted(words, key=lambda word: "=" in word):
        name, _, text = word.rpartition("=")
        e = number(text) or 0
        if e <= 0:
            raise InputError(f"--tolerance {text!r} is no positive number: give percent points")
        tolerances |= check_names({name: e}) if name else dict.fromkeys(usual, e)
    return tolerances
