"""What a file of weights holds, for messages: why it cannot be read, or is no state dict."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from torch import Tensor

_SHOWN = 8

_DEEPEST = 2
"""Keys on the way to a state dict; an optimiser has its tensors deeper."""

_BEGINNINGS = (
    (rb"$", "it is empty: fetch it again"),
    (rb"version https://git-lfs", "it is a pointer of Git LFS: fetch the file with git lfs pull"),
    (rb"\s*<(?i:!doctype|html|\?xml)", "it is a web page: download the file that it leads to"),
    (rb"\x1f\x8b", "it is packed with gzip: unpack it"),
)

_SAFETENSORS = re.compile(rb".{6}\0\0\{", re.DOTALL)
_TORCH = re.compile(rb"PK|\x80")

_NUMPY = {"scalar": "a number of numpy's", "_reconstruct": "an array of numpy's"}


def is_state_dict(content: object) -> bool:
    """Whether this is a dictionary of tensors by name, and not empty."""
    if not isinstance(content, Mapping) or not content:
        return False
    return all(map(_named, content, content.values()))


def state_dicts(content: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys on the way to each state dict in what a file holds; no keys if it is one."""
    if is_state_dict(content):
        yield path
    elif isinstance(content, Mapping) and len(path) < _DEEPEST:
        for key, value in content.items():
            if isinstance(key, str):
                yield from state_dicts(value, (*path, key))


def why_unreadable(file: Path, error: Exception) -> str:
    """Why loading a file ended in `error`, and what to do.

    torch's own message goes on with how to load it anyway, which would run its code.
    """
    begun, message = _beginning(file), str(error)
    if begun is not None:
        return begun
    foreign = re.search(r"Unsupported (?:global: GLOBAL|class) ([\w.]+)", message)
    if foreign:
        module, _, name = foreign[1].rpartition(".")
        what = _NUMPY.get(name) if module.startswith("numpy") else None
        return (
            f"it holds {what + ', ' if what else ''}{foreign[1]}, beside tensors, and could run "
            f"code when loaded: save model.state_dict() alone"
        )
    if "TorchScript" in message:
        return "it is a TorchScript archive: save model.state_dict() alone"
    if message.startswith("Weights only load failed"):
        return (
            "it is damaged, of another pickle protocol than torch.save's own, or holds more than "
            "tensors and could run code when loaded: save model.state_dict() alone"
        )
    return message.splitlines()[0] if message else type(error).__name__


def what_instead(content: object) -> str:
    """What a file holds instead of a state dict, and what to do."""
    remedy = "save model.state_dict() alone"
    found = list(state_dicts(content))
    if found:
        parts, others = shown(map(".".join, found)), content.keys() - {path[0] for path in found}
        beside = f" (beside {shown(sorted(map(str, others)))})" if others else ""
        place = "".join(f"[{key!a}]" for key in found[0])
        return f"a checkpoint with one under {parts}{beside}: save torch.load(FILE){place} alone"
    if not isinstance(content, Mapping):
        return f"a {type(content).__name__}: {remedy}"
    odd = [f"{key} ({type(v).__name__})" for key, v in content.items() if not _named(key, v)]
    return f"a dictionary with {shown(odd) or 'nothing in it'}: {remedy}"


def shown(names: Iterable[str]) -> str:
    """Names from a file, the first few, on one line."""
    first = list(islice(names, _SHOWN + 1))
    plain = [name if name and name.isprintable() else ascii(name) for name in first]
    return ", ".join(plain[:_SHOWN] + ["…"] * (len(plain) > _SHOWN))


def _named(key: object, value: object) -> bool:
    return isinstance(key, str) and isinstance(value, Tensor)


def _beginning(file: Path) -> str | None:
    """What the first bytes of a file say that it is, if it is not what its name says."""
    try:
        with file.open("rb") as stream:
            begins = stream.read(64)
    except OSError:
        return None
    for pattern, meaning in _BEGINNINGS:
        if re.match(pattern, begins):
            return meaning
    named = file.suffix.lower() == ".safetensors"
    if named and re.match(_TORCH, begins):
        return "it is what torch.save writes, under a name of safetensors: name it .pth"
    if not named and re.match(_SAFETENSORS, begins):
        return "it is a file of safetensors under another name: name it .safetensors"
    return None
