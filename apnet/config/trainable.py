"""Settings that cannot be trained with each other, though each may have its value. No torch here.

What a single setting may be is checked where it is declared: :mod:`apnet.config.recipes`,
:mod:`apnet.config.readings`.
"""

from collections.abc import Sequence

from apnet.config.backbones import backbones
from apnet.config.names import parse_model_name
from apnet.config.recipes import Recipe
from apnet.config.settings import Settings
from apnet.config.stages import check_buildable
from apnet.errors import InputError


def check_trainable(settings: Settings) -> None:
    """Refuse settings that end in an error, or in a loss that teaches nothing.

    Raises:
        InputError: a model that cannot be built at the recipe's image size; a batch without two
            identities, or two images of each, for the triplet loss; BatchNorm over one image;
            an augmentation that leaves nothing of an image; a thin network that there is not, or
            that is to start from ImageNet weights.
    """
    recipe = settings.recipe
    size = (recipe.height, recipe.width)
    check_buildable(parse_model_name(settings.model), settings.reading, size)
    _check_triplets(recipe)
    _check_shares(recipe, settings.reading.batchnorm_batch)
    _check_augmentation(recipe)
    _check_size(settings)


def _check_size(settings: Settings) -> None:
    backbone, recipe = parse_model_name(settings.model).backbone, settings.recipe
    if recipe.backbone_size != "thin":
        return
    if backbones()[backbone].thin is None:
        raise InputError(f"there is no thin {backbone}: set backbone_size=full")
    if recipe.pretrained:
        raise InputError(
            "backbone_size=thin with pretrained=true: there are no ImageNet weights of thin "
            "networks: change one of them"
        )


def check_identities(images: Sequence[int], recipe: Recipe, dataset: str) -> None:
    """Refuse a training set whose labels teach nothing. Too few identities are refused later.

    Args:
        images: of each training identity, how many.
        dataset: its name.

    Raises:
        InputError: a single identity, or nobody with two images.
    """
    if len(images) == 1:
        raise InputError(
            f"{dataset} has one identity for training, and nothing tells one person apart: check "
            f"its labels, or train on another dataset"
        )
    if recipe.triplet_weight and max(images) == 1:
        raise InputError(
            f"{dataset} has one image of each identity for training, and the triplet loss wants "
            f"two: check its labels, or set triplet_weight=0"
        )


def remarks(recipe: Recipe) -> list[str]:
    """Sentences on a schedule that is trained as it is, though parts of it never act."""
    last = recipe.epochs
    late = [milestone for milestone in recipe.milestones if milestone > last]
    found = []
    if 0 < last <= recipe.warmup_epochs:
        found.append(
            f"the learning rate never reaches lr={recipe.lr:g}: warmup_epochs="
            f"{recipe.warmup_epochs} with epochs={last}"
        )
    if last and late:
        found.append(
            f"the learning rate never falls at {', '.join(map(str, late))} of milestones: "
            f"epochs={last}"
        )
    return found


def _check_triplets(recipe: Recipe) -> None:
    """Without a second identity the loss is 0, without a second image it has no positives."""
    wants = {"identities": "identities in a batch", "instances": "images of each"}
    for setting, wanted in wants.items():
        if recipe.triplet_weight and getattr(recipe, setting) == 1:
            raise InputError(
                f"{setting}=1 with triplet_weight={recipe.triplet_weight:g}: the triplet loss "
                f"compares 2 {wanted} or more: raise {setting}, or set triplet_weight=0"
            )


def _check_shares(recipe: Recipe, share: int | None) -> None:
    """The BatchNorm of a feature, such as the BN neck's, wants two images or more to train on."""
    batch, share = recipe.batch, min(share or recipe.batch, recipe.batch)
    if 1 not in (share, batch % share):
        return
    whole = f"a batch of {recipe.identities} x {recipe.instances} (identities, instances)"
    if batch == 1:
        raise InputError(f"{whole} is one image, and BatchNorm wants two or more: raise either")
    raise InputError(
        f"{whole} in shares of {share} (the switch batchnorm_batch) leaves BatchNorm a share of "
        f"one image, and it wants two or more: change one of the three, or set "
        f"batchnorm_batch=null"
    )


def _check_augmentation(recipe: Recipe) -> None:
    if recipe.padding >= min(recipe.height, recipe.width):
        raise InputError(
            f"padding={recipe.padding} with images of {recipe.height}x{recipe.width} (height, "
            f"width): a crop may hold nothing of its image: lower the padding"
        )
    (least, most), (flat, tall) = recipe.erasing_area, recipe.erasing_aspect
    if recipe.erasing and not (least <= most and 0 < flat <= tall):
        raise InputError(
            f"erasing={recipe.erasing:g} with erasing_area={[least, most]} and erasing_aspect="
            f"{[flat, tall]}: give each as [least, most], and an aspect above 0, or set erasing=0"
        )
