"""The config as a call gives it, looked at before anything follows from it."""

import sys
from pathlib import Path

# A module leaves files of configs, and the terminal, to the workflow that uses it, and a job's own
# call to this one.
TERMINAL = workflow.is_main_process and workflow.modifier.is_main_snakefile()

if TERMINAL:
    with refusing():
        from workflow.lib.given import check_files, check_options

        check_options(sys.argv, workflow.config_settings.config_args or ())
        check_files(map(Path, workflow.overwrite_configfiles))
