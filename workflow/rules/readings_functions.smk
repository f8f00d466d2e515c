"""What the page on the readings is made from."""

SWITCHES_FOLDER = "results/switches"


@refusing()
def switch_code(wildcards):
    return numeric_core.switch_effects(wildcards.model)


def other_evaluations_of_all_scales(wildcards):
    """A digest of those that this call does not wait for.

    A run with another switch is of another scale.
    """
    tables = {Path(cells).stem for cells in judged_now(wildcards)} & {*TABLES}
    files = Path(results_folder(wildcards, None)).glob(f"*/{paths.EVALUATIONS}")
    return existing.of_files({*map(str, files)} - {*map(located, PLAN.files(tables))})


def switch_commands(wildcards):
    """SWITCH=COMMAND: what makes the runs that show the effect of a switch on accuracy."""
    return [f"{name}={line}" for name, line in switched.commands(CALL).items()]
