"""What is kept from Python's search for garbage."""

import gc
import subprocess
import sys

from apnet.runtime.garbage import loading


def test_what_is_loaded_is_searched_neither_meanwhile_nor_later():
    before = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        kept = [[]]
    assert gc.isenabled() and gc.get_freeze_count() > before
    assert not any(found is kept for found in gc.get_objects())
    gc.unfreeze()


def test_a_command_ends_without_a_last_search():
    program = """
import sys
class Cycle:
    def __del__(self):
        print("found")
sys.argv = ["apnet", "--version"]
cycle = Cycle()
cycle.itself = cycle
from apnet.cli import run
run()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0 and "found" not in done.stdout
