"""For all tests."""

import os
import signal

# Tests run in several processes; each that took all cores would slow the others down.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# `nohup pytest &` hands on that both are ignored, and those that send them would wait in vain.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
