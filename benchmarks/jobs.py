"""What one job of the workflow spends its processor time on, part by part.

    python benchmarks/jobs.py APNET-ARGUMENTS …

Runs `apnet train` or `apnet evaluate` with these arguments, and prints as JSON the seconds
of a processor, user and system, of each part. Time in a part within another counts for
the inner one alone, as decoding images does while features are made. `evaluation` is that of
the trained network and of the untrained one.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

PARTS = ("imports", "data", "decoding", "network", "steps", "evaluation", "rest")

# Function -> the part that it is; the rest writes records and fingerprints code.
_TIMED = {
    "train": {
        "apnet.training.run": {
            **{"_inputs": "data", "open_images": "decoding", "make_trainer": "network"},
            "fit": "steps",
        },
    },
    "evaluate": {
        "apnet.evaluation.run": {
            **{"load_dataset": "data", "describe_data": "data", "load_model": "network"},
            "_results": "evaluation",
        },
        "apnet.evaluation.measure": {"open_images": "decoding", "untrained_network": "network"},
    },
}
# What a job imports only once it uses it.
_LATE = {
    "train": ("apnet.models.reid", "apnet.runtime.torchvision_compat"),
    "evaluate": ("apnet.models.reid", "apnet.runtime.torchvision_compat"),
}


class Clock:
    """Seconds of a processor, of this process and its children, by the part under way."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self._part = "imports"
        self._since = 0.0

    def turn(self, part: str) -> str:
        """Count for `part` from now on; returns the one before."""
        now = sum(os.times()[:4])
        self.seconds[self._part] += now - self._since
        before, self._part, self._since = self._part, part, now
        return before

    @contextmanager
    def within(self, part: str) -> Iterator[None]:
        """Count for `part` inside."""
        before = self.turn(part)
        try:
            yield
        finally:
            self.turn(before)

    def time(self, module: str, name: str, part: str) -> None:
        """Count calls of a module's function for `part`, when this module makes them."""
        home = importlib.import_module(module)
        function: Callable[..., object] = getattr(home, name)

        @wraps(function)
        def timed(*arguments: object, **options: object) -> object:
            with self.within(part):
                return function(*arguments, **options)

        setattr(home, name, timed)


def main() -> int:
    """Run the job and print its parts; returns its exit status."""
    clock = Clock()
    command = sys.argv[1]
    for module in _LATE[command]:
        importlib.import_module(module)
    for module, functions in _TIMED[command].items():
        for name, part in functions.items():
            clock.time(module, name, part)
    from apnet.cli import main as apnet

    clock.turn("rest")
    status = apnet(sys.argv[1:])
    clock.turn("rest")
    print(json.dumps(clock.seconds))
    return status


if __name__ == "__main__":
    sys.exit(main())
