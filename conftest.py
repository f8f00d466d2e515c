"""Puts the root of the checkout on the path of the tests, for `workflow.lib`."""
