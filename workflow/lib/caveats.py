"""What a reader has to know of a model under a reading, whatever its numbers are."""

from apnet.config.names import parse_model_name

NO_SPATIAL_CODE = "the spatial code was never released: RGA-S of the paper's reference [5]"
NO_LEVEL_3 = "the released radix 3 at level 3 cannot run: repaired to the paper's radix 2"

OPEN_MULTIPART = (
    "multi-part: the paper leaves open which map is split; a last stage of its own, as in MGN, "
    "unless the switch local_branch is set"
)
OPEN_BACKBONE = (
    "the paper does not say where its pyramids stand on this backbone, nor which last stride "
    "is 1: docs/backbones.md"
)
NO_MULTIPART = "the multi-part code was never released"


def caveats(model: str, reading: str) -> list[str]:
    """Where the paper leaves the model open, and where the released code gives no such model."""
    name = parse_model_name(model)
    found = [OPEN_MULTIPART] if name.multipart else []
    found += [OPEN_BACKBONE] if name.backbone in ("densenet169", "inception_v3") else []
    if reading != "released" or name.peer:
        return found
    if name.multipart:
        found.append(NO_MULTIPART)
    if name.attention == "spatial":
        found.append(NO_SPATIAL_CODE)
    if name.attention == "channel" and name.level == 3 and not name.stacked:
        found.append(NO_LEVEL_3)
    return found
