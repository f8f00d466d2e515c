"""The method's networks: attention, pyramid, backbones, and the whole model by name."""

from apnet.lazy import exports

__getattr__, __all__ = exports(
    __name__,
    {
        "AttentionPyramid": "pyramid",
        "ReID": "reid",
        "build_model": "build",
        "load_imagenet": "build",
        "load_released": "importers.released",
    },
)
