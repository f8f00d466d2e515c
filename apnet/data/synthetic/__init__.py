"""Procedurally drawn pedestrians in the layouts of the real datasets.

They make everything runnable without a single photograph of a person, and learnable:
families of people look alike from afar and differ in fine detail, cameras differ in
scene, light, colour and blur, and each dataset has a style of its own.
"""

from apnet.data.synthetic.generate import synthesize

__all__ = ["synthesize"]
