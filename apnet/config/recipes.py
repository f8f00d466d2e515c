"""Training recipes: every setting that changes the weights, with its source.

`channel` and `spatial` are the paper's (Section IV-B; where it is silent, the
released code). `smoke` is the same procedure made small enough for two CPU
cores; its numbers say nothing about the paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from apnet.config.backbones import backbones
from apnet.config.former import SETTINGS, current
from apnet.config.methods import MethodSpec, methods, unknown
from apnet.config.recipe_values import CHOICES, with_settings
from apnet.errors import InputError, one_of
from apnet.lazy import file_of


@dataclass(frozen=True)
class Recipe:
    """Settings of one training. Lengths in pixels, ages in epochs."""

    name: str
    backbone_size: str
    """`full`, or `thin`: the same stages, strides and channels after each, few narrow blocks."""
    height: int
    width: int
    identities: int
    """P: identities in a batch."""
    instances: int
    """K: images of each of them."""
    epochs: int
    epoch_unit: str
    """What makes an epoch: every usable `image` once (release), every `identity` once (RGA)."""
    steps_per_epoch: int | None
    """A fixed number of steps instead; None follows `epoch_unit`."""
    lr: float
    weight_decay: float
    """L2, coupled, on every trained parameter, biases and BatchNorm included (release)."""
    milestones: tuple[int, ...]
    """Epochs from which the rate is multiplied by `gamma` once more."""
    gamma: float
    warmup_epochs: int
    warmup_factor: float
    """The rate rises linearly from this share of `lr` over the warm-up, once an epoch."""
    margin: float
    """Of the batch-hard triplet loss (Eq. 6), Euclidean, before the BN neck."""
    smoothing: float
    """Epsilon of label smoothing (Eq. 8)."""
    triplet_weight: float
    """Lambda of Eq. 9; the paper gives no value, the release has 1."""
    flip: float
    """Probability of a horizontal flip in training."""
    padding: int
    """Black border added before the random crop back to height x width."""
    erasing: float
    """Probability of random erasing."""
    erasing_area: tuple[float, float]
    erasing_aspect: tuple[float, float]
    erasing_value: tuple[float, float, float]
    """Written after normalisation, as released, so not the mean colour."""
    flip_test: bool
    """Test features are averaged over the image and its mirror image (Section IV-B)."""
    pretrained: bool
    """Start from ImageNet weights."""
    batchnorm_momentum: float
    precision: str
    """`float32`, `bfloat16` autocast, or `auto`: the latter where the hardware has it."""
    channels_last: bool | str
    """Channels beside each other in memory; `auto` where that was found to be faster."""
    fused: bool | str
    """Adam as one kernel for all tensors, `auto` everywhere; else as PyTorch would have it."""
    compile: bool | str
    """The network through `torch.compile`; `auto` nowhere yet (docs/speed.md)."""

    @property
    def batch(self) -> int:
        """Images in a batch, P x K."""
        return self.identities * self.instances

    def settings(self) -> dict[str, object]:
        """Every setting and its value, as recorded with each run. Tuples become lists."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in vars(self).items()
        }


CHANNEL = Recipe(
    name="channel",
    backbone_size="full",
    height=384,
    width=192,
    identities=20,
    instances=4,
    epochs=160,
    epoch_unit="image",
    steps_per_epoch=None,
    lr=4e-4,
    weight_decay=1e-3,
    milestones=(40, 80, 120, 160),
    gamma=0.1,
    warmup_epochs=10,
    warmup_factor=0.01,
    margin=0.3,
    smoothing=0.1,
    triplet_weight=1.0,
    flip=0.5,
    padding=10,
    erasing=0.5,
    erasing_area=(0.02, 0.4),
    erasing_aspect=(0.3, 1 / 0.3),
    erasing_value=(0.485, 0.456, 0.406),
    flip_test=True,
    pretrained=True,
    batchnorm_momentum=0.1,
    precision="float32",
    channels_last="auto",
    fused="auto",
    compile="auto",
)

# Section IV-B sends the reader to RGA [5] for the spatial models, whose batch is 16 x 4
# and whose test has no flip, and in the next sentences says 20 x 4 and flip "for all
# experiments". The latter is taken; the schedule and the augmentation are RGA's.
SPATIAL = replace(
    CHANNEL,
    name="spatial",
    height=256,
    width=128,
    epochs=600,
    epoch_unit="identity",
    lr=8e-4,
    weight_decay=5e-4,
    milestones=(80, 120, 160, 200, 240, 280, 320, 360),
    gamma=0.5,
    warmup_epochs=20,
    erasing_value=(0.0, 0.0, 0.0),
)

