"""What has to be run: from the config and the paper's tables to runs and evaluations.

A run is a folder whose path is its name, so two tables that need the same run
share it. Nothing here loads torch. Of the results only run.json is read: which runs were
imported, and the fingerprint of those that `code_changes: keep` keeps.
"""

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path

from apnet import numeric_core
from apnet.config.names import parse_model_name
from apnet.config.readings import WRITTEN, get_reading
from apnet.config.recipes import get_recipe, recipe_at
from apnet.config.settings import Settings, paper_recipe
from apnet.config.trainable import check_trainable
from apnet.data import DATASETS, get_source
from apnet.errors import InputError, one_of
from apnet.files import read_json
from apnet.records import paths
from apnet.records.kept import second_name
from apnet.records.paths import Evaluation, Run
from reproduction.paper.tables import Table
from workflow.lib.catalogue import COSTS, CURVES, TABLES, paper
from workflow.lib.experiments import (
    Experiment,
    counted_models,
    load_experiments,
)
from workflow.lib.presence import absence, unreadable


class Plan:
    """The config, resolved.

    Args:
        config: validated (:mod:`workflow.lib.config`).
        root: the checkout, which holds paper/ and workflow/.
        located: where a path of a rule lies, which is elsewhere in another workflow's module.

    Raises:
        InputError: a model that cannot be built at the recipe's image size, an
            unknown switch or setting.
    """

    def __init__(self, config: dict, root: Path, located: Callable[[str], str] = str) -> None:
        self.config = config
        self.located = located
        self.scale: str = config["scale"]
        self.results = f"results/{self.scale}"
        self.experiments = load_experiments(root / "workflow" / "experiments.yaml")
        switches = config["switches"]
        self.readings = {name: get_reading(name, **switches) for name in config["readings"]}
        self.custom = {name: next(iter(item.values())) for name, item in config["datasets"].items()}
        self.settings, self.has = cache(self.settings), cache(self.has)  # asked at each cell
        self._by_model = {item.model: item for item in self.experiments.values()}
        self._check_models()

    @property
    def custom_only(self) -> bool:
        """Whether the config names custom datasets and none of the paper's."""
        return self.config["data_root"] is None and self.config["synthetic"] is None

    @property
    def shows_missing(self) -> bool:
        """Whether reports are made from what exists, with open cells for what is missing."""
        return self.config["missing"] == "show"

    @property
    def data_root(self) -> str:
        """The folder that holds dataset folders."""
        return self.config["data_root"] or self.located(f"resources/synthetic/{self.scale}")

    def drawn_identities(self, dataset: str) -> int | None:
        """How many training identities a dataset is drawn with; None for real data."""
        drawn, real = self.config["synthetic"], get_source(dataset).published(WRITTEN)
        return drawn and min(drawn["identities"], real["train"]["identities"])

    def draws(self, dataset: str) -> bool:
        """Whether a dataset is drawn."""
        return self.config["synthetic"] is not None and dataset not in self.custom

    def admission(self, reading: str, dataset: str) -> str | None:
        """The file by which a dataset is admitted; None for synthetic and custom data."""
        if self.config["synthetic"] or dataset in self.custom:
            return None
        return f"{self.results}/{paths.ADMISSION.format(reading=reading, dataset=dataset)}"

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables that can be regenerated, by name."""
        return {name: paper().tables[name] for name in TABLES}

    @cached_property
    def counted(self) -> list[str]:
        """The models whose costs the tables need."""
        tables = [paper().tables[name] for name in COSTS]
        models = [counted_models(table, self.experiments).values() for table in tables]
        return list(dict.fromkeys(model for some in models for model in some))

    @property
    def drawn_models(self) -> list[str]:
        """The models whose parameters the curves show."""
        return list(dict.fromkeys(model for name in CURVES for model in self.models(name)))

    def models(self, table: str) -> list[str]:
        """The models that make a table, each once, in the order of its rows."""
        models = (experiment.model for experiment, _, _ in self._cells(self.tables[table]))
        return list(dict.fromkeys(models))

    def maps(self, figure: str) -> list[str]:
        """The files that a figure of images shows, one a reading, of the first seed."""
        return [f"{self.results}/{item.attention}" for item in self._pictured(figure)]

    def judged_maps(self, figure: str) -> list[str]:
        """The evaluations of the same runs, which say whether they learned."""
        return [f"{self.results}/{item.file}" for item in self._pictured(figure)]

    def wanted_maps(self, figure: str) -> list[str]:
        """The files that it waits for; none under `missing: show`."""
        there = self.has(paper().pictures[figure].shows["dataset"])
        files = [*self.maps(figure), *self.judged_maps(figure)]
        return files if there and not self.shows_missing else []

    def _pictured(self, figure: str) -> list[Evaluation]:
        shows, seed = paper().pictures[figure].shows, self.config["seeds"][0]
        runs = (Run(name, shows["dataset"], shows["model"], seed) for name in self.readings)
        return [Evaluation(run, shows["dataset"]) for run in runs]

    def counts(self, datasets: Iterable[str]) -> list[str]:
        """The records of those datasets that exist, under every reading."""
        existing = [name for name in datasets if self.has(name)]
        pairs = [(reading, dataset) for reading in self.readings for dataset in existing]
        checks = (paths.CHECK.format(reading=reading, dataset=name) for reading, name in pairs)
        return [f"{self.results}/{check}" for check in checks]

    def settings(self, run: Run) -> Settings:
        """Everything that changes the weights of a run."""
        experiment = self._by_model.get(run.model)
        name = parse_model_name(run.model)
        paper = experiment.recipe if experiment else paper_recipe(run.model)
        recipe = recipe_at(self.config["recipes"], paper)
        return Settings(
            model=run.model,
            dataset=run.dataset,
            reading=self.readings[run.reading],
            recipe=get_recipe(recipe, name.backbone, **self.config["set"]),
            seed=run.seed,
        )

    def pretrained_backbone(self, run: Run) -> str | None:
        """The backbone whose ImageNet weights a run starts from, if it does."""
        pretrained = self.settings(run).recipe.pretrained
        return parse_model_name(run.model).backbone if pretrained else None

    def record(self, run: Run) -> dict | None:
        """The record of a finished run, in its place or kept; None if none can be read."""
        file = Path(self.located(f"{self.results}/{run.record}"))
        return _read(file) or _read(second_name(file))

    def kept(self, run: Run) -> dict | None:
        """The record of a finished run that `code_changes: keep` keeps."""
        record = self.record(run) if self.config["code_changes"] == "keep" else None
        return record if record and "code_fingerprint" in record else None

    def code(self, run: Run) -> str:
        """Fingerprint of the code that trains a run, or that trained one which is kept."""
        record = self.kept(run)
        today = numeric_core.training(run.model, run.dataset)
        return record["code_fingerprint"] if record else today

    def settings_record(self, run: Run) -> dict[str, object]:
        """The settings of a run; of one that is kept, under the names of its own time."""
        settings, record = self.settings(run), self.kept(run)
        wanted = settings.record()
        return (
            {key: record[key] for key in wanted} if was_trained_with(record, settings) else wanted
        )

    @cached_property
    def imported(self) -> list[str]:
        """The folders (:class:`Run`) of this scale's runs that were trained elsewhere."""
        results = Path(self.located(self.results))
        kept = [record.parent for record in results.glob(paths.RUNS) if _imported(record)]
        return sorted(folder.relative_to(results).as_posix() for folder in kept)

    @cached_property
    def unreadable(self) -> list[str]:
        """Those of them whose record cannot be read."""
        results = Path(self.located(self.results))
        return [run for run in self.imported if _read(results / run / paths.RECORD) is None]

    def evaluations(self, table: str, absent: bool = False) -> list[Evaluation]:
        """What table `table` is made from.

        Args:
            absent: whether with those whose dataset is absent.
        """
        evaluations = {
            Evaluation(Run(reading, training, experiment.model, seed), test)
            for experiment, training, test in self._cells(self.tables[table])
            for reading in self.readings
            for seed in self.config["seeds"]
            if absent or (self.has(training) and self.has(test))
        }
        return sorted(evaluations)

    def files(self, tables: Iterable[str]) -> list[str]:
        """The evaluation records that the tables wait for; none under `missing: show`."""
        return [] if self.shows_missing else self.wanted(tables)

    def wanted(self, tables: Iterable[str]) -> list[str]:
        """The evaluation records that the tables are made from, existing or not."""
        wanted = sorted({item for table in tables for item in self.evaluations(table)})
        return [f"{self.results}/{item.file}" for item in wanted]

    def _cells(self, table: Table) -> Iterable[tuple[Experiment, str, str]]:
        for row in table.rows:
            for column in table.columns:
                name = table.experiment_of(row, column.key)
                if name is not None:
                    yield self.experiments[name], column.training_set, column.test_set

    def has(self, dataset: str) -> bool:
        """Whether a dataset of the paper is there to be read."""
        if self.config["synthetic"]:
            return not unreadable(dataset)
        return not self.custom_only and not absence(dataset, Path(self.data_root))

    def check_dataset(self, name: str) -> None:
        """Refuse a dataset that is neither the paper's nor the config's.

        Raises:
            InputError: the known ones.
        """
        if name not in {*DATASETS, *self.custom}:
            raise one_of("dataset", name, (*DATASETS, *self.custom))

    def check(self, run: Run) -> None:
        """Refuse a run that this config does not have or that cannot be trained.

        Raises:
            InputError: a reading that is not in the config, an unknown dataset or model, or
                settings that cannot be trained with each other or on the drawn identities.
        """
        if run.reading not in self.readings:
            raise one_of("reading in this config", run.reading, tuple(self.readings))
        self.check_dataset(run.dataset)
        settings = self.settings(run)
        check_trainable(settings)
        drawn = None if run.dataset in self.custom else self.config["synthetic"]
        wanted = settings.recipe.identities
        if drawn and drawn["identities"] < wanted:
            raise InputError(
                f"config: synthetic draws {drawn['identities']} identities, and a batch of recipe "
                f"{settings.recipe.name} wants {wanted}: draw more, or lower identities under set"
            )

    def check_training(self, run: Run) -> None:
        """Refuse a run that cannot be trained, or must not be because it was imported.

        Raises:
            InputError: why.
        """
        self.check(run)
        if run.folder in self.imported:
            broken = f"has a {paths.RECORD} that cannot be read"
            why = broken if run.folder in self.unreadable else "was imported"
            folder = f"{self.located(self.results)}/{run.folder}"
            raise InputError(f"{folder} {why}, and training it would delete it: move it away first")

    def _check_models(self) -> None:
        for table in TABLES:
            for experiment, training, _ in self._cells(self.tables[table]):
                for reading in self.readings:
                    self.check(Run(reading, training, experiment.model, 0))


def _read(file: Path) -> dict | None:
    """A run.json; None if there is none, or none that can be read."""
    try:
        record = read_json(file) if file.exists() else None
    except InputError:
        return None
    return record if isinstance(record, dict) else None


def was_trained_with(record: dict | None, settings: Settings) -> bool:
    """Whether a run was trained with these settings, whatever they were called then."""
    try:
        return record is not None and Settings.from_record(record) == settings
    except (AttributeError, InputError, KeyError, TypeError, ValueError):
        return False


def _imported(file: Path) -> bool:
    record = _read(file)
    # What cannot be read may have been imported, and must not be deleted.
    return record is None or record.get("provenance") == "imported"
