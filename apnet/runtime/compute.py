"""Where and how a job computes, which is no part of its settings."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ComputeOptions:
    """Options of the machine; they decide the last bits of a result at most.

    Attributes:
        device: as for :func:`apnet.runtime.devices.choose_device`.
        threads: CPU threads; another number rounds differently. None leaves PyTorch's choice.
        workers: processes that load images; 0 loads in this one.
        image_cache: folder of decoded images that jobs share; None decodes the files in this
            job.
        batch: images that an evaluation embeds at once; None is what suits the device.
        checkpoint_seconds: the most of a training that a kill may lose.
    """

    device: str = "auto"
    threads: int | None = None
    workers: int = 0
    image_cache: Path | None = None
    batch: int | None = None
    checkpoint_seconds: float = 120
