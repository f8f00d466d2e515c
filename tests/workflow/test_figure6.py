"""Fig. 6, of fabricated maps: what stands where, what is said, what is refused."""

import json

import numpy as np
import pytest

from reproduction.figures.attention import draw, overlaid
from workflow.lib.draw import main, read_maps

WATERMARK = "synthetic data: says nothing about the paper"
HIGH, WIDE = 8, 4
ORDERS = {"written": "coarse-to-fine", "released": "fine-to-coarse"}


def write(file, reading="written", queries=4, synthetic=False, **changes):
    random = np.random.default_rng(0)
    block = {"name": "market1501", "synthetic": synthetic, "published": not synthetic}
    about = {
        "schema": 1,
        "run": f"results/paper/{reading}/market1501/resnet50-apnet-c2/seed0",
        "dataset": "market1501",
        "reading": reading,
        "stage": "stage4",
        "parts": [1, 2],
        "order": ORDERS[reading],
        "training_data": block,
        "data": block,
    }
    np.savez(
        file,
        images=random.integers(0, 256, (queries, HIGH, WIDE, 3), dtype=np.uint8),
        maps=random.random((queries, 2, HIGH, WIDE), dtype=np.float32),
        queries=np.array([f"{query:04}_c1s1_000000_00.jpg" for query in range(queries)]),
        about=np.array(json.dumps(about | changes)),
    )
    return file


def maps(folder, **changes):
    return read_maps(write(folder / "maps.npz", **changes))


def written_on(figure):
    return "\n".join(text.get_text() for text in figure.texts)


def pictures(figure):
    """Label -> pixels, from left to right and from top to bottom."""
    return {axes.get_label(): axes.images[0].get_array() for axes in figure.axes}


def test_each_query_is_the_input_and_its_two_maps_side_by_side(tmp_path):
    content = maps(tmp_path)
    figure = draw({"written": content})
    shown = pictures(figure)
    heads = ["input", "level 1", "level 2"]
    assert list(shown) == [f"{name} {head}" for name in content.queries for head in heads]
    for query, name in enumerate(content.queries):
        np.testing.assert_array_equal(shown[f"{name} input"], content.images[query])
        for level in (1, 2):
            wanted = overlaid(content.images[query], content.maps[query, level - 1])
            np.testing.assert_array_equal(shown[f"{name} level {level}"], wanted)
    lefts = [axes.get_position().x0 for axes in figure.axes]
    assert lefts == sorted(lefts) and figure.get_figwidth() == 7.16
    assert all(name in written_on(figure) for name in content.queries)


def test_images_keep_their_shape(tmp_path):
    figure = draw({"written": maps(tmp_path)})
    for axes in figure.axes:
        box = axes.get_position()
        width, height = box.width * figure.get_figwidth(), box.height * figure.get_figheight()
        assert height / width == pytest.approx(HIGH / WIDE)


def test_more_queries_take_more_rows(tmp_path):
    figure = draw({"written": maps(tmp_path, queries=6)})
    heights = {round(axes.get_position().y0, 6) for axes in figure.axes}
    assert len(heights) == 2 and len(figure.axes) == 6 * 3
    assert min(heights) > 0


def test_a_map_is_the_lighter_the_higher_it_is():
    image = np.full((1, 5, 3), 100, np.uint8)
    shown = overlaid(image, np.linspace(0, 1, 5, dtype=np.float32)[None])
    grey = shown @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(grey[0]) > 10).all()
    # Black over grey leaves the share that is not colour.
    assert shown[0, 0].max() <= round(0.4 * 100) + 3


def test_the_order_of_the_levels_is_said_for_each_reading(tmp_path):
    readings = ("written", "released")
    files = {reading: write(tmp_path / f"{reading}.npz", reading) for reading in readings}
    figure = draw({reading: read_maps(file) for reading, file in files.items()})
    text = written_on(figure)
    assert "Reading written: first level 1 (1 part), then level 2 (2 parts)" in text
    assert "Reading released: first level 2 (2 parts), then level 1 (1 part)" in text
    for reading in readings:
        assert f"{reading}: run results/paper/{reading}/market1501/" in text.replace("\n", " ")
    assert "counts as published" in text
    assert WATERMARK not in text and "synthetic" not in text


@pytest.mark.parametrize("where", ["training_data", "data"])
def test_drawn_people_carry_the_watermark(tmp_path, where):
    block = {"name": "market1501", "synthetic": True, "published": False}
    content = maps(tmp_path, queries=5, **{where: block})
    text = written_on(draw({"written": content}))
    # On each row of images, and beside each of them.
    assert text.count(WATERMARK) == 2
    assert text.count("_00.jpg (synthetic)") == 5
    assert "synthetic stand-in" in text


def test_a_reading_without_a_run_is_open_and_says_why(tmp_path):
    figure = draw({"written": maps(tmp_path), "released": None}, "market1501 not found under /d")
    assert "Reading released: not run: market1501 not found under /d" in written_on(figure)
    assert len(figure.axes) == 12


def test_files_hold_their_letters_and_are_the_same_each_time(tmp_path):
    file = write(tmp_path / "maps.npz", synthetic=True)
    outs = [tmp_path / f"figure6.{suffix}" for suffix in ("png", "svg", "pdf")]
    options = ["--maps", str(file), str(tmp_path / "none.npz"), "--out", *map(str, outs)]
    options = ["attention", "--dataset", "market1501", "--title", "Fig. 6", *options]
    arguments = [*options, "--readings", "written", "released", "--data-root", str(tmp_path)]
    assert main(arguments) == 0
    first = [out.read_bytes() for out in outs]
    assert main(arguments) == 0
    assert [out.read_bytes() for out in outs] == first
    svg = outs[1].read_text()
    assert WATERMARK in svg and "level 2" in svg
    assert f"Reading released: not run: market1501 not found under {tmp_path}" in svg


@pytest.mark.parametrize("content", [b"", b"no maps", None], ids=["empty", "text", "version"])
def test_other_files_are_refused_in_one_sentence(tmp_path, capsys, content):
    file = write(tmp_path / "maps.npz", schema=2)
    if content is not None:
        file.write_bytes(content)
    out = tmp_path / "figure6.svg"
    asked = ["--readings", "written", "--dataset", "market1501", "--title", "Fig. 6"]
    assert main(["attention", "--maps", str(file), *asked, "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert "maps.npz holds no maps of version 1" in error and error.count("\n") == 1
    assert not out.exists()
