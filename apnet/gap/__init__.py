"""Why a number is lower than another: what may differ, and what each difference did here."""
