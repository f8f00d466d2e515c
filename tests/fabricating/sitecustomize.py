"""Puts the fabricated trainings and evaluations in the place of the real ones.

Python runs this file when it starts, if this folder is on PYTHONPATH. Only simulations put it
there: no config key, option or installed package names it.
"""

import sys

if sys.orig_argv[1:3] == ["-m", "apnet"]:
    import fabricated_jobs

    fabricated_jobs.replace_the_real_ones()
