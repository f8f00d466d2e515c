"""Python's search for garbage in cycles, kept from what a process loads and holds to its end.

PyTorch alone is half a million objects: a search among them takes a tenth of a second, loading it
brings several, and one more comes when the process ends.
"""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def end_at_once() -> None:
    """End without a last search: the memory is freed."""
    atexit.register(gc.freeze)


@contextmanager
def loading() -> Iterator[None]:
    """Search for nothing while modules are loaded inside, and never among what is there then."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if searching:
            gc.enable()
