"""APNet: person re-identification via attention pyramid, as a package.

Importing this package loads no torch: the workflow reads names, readings and
recipes from it while it plans. The rooms with torch in them are
:mod:`apnet.models`, :mod:`apnet.training` and :mod:`apnet.evaluation`.
"""

__version__ = "0.1.0"
