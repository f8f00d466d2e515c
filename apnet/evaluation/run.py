"""A trained run against a test set: from its weights to a record of the numbers."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from torch import nn

from apnet import numeric_core
from apnet.config.readings import Reading
from apnet.config.settings import Settings
from apnet.data import ReIDDataset, get_source, load_dataset, switches_of
from apnet.data.check import describe_data
from apnet.data.reach import exists, is_folder
from apnet.errors import InputError
from apnet.evaluation.galleries import Galleries, galleries
from apnet.evaluation.measure import (
    Embedder,
    random_accuracies,
    retrieve,
    trained_network,
    untrained_network,
)
from apnet.evaluation.queries import write_queries
from apnet.evaluation.record import (
    in_words,
    of_machine,
    of_protocol,
    of_results,
    of_run,
    summary,
    test_switches,
)
from apnet.evaluation.result import RetrievalResult
from apnet.files import sha256, write_json
from apnet.records.blocks import RANKS
from apnet.records.kept import put_back, second_name, settle
from apnet.records.load import load_evaluation, load_run, settings_of
from apnet.records.paths import RECORD, WEIGHTS
from apnet.records.schema import Evaluation, GpuEvaluation, Run
from apnet.runtime.compute import ComputeOptions
from apnet.runtime.devices import choose_device
from apnet.runtime.environment import SCHEMA
from apnet.runtime.memory import enough_memory

_DEFAULT = ComputeOptions()
_AGAIN = "or give a smaller --batch; the same command begins again"


def evaluate(
    run: Path,
    test_set: str,
    data_root: Path,
    out: Path,
    *,
    data_record: Path | None = None,
    switches: Mapping[str, object] | None = None,
    compute: ComputeOptions = _DEFAULT,
    log: Callable[[str], None] = print,
) -> None:
    """Evaluate the run in folder `run` on `test_set`; write `out` and, beside it, an .npz.

    The .npz holds, per query in the order of the sorted query files, which image it is and its
    scores in both galleries (docs/records.md).

    Args:
        data_root: the folder that holds dataset folders.
        data_record: what `apnet data check` wrote of the test set; None checks it now.
        switches: of the test set's dataset, whose values replace those of the run.
        log: gets a line when embedding begins, and one with the result.

    Raises:
        InputError: no finished run, damaged weights, bad data, features that are not finite,
            no query with a true match, an unusable `out`, or too little memory.
    """
    begin = time.monotonic()
    _require_writable(out)
    device = choose_device(compute.device, compute.threads)
    record, settings = read_run(run)
    reading = reading_of_test(settings, test_set, switches or {})
    dataset = load_test_set(test_set, data_root, reading)
    data = describe_data(dataset, data_root, reading, data_record)
    code = numeric_core.evaluation(settings.model, test_set)
    if _put_back(out, {**of_run(record), "code_fingerprint": code, "data": data}, reading):
        log(f"{out} is already evaluated; delete it to evaluate again")
        return
    source = get_source(test_set, data_root)
    embedder = Embedder(
        load_model(run, record, settings).to(device),
        settings.recipe,
        source.feature(reading),
        device,
        compute,
        log,
    )
    both = galleries(dataset, source, reading)
    log(f"embedding {len(dataset.query)} queries, {in_words(both)}")
    result, other = _results(run, both, embedder)
    identities = record.data.counts.train.identities
    without = _without_learning(run, both, embedder, settings, identities)
    write_queries(out.with_suffix(".npz"), dataset.query, result, other)
    model = GpuEvaluation if device.type == "cuda" else Evaluation
    evaluation = model(
        version=SCHEMA,
        run=str(run),
        **of_run(record),
        dataset=test_set,
        **of_results(result, other, both),
        without_learning=without,
        code_fingerprint=code,
        data=data,
        wall_seconds=round(time.monotonic() - begin, 3),
        protocol=of_protocol(embedder, both, reading),
        **of_machine(embedder),
    )
    write_json(out, evaluation.content())
    settle(out.with_suffix(".npz"), out)
    log(f"{summary(evaluation)}  ({out})")


def _put_back(out: Path, wanted: Mapping[str, object], reading: Reading) -> bool:
    """Whether this very evaluation was kept, and is back in its place.

    Args:
        wanted: what its record holds of the run, the code and the data.
    """
    queries = out.with_suffix(".npz")
    if out.exists() or not all(second_name(file).is_file() for file in (out, queries)):
        return False
    try:
        kept = load_evaluation(second_name(out))
    except InputError:
        return False
    content = kept.content()
    protocol = content["protocol"] | {"switches": test_switches(kept.dataset, reading)}
    if type(kept)(**content | wanted | {"protocol": protocol}) != kept:
        return False
    put_back(queries, out)
    return True


def load_test_set(test_set: str, data_root: Path, reading: Reading) -> ReIDDataset:
    """A dataset that runs can be evaluated on.

    Raises:
        InputError: no such dataset, or one without queries or without a gallery.
    """
    dataset = load_dataset(test_set, data_root, reading)
    for split in ("query", "gallery"):
        if not getattr(dataset, split):
            raise InputError(f"{test_set} has no {split} images, so no run can be evaluated on it")
    return dataset


def _results(
    run: Path, both: Galleries, embedder: Embedder
) -> tuple[RetrievalResult, RetrievalResult | None]:
    explained = enough_memory(embedder.batch, embedder.compute.workers, _AGAIN)
    try:
        with explained:
            return retrieve(both, embedder)
    except ValueError as error:
        raise InputError(f"{run} cannot be evaluated on {both.whole.name}: {error}") from error


def _without_learning(
    run: Path, both: Galleries, embedder: Embedder, settings: Settings, identities: int
) -> dict[str, object]:
    """What the numbers have to beat, on the same test set by the same protocol."""
    floors = {"random_ranking": random_accuracies(both.dataset, RANKS), "untrained": None}
    if not settings.recipe.pretrained:
        model = untrained_network(settings, identities).to(embedder.device)
        result, _ = _results(run, both, replace(embedder, model=model))
        floors["untrained"] = result.accuracies(RANKS)
    return floors


def reading_of_test(settings: Settings, test_set: str, switches: Mapping[str, object]) -> Reading:
    """The run's reading with other values of the test set's switches.

    Raises:
        InputError: a switch of something else.
    """
    known = tuple(switch.name for switch in switches_of(test_set))
    for name in switches:
        if name not in known:
            raise InputError(
                f"{name} is no switch of the test set {test_set} (its switches: "
                f"{', '.join(known) or 'none'}): those of the method are the run's"
            )
    return settings.reading.with_switches(**switches)


def _require_writable(out: Path) -> None:
    """Refuse an unusable `out` before all images are embedded."""
    if out.suffix != ".json" or is_folder(out) or is_folder(out.with_suffix(".npz")):
        raise InputError(f"cannot write {out}: name a .json file, beside which an .npz will lie")
    require_place(out)


def require_place(out: Path) -> None:
    """Refuse a path whose folder cannot be made or written.

    Raises:
        InputError: it cannot.
    """
    there = next(folder for folder in out.absolute().parents if exists(folder))
    if not is_folder(there):
        raise InputError(f"cannot write {out}: {there} is no folder, choose another path")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"cannot write {out}: {there} is read-only for you, choose another path")


def read_run(run: Path) -> tuple[Run, Settings]:
    """The record of a finished run and the settings in it.

    Raises:
        InputError: no finished run there, or its record is not a valid one.
    """
    file = run / RECORD
    if not file.is_file():
        raise InputError(f"no finished run in {run}: train it with apnet train")
    record = load_run(file)
    return record, settings_of(record, file)


def load_model(run: Path, record: Run, settings: Settings) -> nn.Module:
    """The trained model of a run, with weights that are those its record names.

    Raises:
        InputError: the weights are absent, not the recorded ones, or do not fit the model as
            this version builds it.
    """
    file = run / WEIGHTS
    if not file.is_file():
        raise InputError(f"no weights at {file}: train the run again")
    if sha256(file) != record.checkpoint_sha256:
        raise InputError(f"{file} is not the file that run.json names: train the run again")
    return trained_network(settings, record.data.counts.train.identities, file)
