rule refuse:
    """A report, or a file of a run, that no other rule makes."""
    input:
        refusal,
    output:
        "{unknown}",
    wildcard_constraints:
        unknown=unknown(PLAN),
