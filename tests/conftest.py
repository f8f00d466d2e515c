"""For all tests."""

import os

# Tests run in several processes; each that took all cores would slow the others down.
os.environ.setdefault("OMP_NUM_THREADS", "1")
