"""Time drawing: images per second of each dataset, and seconds for 10,000 of them.

    python benchmarks/synthetic.py [--identities N] [--processes N]

The time to beat: 10,000 images in 60 s on two cores.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from apnet.data.registry import drawable, get_spec
from apnet.data.synthetic import synthesize
from apnet.data.synthetic.layouts import plan, real_size, size_of


def main() -> None:
    """Draw and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--identities", type=int, default=120)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    print(f"{arguments.processes} processes, {arguments.identities} + as many identities")
    print(f"{'dataset':20} {'images':>8} {'images/s':>9} {'s per 10,000':>13}")
    for name in drawable():
        source = get_spec(name)
        images = len(plan(source, size_of(real_size(source), arguments.identities), 0))
        with tempfile.TemporaryDirectory() as folder:
            begin = time.monotonic()
            synthesize(
                name,
                Path(folder),
                identities=arguments.identities,
                processes=arguments.processes,
                log=lambda _line: None,
            )
            seconds = time.monotonic() - begin
        print(f"{name:20} {images:8} {images / seconds:9.0f} {10_000 * seconds / images:13.1f}")


if __name__ == "__main__":
    main()
