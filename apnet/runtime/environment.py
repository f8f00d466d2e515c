"""What a job records of its environment: versions, hardware, the state of the code."""

import os
import platform
import resource
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from apnet.runtime.memory import gpu_share

SCHEMA = 1
"""Version of run.json and test/<test set>.json; a reader refuses another."""

_PACKAGES = ("apnet-harness", "numpy", "pillow", "safetensors", "torch", "torchvision")


def environment() -> dict[str, object]:
    """Python, platform and the versions of the packages that compute."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: _version(name) for name in _PACKAGES},
    }


def hardware(device: str, threads: int) -> dict[str, object]:
    """The processor, and the accelerator if `device` is one.

    Args:
        device: torch's name, such as `cpu` or `cuda:0`.
        threads: CPU threads that the job was given.
    """
    record: dict[str, object] = {"device": device, "cpu": processor_name(), "threads": threads}
    if device.startswith("cuda"):
        import torch

        properties = torch.cuda.get_device_properties(device)
        record |= {
            "gpu": properties.name,
            "gpu_memory_mb": properties.total_memory // 2**20,
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
        }
        if gpu_share() < 1:
            record["gpu_share"] = gpu_share()
    return record


def peak_memory(device: str) -> dict[str, int]:
    """The most memory that this process has held, in MiB: the machine's and, if used, the GPU's.

    Args:
        device: as for :func:`hardware`.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory = {"peak_memory_mb": peak // (2**20 if sys.platform == "darwin" else 2**10)}
    if device.startswith("cuda"):
        import torch

        memory["gpu_peak_memory_mb"] = torch.cuda.max_memory_reserved(device) // 2**20
    return memory


def git_state() -> dict[str, object] | None:
    """Commit of the checkout that the package runs from; None when it runs from no checkout."""
    folder = Path(__file__).resolve().parent
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None or _git(folder, "ls-files", "--error-unmatch", __file__) is None:
        return None
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no") or ""
    return {"commit": commit, "uncommitted_changes": bool(changed)}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def processor_name() -> str:
    """The name of the CPU."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