# At the usual BatchNorm momentum the running statistics lag behind so few steps, and
# evaluation is worse than before training. Thin networks want their channels last on a CPU, too.
SMOKE = replace(
    CHANNEL,
    name="smoke",
    backbone_size="thin",
    height=64,
    width=32,
    identities=8,
    instances=2,
    epochs=8,
    steps_per_epoch=5,
    lr=4e-3,
    milestones=(),
    warmup_epochs=0,
    padding=2,
    erasing=0.1,
    pretrained=False,
    batchnorm_momentum=0.3,
    precision="auto",
    channels_last=True,
)

# Spatial pyramids learn slowly, and faster of more people at once; of half as many they diverge.
# Without smoothed labels so few steps take them further.
SMOKE_SPATIAL = replace(
    SMOKE,
    name="smoke-spatial",
    epoch_unit="identity",
    identities=32,
    epochs=10,
    smoothing=0.0,
)

# Real learning in minutes without a GPU, channel and spatial; never held against the paper.
LAPTOP = replace(
    SMOKE,
    name="laptop",
    height=128,
    width=64,
    instances=4,
    epochs=14,
    steps_per_epoch=50,
    lr=1e-3,
    milestones=(10,),
    warmup_epochs=1,
    padding=5,
    erasing=0.5,
    batchnorm_momentum=0.1,
)

_SMALL = (SMOKE, SMOKE_SPATIAL, LAPTOP)
"""Of thin networks on small images."""

RECIPES = {recipe.name: recipe for recipe in (CHANNEL, SPATIAL, *_SMALL)}


def get_recipe(name: str, backbone: str = "resnet50", /, **settings: object) -> Recipe:
    """The recipe `name` for a backbone, with some settings changed.

    Raises:
        InputError: unknown recipe or setting, or a value that a setting cannot have.
    """
    # The recipes above stand whatever the files of other methods hold.
    known = RECIPES if name in RECIPES else recipes()
    if name not in known:
        raise unknown(str(one_of("recipe", name, tuple(known))))
    recipe, spec = known[name], backbones()[backbone]
    if recipe in _SMALL and spec.small_size is not None:
        recipe = replace(recipe, height=spec.small_size[0], width=spec.small_size[1])
    if recipe.backbone_size == "thin" and spec.thin is None:
        recipe = replace(recipe, backbone_size="full")
    return with_settings(recipe, given_settings(settings))


def given_settings(settings: Mapping[str, object], where: str = "") -> dict[str, object]:
    """Recipe settings of a config, a command or a METHOD under today's names.

    Args:
        where: begins a warning.

    Raises:
        InputError: a setting under both of its names.
    """
    # A number for `epoch` is no former value: `epochs` was meant.
    meant = {old: new for old, new in SETTINGS.items() if settings.get(old) in CHOICES[new]}
    return current("recipe setting", settings, meant, where)


def recipe_at(scale: Mapping[str, str], name: str) -> str:
    """The recipe that stands for recipe `name` in a scale, such as `smoke` for all.

    A method's own recipe follows the one that it is derived from.

    Args:
        scale: recipe -> the one that stands for it.
    """
    base = next((m.recipe for m in methods().values() if m.recipe_name == name), name)
    chosen = scale.get(base, base)
    return name if chosen == base else chosen


@cache
def recipes() -> Mapping[str, Recipe]:
    """Every recipe by name: those above, and what other methods have of their own.

    Raises:
        InputError: as :func:`recipe_of`.
    """
    return RECIPES | {method.recipe_name: recipe_of(method) for method in methods().values()}


def recipe_of(method: MethodSpec) -> Recipe:
    """The recipe that a method is trained with.

    Raises:
        InputError: one with an unknown setting or value, or with a name from above.
    """
    file = file_of(method.module)
    if method.recipe not in RECIPES:
        raise one_of(f"recipe in METHOD of {file}", method.recipe, tuple(RECIPES))
    if not method.settings:
        return RECIPES[method.recipe]
    if method.recipe_name in RECIPES:
        raise InputError(
            f"{file}: its recipe would be {method.recipe_name}, as another is: rename the file"
        )
    try:
        settings = given_settings(method.settings, f"METHOD of {file}: ")
        return replace(with_settings(RECIPES[method.recipe], settings), name=method.recipe_name)
    except InputError as error:
        raise InputError(f"METHOD of {file}: {error}") from error
