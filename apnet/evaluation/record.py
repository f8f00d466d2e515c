"""What an evaluation's record holds of its run, its protocol, its results and its machine."""

import torch

from apnet.config.readings import Reading
from apnet.config.settings import deviations
from apnet.data import switches_of
from apnet.data.labels import describe
from apnet.evaluation.galleries import Galleries
from apnet.evaluation.measure import DISTANCE, Embedder
from apnet.evaluation.result import RetrievalResult
from apnet.records.blocks import RANKS
from apnet.records.galleries import OtherGallery
from apnet.records.schema import Evaluation, Run
from apnet.runtime.devices import arithmetic
from apnet.runtime.environment import hardware

_DISTRACTORS = {False: "kept", True: "dropped"}
"""Whether they are left out -> the word for it."""


def test_switches(test_set: str, reading: Reading) -> dict[str, object]:
    """The switches of a test set under a reading."""
    return {switch.name: switch.of(reading) for switch in switches_of(test_set)}


def of_protocol(embedder: Embedder, both: Galleries, reading: Reading) -> dict[str, object]:
    """`protocol`."""
    return {
        "distance": DISTANCE,
        "query": "single",
        "flip": embedder.recipe.flip_test,
        "feature": embedder.feature,
        "checkpoint": "last",
        "junk": "left out of the gallery",
        "distractors": _DISTRACTORS[both.drop],
        "switches": test_switches(both.dataset.name, reading),
    }


def in_words(both: Galleries) -> str:
    """The gallery that counts, as a phrase."""
    dataset = both.dataset
    return describe(len(dataset.gallery), dataset.junk, dataset.distractors, dropped=both.drop)


def of_run(record: Run) -> dict[str, object]:
    """The run in an evaluation's record."""
    copied = ("switches", "recipe", "settings", "code_fingerprint", "data", "provenance")
    return {
        "model": record.model,
        "training_set": record.dataset,
        "reading": record.reading,
        "seed": record.seed,
        "checkpoint_sha256": record.checkpoint_sha256,
        "settings_sha256": record.settings_sha256,
        "training": {key: getattr(record, key) for key in copied}
        | {"paper_recipe": not deviations(record.model, record.settings)},
    }


def of_machine(embedder: Embedder) -> dict[str, object]:
    """The machine in an evaluation's record."""
    return {
        "images": sorted(embedder.sources),
        "batch": embedder.batch,
        "arithmetic": arithmetic(embedder.device, embedder.recipe.precision),
        "hardware": hardware(str(embedder.device), torch.get_num_threads()),
    }


def of_results(
    result: RetrievalResult, other: RetrievalResult | None, both: Galleries
) -> dict[str, object]:
    """Scores and counts of images in an evaluation's record."""
    dataset = both.dataset
    block = {
        **result.scores(RANKS),
        "counts": {
            "query": len(dataset.query),
            "valid_query": result.valid_queries,
            "gallery": len(dataset.gallery),
            "junk": dataset.junk,
            "distractors": dataset.distractors,
        },
    }
    if other:
        less = 0 if both.drop else dataset.distractors
        block["other_gallery"] = {
            "distractors": _DISTRACTORS[not both.drop],
            "gallery": len(both.whole.gallery) - less,
            **other.scores(RANKS),
        }
    return block


def summary(evaluation: Evaluation) -> str:
    """The scores in both galleries as a line."""
    found = _line(evaluation)
    if other := evaluation.other_gallery:
        found += f"; distractors {other.distractors}: {_line(other)}"
    return found


def _line(scores: Evaluation | OtherGallery) -> str:
    return f"mAP {scores.mAP:.1%}  rank-1 {scores.cmc['1']:.1%}  mINP {scores.mINP:.1%}"
