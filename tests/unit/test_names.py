import subprocess
import sys

import pytest

from apnet.config.names import parse_model_name
from apnet.errors import InputError


@pytest.mark.parametrize(
    ("text", "backbone", "attention", "level", "radix", "stacked", "multipart"),
    [
        ("resnet50", "resnet50", "none", 0, 2, False, False),
        ("resnet50-se", "resnet50", "se", 0, 2, False, False),
        ("resnet50-stacked-c3", "resnet50", "channel", 3, 2, True, False),
        ("resnet50-stacked-s3", "resnet50", "spatial", 3, 2, True, False),
        ("resnet50-apnet-c1", "resnet50", "channel", 1, 2, False, False),
        ("resnet50-apnet-c3", "resnet50", "channel", 3, 2, False, False),
        ("resnet50-apnet-c2-r32", "resnet50", "channel", 2, 32, False, False),
        ("resnet50-apnet-s2-r4", "resnet50", "spatial", 2, 4, False, False),
        ("inception_v3-apnet-c2", "inception_v3", "channel", 2, 2, False, False),
        ("densenet169", "densenet169", "none", 0, 2, False, False),
        ("resnet50-apnet-c2-multipart", "resnet50", "channel", 2, 2, False, True),
    ],
)
def test_reads_every_part(text, backbone, attention, level, radix, stacked, multipart):
    name = parse_model_name(text)
    assert (name.text, name.backbone, name.attention) == (text, backbone, attention)
    assert (name.level, name.radix) == (level, radix)
    assert (name.stacked, name.multipart, name.baseline) == (stacked, multipart, False)


def test_a_baseline_is_a_whole_name():
    name = parse_model_name("pyramid-resnet101")
    assert (name.backbone, name.baseline) == ("resnet101", True)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("resnet50-apnet-c2-r2", "resnet50-apnet-c2"),
        ("resnet50-apnet-c1-r4", "resnet50-apnet-c1"),
        ("resnet50-apnet-c3-r04", "resnet50-apnet-c3-r4"),
        ("resnet50-apnet-s3-r2-multipart", "resnet50-apnet-s3-multipart"),
    ],
)
def test_second_spelling_is_refused_with_the_first(text, canonical):
    with pytest.raises(InputError, match=f"'{canonical}'"):
        parse_model_name(text)
    assert parse_model_name(canonical).text == canonical


@pytest.mark.parametrize(
    "text",
    ["", "resnet", "resnet18", "resnet50-", "resnet50-apnet", "resnet50-apnet-c", "RESNET50"]
    + ["resnet50-apnet-c4", "resnet50-apnet-c0", "resnet50-apnet-c2-r0", "resnet50-stacked-c2"]
    + ["densenet169-se", "pyramid-resnet18", "resnet50-multipart-se", "resnet50 "],
)
def test_anything_else_is_refused_in_one_line(text):
    with pytest.raises(InputError) as error:
        parse_model_name(text)
    assert repr(text) in str(error.value)
    assert "\n" not in str(error.value)


def test_planning_modules_load_no_torch():
    config = ", ".join(
        f"apnet.config.{name}" for name in ["names", "readings", "recipes", "settings"]
    )
    modules = f"apnet, {config}, apnet.cli"
    code = f"import {modules}, apnet.fingerprint, apnet.data, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
