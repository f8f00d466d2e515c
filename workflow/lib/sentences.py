"""Sentences on data and protocol, from the records of runs."""

from collections.abc import Mapping, Sequence

Json = Mapping[str, object]

_FEATURES = {"bn": "features after the BN neck", "logits": "classifier logits as features"}


def protocol(block: Json) -> str:
    """A protocol block of a record, as a phrase."""
    feature = _FEATURES.get(block["feature"], f"{block['feature']} features")
    flipped = "averaged with the mirror image's" if block["flip"] else "without mirror images"
    return "; ".join(
        [
            f"{block['query']} query",
            f"{block['distance']} distance",
            f"{feature}, {flipped}",
            f"{block['checkpoint']} checkpoint",
            f"junk {block['junk']}",
            f"distractors {block['distractors']}",
        ]
    )


def data(training: Json, test: Json) -> str:
    """What a run was trained and tested on, with its counts, as a sentence."""
    train = training["counts"]["train"]
    query, gallery = (test["counts"][split]["images"] for split in ("query", "gallery"))
    counts = (
        f"{train['images']:,} training images of {train['identities']:,} identities, "
        f"{query:,} queries, {gallery:,} gallery images"
    )
    return f"{data_kind([training, test]).capitalize()}: {counts}."


def data_kind(blocks: Sequence[Json]) -> str:
    """Whether data are real and as published, as a phrase."""
    if any(block["synthetic"] for block in blocks):
        return "synthetic stand-in"
    if all(block["published"] for block in blocks):
        return "counts as published"
    some = any(block["published"] for block in blocks)
    return f"counts not {'all ' if some else ''}as published"
