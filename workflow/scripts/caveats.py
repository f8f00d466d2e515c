"""What a reader has to know of a model under a reading, whatever its numbers are."""

from apnet.names import parse_model_name

NO_SPATIAL_CODE = "the spatial code was never released: RGA-S of the paper's reference [5]"
NO_LEVEL_3 = "the released radix 3 at level 3 cannot run: repaired to the paper's radix 2"


def caveats(model: str, reading: str) -> list[str]:
    """Where the released code gives no such model; empty under `written`."""
    name = parse_model_name(model)
    if reading != "released" or name.peer:
        return []
    if name.attention == "spatial":
        return [NO_SPATIAL_CODE]
    if name.attention == "channel" and name.level == 3 and not name.stacked:
        return [NO_LEVEL_3]
    return []
