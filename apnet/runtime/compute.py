"""How a job computes, as far as no setting of a run says it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ComputeOptions:
    """Where and how a job computes: nothing here is part of what it computes.

    Attributes:
        device: as for :func:`apnet.runtime.devices.choose_device`.
        threads: CPU threads; another number rounds otherwise. None leaves PyTorch's choice.
        workers: processes that load images; 0 loads in this one.
        image_cache: folder of decoded images that jobs share; None decodes the files in this
            job.
        batch: images that an evaluation embeds at once; None is what suits the device.
        checkpoint_seconds: at most so much of a training is lost to a kill.
    """

    device: str = "auto"
    threads: int | None = None
    workers: int = 0
    image_cache: Path | None = None
    batch: int | None = None
    checkpoint_seconds: float = 120
