"""mAP, CMC and mINP of features that any code made, from a file."""

from pathlib import Path

import numpy as np
import torch

from apnet.data.labels import Marks, marks
from apnet.errors import InputError
from apnet.evaluation.feature_files import ARRAYS, SIDES, WHAT, read_arrays
from apnet.evaluation.inputs import BadRow, matrices, plain
from apnet.evaluation.retrieval import evaluate_retrieval
from apnet.records.blocks import RANKS
from apnet.runtime.devices import choose_device


def score_file(
    path: Path,
    distance: str = "cosine",
    *,
    memory_mb: int = 512,
    device: str = "auto",
    threads: int | None = None,
) -> dict[str, object]:
    """Score a feature file.

    Args:
        path: .npz, .safetensors or .mat with `query_features` (q x d), `query_ids`,
            `query_cameras`, and the same of the gallery, or with other names that
            :mod:`apnet.evaluation.feature_files` knows. Gallery images of identity -1 are
            junk and are left out; identity 0 is ranked like others (:mod:`apnet.data.labels`).
        distance: `cosine` or `euclidean`.
        memory_mb: MiB to use beside the features.

    Returns:
        `mAP`; `cmc` at "1", "5", "10", "20"; `cmc_curve` of ranks 1 to 50; `mINP`; as fractions.
        `without_distractors`, the same in a gallery without them; None if there are none.
        `assumed`, sentences on what the file leaves open; `queries`, `valid_queries`, `gallery`
        (without junk), `junk` and `distractors` (in the gallery).

    Raises:
        InputError: not such a file, arrays missing or of the wrong shape or content, no
            such device or one without memory enough.
    """
    chosen_device = choose_device(device, threads)
    arrays, assumed = read_arrays(Path(path))
    try:
        found = _without_junk(arrays)
        features = matrices(arrays.pop("query_features"), arrays.pop("gallery_features"))
        result = evaluate_retrieval(
            *(side.to(chosen_device) for side in features),
            *(arrays[f"{side}_{what}"] for what in WHAT[1:] for side in SIDES),
            distance=distance,
            memory_mb=memory_mb,
        )
    except torch.OutOfMemoryError as error:
        raise InputError(
            f"{path} needs more memory than {chosen_device} has: try --device cpu"
        ) from error
    except BadRow as error:
        # As in the file, junk included.
        row = int(np.flatnonzero(~found.junk)[error.row]) if error.side == "gallery" else error.row
        raise InputError(f"{path}: {error.at(row)}") from error
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    others = result.without_distractors
    return {
        **result.scores(RANKS),
        "without_distractors": others and others.scores(RANKS),
        "assumed": assumed,
        "queries": len(result.first_match_rank),
        "valid_queries": result.valid_queries,
        "gallery": int(np.count_nonzero(~found.junk)),
        "junk": int(np.count_nonzero(found.junk)),
        "distractors": int(np.count_nonzero(found.distractors)),
    }


def _without_junk(arrays: dict[str, np.ndarray]) -> Marks:
    """Leave junk out of the gallery; returns what was marked in it."""
    names = [name for name in ARRAYS if name.startswith("gallery")]
    shapes = {name: arrays[name].shape for name in names}
    if len({shape[:1] for shape in shapes.values()}) > 1 or () in shapes.values():
        shown = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"the gallery's arrays differ in length: {shown}")
    ids = {name: plain(arrays[name], name) for name in ("query_ids", "gallery_ids")}
    for name, side in ids.items():
        if side.ndim != 1:
            raise ValueError(f"{name} has shape {side.shape}: give one for each image")
    found = marks(*ids.values())
    if found.queries.any():
        row = int(found.queries.argmax())
        remedy = ": only the gallery may have it, leave the query out"
        raise BadRow("query_ids", "holds -1, the mark of junk,", row, remedy)
    if found.junk.all():
        raise ValueError(
            "all gallery images are junk" if len(found.junk) else "the gallery is empty"
        )
    if found.junk.any():
        for name in names:
            arrays[name] = arrays[name][~found.junk]
    return found
