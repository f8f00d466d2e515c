"""What records hold, key by key: docs/records.md as tables."""

from apnet.records.kinds import (
    AMOUNT,
    COUNT,
    COUNTS,
    FLAG,
    NUMBER,
    OBJECT,
    TEXT,
    Form,
    each,
    inside,
    listed,
    nullable,
    one_of,
)

TRAINED = "trained"
_IMPORTED = "imported"

_PROVENANCE = one_of(TRAINED, _IMPORTED)
_SOURCE = one_of("files", "cache", "store", "device")
_FILE = each(TEXT, "file", "sha256")
_SPLIT = each(COUNT, "images", "identities", "cameras")
_SPLITS = {
    **inside("train", _SPLIT, COUNTS),
    **inside("query", _SPLIT, COUNTS),
    **inside("gallery", _SPLIT, COUNTS),
}
_OTHERS = each(COUNT, "junk", "distractors")
_DATA = {
    **each(TEXT, "name", "fingerprint"),
    **inside("counts", {**_SPLITS, **_OTHERS}, COUNTS),
    **each(FLAG, "synthetic", "published"),
}
_MACHINE = {
    "wall_seconds": AMOUNT,
    **inside("arithmetic", {"precision": TEXT, "deterministic": FLAG}),
    **inside("hardware", {**each(TEXT, "device", "cpu"), "threads": COUNT}),
}
_GPU = {
    **inside("arithmetic", each(FLAG, "cudnn_benchmark", "tf32_convolutions", "tf32_matmul")),
    # A PyTorch for AMD's GPUs calls them cuda as well, and has no CUDA.
    **inside(
        "hardware",
        {"gpu": TEXT, "gpu_memory_mb": COUNT, "cuda": nullable(TEXT), "cudnn": nullable(COUNT)},
    ),
}

_RUN = {
    "schema": COUNT,
    **each(TEXT, "model", "dataset", "reading", "recipe"),
    "seed": COUNT,
    **each(OBJECT, "switches", "settings"),
    **each(TEXT, "settings_sha256", "code_fingerprint", "checkpoint_sha256"),
    "provenance": _PROVENANCE,
    **inside("data", _DATA),
    **inside("weights", _FILE, nullable(OBJECT)),
    "widened": listed(TEXT, "a list of texts"),
    **inside(
        "environment",
        {
            **each(TEXT, "python", "platform"),
            **each(nullable(TEXT), "numpy", "pillow", "safetensors", "torch", "torchvision"),
        },
    ),
    **inside("git", {"commit": TEXT, "uncommitted_changes": FLAG}, nullable(OBJECT)),
}
_OF_A_TRAINING = {
    **inside("settings", {"epochs": COUNT}),
    **each(COUNT, "steps", "steps_per_epoch", "peak_memory_mb"),
    "images_per_second": AMOUNT,
    "images": _SOURCE,
    **_MACHINE,
    **inside("arithmetic", each(FLAG, "channels_last", "fused", "compile")),
}
_OF_AN_IMPORT = inside("imported", _FILE)

_EVALUATION = {
    "schema": COUNT,
    **each(TEXT, "run", "model", "training_set", "reading", "dataset"),
    "seed": COUNT,
    **inside(
        "protocol",
        {
            **each(TEXT, "distance", "query", "feature", "checkpoint", "junk", "distractors"),
            "flip": FLAG,
        },
    ),
    "mAP": NUMBER,
    "cmc": OBJECT,
    **inside("counts", {**each(COUNT, "query", "valid_query", "gallery"), **_OTHERS}, COUNTS),
    **each(TEXT, "checkpoint_sha256", "settings_sha256", "code_fingerprint"),
    **inside(
        "training",
        {
            **each(OBJECT, "switches", "settings"),
            **each(TEXT, "recipe", "code_fingerprint"),
            **inside("data", _DATA),
            "provenance": _PROVENANCE,
            "paper_recipe": FLAG,
        },
    ),
    **inside("data", _DATA),
    "images": listed(_SOURCE, "a list of files, store or device", least=1),
    "batch": COUNT,
    **_MACHINE,
}

EPOCH = {
    **each(COUNT, "epoch", "step"),
    **each(NUMBER, "lr", "loss", "identity_loss", "triplet_loss"),
    **each(AMOUNT, "seconds", "images_per_second"),
}
"""A line of a history."""

TITLE = {
    **each(TEXT, "model", "dataset", "reading", "recipe"),
    "seed": COUNT,
    **inside("data", {"synthetic": FLAG}),
}
"""What a figure says of its run."""


def run_form(record: dict) -> Form:
    """The form of a run's record; what an imported one lacks is asked of every other."""
    if record.get("provenance") == _IMPORTED:
        return {**_RUN, **_OF_AN_IMPORT}
    form = {**_RUN, **_OF_A_TRAINING, **_of_a_gpu(record)}
    # Records that are older than this key lack it.
    return {**form, "gpu_peak_memory_mb": COUNT} if "gpu_peak_memory_mb" in record else form


def evaluation_form(record: dict) -> Form:
    """The form of an evaluation's record."""
    return {**_EVALUATION, **_of_a_gpu(record)}


def _of_a_gpu(record: dict) -> Form:
    hardware = record.get("hardware")
    device = hardware.get("device") if isinstance(hardware, dict) else None
    return _GPU if str(device).startswith("cuda") else {}
