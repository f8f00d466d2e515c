"""What a plain call of Snakemake prints in place of Snakemake's own blocks, and what it leaves out.

Profiles with `quiet: [rules]` leave those out. Where they are wanted, `--printshellcmds` and
`--verbose` bring them back; Snakemake's log file has them in any case.
"""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.common import LogEvent

from workflow.lib.lines import Lines, Plan

if TYPE_CHECKING:
    from snakemake.settings.types import OutputSettings

BLOCKS = "--printshellcmds"
"""The option that shows Snakemake's blocks, with the command of each job."""

_REPLACED = {
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.JOB_ERROR,
    LogEvent.GROUP_INFO,
    LogEvent.GROUP_ERROR,
    LogEvent.PROGRESS,
    LogEvent.RESOURCES_INFO,
    LogEvent.RUN_INFO,
    LogEvent.WORKFLOW_STARTED,
}
_CHATTER = (
    "Assuming unrestricted shared filesystem usage",
    "Building DAG of jobs",
    "Using shell:",
    "Conda environments: ignored",
    "Select jobs to execute",
    "Shutting down, this might take",
    "Complete log(s):",
    "Elapsed time:",
    "Reasons:\n",
    "Some jobs were triggered by provenance",
    "Rules with provenance triggered jobs",
    "RuleException:\nCalledProcessError",
    "WorkflowError:\nAt least one job did not complete successfully.",
)
"""How messages begin that tell a person nothing, or what we say in our own words."""


def hidden(settings: "OutputSettings") -> bool:
    """Whether Snakemake's blocks are not wanted, nor what jobs print beside their logs."""
    asked_for = settings.printshellcmds or settings.verbose
    return not asked_for and bool({Quietness.RULES, Quietness.ALL} & {*(settings.quiet or ())})


def print_lines(
    logger: logging.Logger,
    settings: "OutputSettings",
    about: Callable[[Mapping[str, str]], str],
    plan: Callable[[Sequence[str]], str],
) -> None:
    """Let Snakemake's logger print a line a job, unless the call wants blocks or nothing.

    Args:
        about: what a job is about, by its wildcards.
        plan: the table of what a dry run would do, with the rules in this order.
    """
    handlers = {handler.name: handler for handler in logger.handlers}
    terminal, file = (handlers.get(f"Default{kind}Handler") for kind in ("Stream", "LogFile"))
    quiet = {*(settings.quiet or ())}
    # A logger plugin prints in place of Snakemake's own handler.
    if terminal is None or Quietness.RULES not in quiet or Quietness.ALL in quiet:
        return
    full = [file] if hidden(settings) else [file, terminal]
    for handler in filter(None, full):
        for part in (handler.formatter, *handler.filters):
            part.quiet = quiet - {Quietness.RULES}
    if hidden(settings):
        terminal.addFilter(_is_for_people)
        there = f"in {os.path.relpath(file.baseFilename)}, or " if file else ""
        begin = "" if Quietness.PROGRESS in quiet else f"more on each {there}with {BLOCKS}"
        kind = Plan(plan) if settings.dryrun else Lines(about, begin)
        kind.setStream(terminal.stream)
        logger.addHandler(kind)


def _is_for_people(record: logging.LogRecord) -> bool:
    known = str(record.msg).lstrip().startswith(_CHATTER)
    return not known and getattr(record, "event", None) not in _REPLACED
