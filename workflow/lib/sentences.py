"""Sentences on models, data and protocol, for reports."""

from collections.abc import Mapping, Sequence

from apnet.config.attentions import ATTENTIONS
from apnet.config.backbones import backbones
from apnet.config.names import parse_model_name
from apnet.config.settings import current_settings

Json = Mapping[str, object]

_FEATURES = {"bn": "features after the BN neck", "logits": "classifier logits as features"}

THIN = "thin networks"

GALLERIES = {"kept": "with distractors", "dropped": "without distractors"}
"""What becomes of distractors -> the gallery, as a phrase."""

WITHOUT_LEARNING = {
    "untrained": ("untrained", "the networks of these rows before their first step"),
    "random_ranking": ("random ranking", "a gallery in random order, on average"),
}
"""Key in a record -> the label of its row in a report, and what it is."""

NO_LEVEL_3 = "the released radix 3 at level 3 cannot run: repaired to the paper's radix 2"

OPEN_MULTIPART = (
    "multi-part: the paper leaves open which map is split; a last stage of its own, as in MGN, "
    "unless the switch local_branch is set"
)
NO_MULTIPART = "the multi-part code was never released"


def caveats(model: str, reading: str) -> list[str]:
    """Where the paper leaves the model open, and where the released code gives no such model."""
    name = parse_model_name(model)
    texts = [OPEN_MULTIPART] if name.multipart else []
    backbone = backbones()[name.backbone].caveat
    texts += [backbone] if backbone else []
    if reading != "released" or name.baseline:
        return texts
    if name.multipart:
        texts.append(NO_MULTIPART)
    attention = ATTENTIONS.get(name.attention)
    if attention is not None and attention.no_release is not None:
        texts.append(attention.no_release)
    if name.attention == "channel" and name.level == 3 and not name.stacked:
        texts.append(NO_LEVEL_3)
    return texts


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


def models(settings: Json) -> str:
    """The size of a run's network, as a phrase."""
    thin = current_settings(settings)["backbone_size"] == "thin"
    return THIN if thin else "networks of full size"


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


def hardly_learned(evaluation: Json) -> str:
    """What shows that a network hardly learned, as a phrase; empty where it did learn.

    A network that learned has a mAP of at least twice its own before the first step, and of three
    times a random ranking's; whether a record of an earlier version did, is not known.
    """
    floors = evaluation.get("without_learning")
    if floors is None:
        return ""
    mAP, least = evaluation["mAP"], 3 * floors["random_ranking"]["mAP"]
    words = [f"mAP {100 * mAP:.1f}"]
    if floors["untrained"]:
        least = max(least, 2 * floors["untrained"]["mAP"])
        words.append(f"untrained {100 * floors['untrained']['mAP']:.1f}")
    words.append(f"a random ranking {100 * floors['random_ranking']['mAP']:.1f}")
    return ", ".join(words) if mAP < least else ""
