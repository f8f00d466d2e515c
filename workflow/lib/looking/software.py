"""Whether Python, its packages, PyTorch, CUDA, the driver and the GPU fit together."""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.version import Version

from workflow.lib.looking.findings import Finding, bad, good, unsure
from workflow.lib.looking.machine import Gpu, answer, gpus

PYTHON = (3, 11)
"""As pyproject.toml has it."""

TORCH_SECONDS = 15

_DRIVERS = {11: 450, 12: 525, 13: 580}
"""CUDA's major version -> the first Linux driver that runs it (NVIDIA, CUDA compatibility)."""

_SHOWN = 3

_ASK_TORCH = """
import json, sys
sys.path.insert(0, sys.argv[1])
import torch
from apnet.runtime.torchvision_compat import torchvision
from importlib.metadata import version
cuda = torch.cuda.is_available()
print(json.dumps({
    "torch": torch.__version__, "torchvision": version("torchvision"), "cuda": torch.version.cuda,
    "available": cuda, "architectures": torch.cuda.get_arch_list() if cuda else [],
}))
"""
"""As our jobs import them."""


def python() -> Iterator[Finding]:
    """The version of Python."""
    here = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        yield bad("Python", here, f"make an environment of Python {wanted} or newer (README.md)")
    else:
        yield good("Python", f"{here}, {sys.executable}")


def packages(root: Path) -> Iterator[Finding]:
    """The installed packages beside requirements.lock."""
    lock = root / "requirements.lock"
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
    except OSError:
        yield unsure("packages", f"no {lock}")
        return
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", "\n".join(lines), re.MULTILINE))
    installed = {name: _version(name) for name in pinned}
    missing = [name for name, version in installed.items() if version is None]
    others = [
        f"{name} {version} (lock: {pinned[name]})"
        for name, version in installed.items()
        if version is not None and Version(Version(version).public) != Version(pinned[name])
    ]
    install = f"{sys.executable} -m pip install -r {lock}"
    if missing:
        yield bad("packages", f"{_some(missing)} not installed", install)
    if others:
        yield unsure("packages", f"other than in the lock: {_some(others)}; {install} mends it")
    if not missing and not others:
        yield good("packages", f"all {len(pinned)} of {lock.name}")


def torch(root: Path, gpu_wanted: bool) -> Iterator[Finding]:
    """PyTorch, and whether it, CUDA, the driver and the GPU fit together."""
    said = answer([sys.executable, "-c", _ASK_TORCH, str(root)], TORCH_SECONDS)
    try:
        found = json.loads((said or "").splitlines()[-1])
    except (IndexError, ValueError):
        yield bad(
            "PyTorch",
            f"torch and torchvision cannot be imported in {TORCH_SECONDS} s",
            f"{sys.executable} -m apnet models  says why; install both from requirements.lock",
        )
        return
    cuda = f"CUDA {found['cuda']}" if found["cuda"] else "no CUDA"
    yield good("PyTorch", f"{found['torch']}, torchvision {found['torchvision']}, {cuda}")
    yield from _gpu(gpu_wanted, found, gpus())


def _gpu(wanted: bool, found: dict[str, object], there: tuple[Gpu, ...]) -> Iterator[Finding]:
    if not there:
        if wanted:
            yield bad(
                "GPU",
                "the config says gpu: 1, and nvidia-smi lists none",
                "set --config gpu=0, run where a GPU is, or give a cluster's profile",
            )
        else:
            yield unsure("GPU", "none, and the config wants none (gpu: 0)")
        return
    names = ", ".join(sorted({f"{gpu.name} ({gpu.memory // 1024} GiB)" for gpu in there}))
    yield good("GPU", f"{len(there)}: {names}, driver {there[0].driver}")
    if found["available"]:
        yield from _architectures(found, there)
        return
    say = bad if wanted else lambda about, words, _remedy: unsure(about, words)
    if found["cuda"] is None:
        yield say("CUDA", "this PyTorch was built without it", "install torch from PyPI")
        return
    major, driver = int(str(found["cuda"]).partition(".")[0]), there[0].driver
    least = _DRIVERS.get(major)
    if least and int(driver.partition(".")[0]) < least:
        remedy = f"renew the driver ({least} or newer), or install a torch for an older CUDA"
        yield say("CUDA", f"CUDA {found['cuda']} does not run on driver {driver}", remedy)
    else:
        remedy = "look at CUDA_VISIBLE_DEVICES, and at what nvidia-smi says"
        yield say("CUDA", f"PyTorch finds no GPU with CUDA {found['cuda']}", remedy)


def _architectures(found: dict[str, object], there: tuple[Gpu, ...]) -> Iterator[Finding]:
    """Code for one architecture runs on later ones of the same major version."""
    built = {name.removeprefix("sm_") for name in found["architectures"] if name[:3] == "sm_"}
    majors = {name[:-1] for name in built if name[:-1].isdigit()}
    lacking = {gpu.capability for gpu in there if gpu.capability.partition(".")[0] not in majors}
    if lacking and majors:
        words = f"this PyTorch has no code for compute capability {', '.join(sorted(lacking))}"
        yield bad("CUDA", words, "install a torch that was built for this GPU")
    else:
        yield good("CUDA", f"PyTorch computes with CUDA {found['cuda']} on it")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _some(items: list[str]) -> str:
    rest = len(items) - _SHOWN
    return ", ".join(items[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
