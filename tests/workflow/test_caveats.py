"""What is said beside a model's numbers: where the paper is open, where the release has none."""

import pytest

from workflow.lib.sentences import caveats


@pytest.mark.parametrize(
    ("model", "written", "released"),
    [
        ("resnet50", [], []),
        ("resnet50-apnet-c2", [], []),
        ("resnet50-stacked-c3", [], []),
        ("resnet50-apnet-c3", [], ["radix 3"]),
        ("resnet50-apnet-s2", [], ["spatial code"]),
        ("resnet50-apnet-c2-multipart", ["leaves open"], ["leaves open", "multi-part code"]),
        (
            "resnet50-apnet-s1-multipart",
            ["leaves open"],
            ["leaves open", "multi-part code", "spatial code"],
        ),
        ("densenet169-apnet-c2", ["where its pyramids"], ["where its pyramids"]),
        ("inception_v3", ["which last stride"], ["which last stride"]),
        ("resnet101-apnet-c2", [], []),
        ("pyramid-resnet101", [], []),
    ],
)
def test_caveats(model, written, released):
    for reading, wanted in (("written", written), ("released", released)):
        texts = caveats(model, reading)
        assert len(texts) == len(wanted)
        assert all(word in text for word, text in zip(wanted, texts, strict=True))
