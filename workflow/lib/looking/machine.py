"""What this machine has, asked of its own programs with a limit of time."""

import subprocess
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple


class Gpu(NamedTuple):
    """A GPU as its driver describes it; memory in MiB."""

    name: str
    driver: str
    memory: int
    capability: str


@cache
def gpus() -> tuple[Gpu, ...]:
    """The GPUs that `nvidia-smi` lists; none without it."""
    fields = "name,driver_version,memory.total,compute_cap"
    said = answer(["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"], 10)
    found = []
    for line in (said or "").splitlines():
        words = [word.strip() for word in line.split(",")]
        if len(words) == 4 and words[2].isdigit():
            found.append(Gpu(words[0], words[1], int(words[2]), words[3]))
    return tuple(found)


def answer(command: Sequence[str], seconds: float) -> str | None:
    """What a program prints; None if it is not there, fails, or takes longer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
