"""What a reader has to know of a model under a reading, whatever its numbers are."""

from apnet.config.attentions import ATTENTIONS
from apnet.config.backbones import backbones
from apnet.config.names import parse_model_name

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
