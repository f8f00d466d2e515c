"""What could make a number lower than the paper's: differences of protocol and set-up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apnet.config.names import ModelName, parse_model_name
from apnet.config.readings import METHOD, RELEASED, WRITTEN
from apnet.config.recipes import get_recipe
from apnet.config.settings import NUMERICS, paper_recipe
from apnet.data.registry import switches_of
from apnet.gap.effects import SEED
from apnet.gap.setup import Content, setup


@dataclass(frozen=True)
class Cause:
    """A difference that could explain a gap.

    Attributes:
        name: as :attr:`apnet.gap.effects.Effect.what` has it.
        about: what it decides, as a sentence.
        papers: values that the paper's number may stand for: one, or where its text and its
            authors' code do not agree, several; none if nothing says it.
        brief: whether its name says enough.
    """

    name: str
    about: str
    papers: tuple[object, ...]
    brief: bool = False


SHOWN_ELSEWHERE = frozenset({"name", *NUMERICS})
"""Settings that make no run another experiment than the paper's."""

_PYRAMIDS = ("level_order", "sub_attention", "normaliser", "se_hidden", "level_batchnorm", "stages")

_PROTOCOL = (
    Cause(SEED, "One run is one draw: runs that differ in their seed alone spread.", ()),
    Cause("images", "Drawn ones, or other counts than the published.", ("as published",)),
    Cause("query", "Each query image ranks the gallery by itself.", ("single",)),
    Cause("junk", "Junk that stays in the gallery is ranked.", ("left out of the gallery",)),
    Cause("distance", "Cosine and Euclidean rank alike on the unit sphere alone.", ("cosine",)),
    Cause("feature", "Compared are features after the BN neck.", ("after the BN neck",)),
    Cause("reranking", "Re-ranking gives other numbers.", (False,)),
    Cause("checkpoint", "The last weights, or those that test best; the paper says neither.", ()),
    Cause("last_stride", "Of the backbone's last stage.", (1,)),
    Cause("provenance", "Trained here, untrained, or imported.", ("trained",)),
)

_SETTINGS = {
    "height": "Of the images, in pixels.",
    "width": "Of the images, in pixels.",
    "epochs": "How many.",
    "pretrained": "Training starts from ImageNet weights.",
    "flip_test": "Features are averaged with the mirror image's.",
}
"""Settings that are the first to be suspected; the others are many."""

_MULTIPART = Cause(
    "multipart",
    "The branch of two parts that Section IV-D adds for CUHK03; never released.",
    (True,),
)
_VARIANT = Cause("variant", "MSMT17 V1, or V2, whose faces are blurred.", ("the usual one",))


def causes(model: str, datasets: tuple[str, ...], about: Mapping[str, str]) -> Iterator[Cause]:
    """Everything that could differ for a model, trained and tested on these datasets.

    Args:
        about: what each switch of the method and each setting of a recipe decides.

    Raises:
        InputError: unknown model.
    """
    name, datasets = parse_model_name(model), tuple(dict.fromkeys(datasets))
    yield from _PROTOCOL
    if any(each.startswith("cuhk03") for each in datasets):
        yield _MULTIPART
    if "msmt17" in datasets:
        yield _VARIANT
    for switch in (switch for each in datasets for switch in switches_of(each)):
        # What the authors' older loaders did, no reading has.
        hidden = switch.choices if switch.discrepancy.byte_code else ()
        yield Cause(switch.name, switch.about, _distinct(switch.written, switch.released, *hidden))
    for switch in METHOD:
        if _acts(switch, name):
            papers = _distinct(getattr(WRITTEN, switch), getattr(RELEASED, switch))
            yield Cause(switch, about[switch], papers)
    for setting, value in get_recipe(paper_recipe(model)).settings().items():
        if setting not in SHOWN_ELSEWHERE:
            said = _SETTINGS.get(setting, about.get(setting, ""))
            yield Cause(setting, said, (value,), brief=setting not in _SETTINGS)


def recorded(evaluation: Content) -> dict[str, object]:
    """The value of each cause in an evaluation of this project, by name."""
    protocol, data = evaluation["protocol"], evaluation["data"]
    both = data, evaluation["training"]["data"]
    published = "as published" if all(each["published"] for each in both) else "other counts"
    return setup(evaluation) | {
        "images": "synthetic" if any(each["synthetic"] for each in both) else published,
        "feature": {"bn": "after the BN neck"}.get(protocol["feature"], protocol["feature"]),
        "reranking": False,
        "last_stride": 1,
        "multipart": parse_model_name(evaluation["model"]).multipart,
        "variant": data.get("variant") or "the usual one",
    }


def _acts(switch: str, name: ModelName) -> bool:
    """Whether a switch of the method changes this model."""
    if switch == "local_branch":
        return name.multipart
    return name.level > 0 if switch in _PYRAMIDS else not name.baseline


def _distinct(*values: object) -> tuple[object, ...]:
    listed = [list(value) if isinstance(value, tuple) else value for value in values]
    return tuple(value for i, value in enumerate(listed) if value not in listed[:i])
