"""Fig. 6, of fabricated maps: what stands where, what is said, what is refused."""

import json

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from reproduction.figures.attention import draw, overlaid
from tests.workflow import records
from workflow.lib.draw import main, read_maps

WATERMARK = "synthetic data: says nothing about the paper"
HIGH, WIDE = 8, 4
ORDERS = {"written": "coarse-to-fine", "released": "fine-to-coarse"}


def block_of(synthetic):
    return records.data("market1501") | {"synthetic": synthetic, "published": not synthetic}


def write(file, reading="written", queries=4, synthetic=False, arrays=(), **changes):
    random = np.random.default_rng(0)
    block = block_of(synthetic)
    about = {
        "schema": 1,
        "run": f"results/paper/{reading}/market1501/resnet50-apnet-c2/seed0",
        "model": "resnet50-apnet-c2",
        "training_set": "market1501",
        "dataset": "market1501",
        "reading": reading,
        "seed": 0,
        "code_fingerprint": "f",
        "checkpoint_sha256": "c",
        "stage": "stage4",
        "parts": [1, 2],
        "order": ORDERS[reading],
        "training_data": block,
        "data": block,
    }
    content = {
        "images": random.integers(0, 256, (queries, HIGH, WIDE, 3), dtype=np.uint8),
        "maps": random.random((queries, 2, HIGH, WIDE), dtype=np.float32),
        "queries": np.array([f"{query:04}_c1s1_000000_00.jpg" for query in range(queries)]),
        "about": np.array(json.dumps(about | changes)),
    }
    np.savez(file, **content | dict(arrays))
    return file


def evaluated(folder, mAP, untrained, random=0.04, **changes):
    """An evaluation of the run whose maps :func:`write` writes."""
    cmc = {str(rank): 1.0 for rank in (1, 5, 10, 20)}
    floors = {"random_ranking": {"mAP": random, "cmc": cmc}, "untrained": None}
    if untrained is not None:
        floors["untrained"] = {"mAP": untrained, "cmc": cmc}
    changes = {"checkpoint_sha256": "c", "without_learning": floors, **changes}
    content = records.record("market1501", "resnet50-apnet-c2", 0, mAP, **changes)
    file = folder / "market1501.json"
    file.write_text(json.dumps(content))
    return file


def maps(folder, **changes):
    return read_maps(write(folder / "maps.npz", **changes), folder / "market1501.json")


def written_on(figure):
    return "\n".join(text.get_text() for text in figure.texts)


def pictures(figure):
    """Label -> pixels, from left to right and from top to bottom."""
    return {axes.get_label(): axes.images[0].get_array() for axes in sheet(figure)}


def sheet(figure):
    return [axes for axes in figure.axes if axes.get_label() != "colours"]


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
    lefts = [axes.get_position().x0 for axes in sheet(figure)]
    assert lefts == sorted(lefts) and figure.get_figwidth() == 7.16
    assert all(name in written_on(figure) for name in content.queries)


def test_images_keep_their_shape(tmp_path):
    figure = draw({"written": maps(tmp_path)})
    for axes in sheet(figure):
        box = axes.get_position()
        width, height = box.width * figure.get_figwidth(), box.height * figure.get_figheight()
        assert height / width == pytest.approx(HIGH / WIDE)


def test_more_queries_take_more_rows(tmp_path):
    figure = draw({"written": maps(tmp_path, queries=6)})
    heights = {round(axes.get_position().y0, 6) for axes in sheet(figure)}
    assert len(heights) == 2 and len(sheet(figure)) == 6 * 3
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
    figure = draw({reading: read_maps(file, tmp_path / "no") for reading, file in files.items()})
    text = written_on(figure)
    assert "Reading written: first level 1 (1 part), then level 2 (2 parts)" in text
    assert "Reading released: first level 2 (2 parts), then level 1 (1 part)" in text
    for reading in readings:
        about = f"{reading}: resnet50-apnet-c2 trained on market1501, seed 0, after the pyramid of"
        assert about in text.replace("\n", " ")
    assert "counts as published" in text
    assert WATERMARK not in text and "synthetic" not in text


@pytest.mark.parametrize("where", ["training_data", "data"])
def test_drawn_people_carry_the_watermark(tmp_path, where):
    content = maps(tmp_path, queries=5, **{where: block_of(True)})
    figure = draw({"written": content})
    text = written_on(figure)
    # Above the images, and beside each of them.
    assert text.count(WATERMARK) == 1
    letters = [
        text.get_window_extent(FigureCanvasAgg(figure).get_renderer()) for text in figure.texts
    ]
    for axes in figure.axes:
        assert not any(axes.get_window_extent().overlaps(box) for box in letters)
    assert text.count("_00.jpg (synthetic)") == 5
    assert "synthetic stand-in" in text


def test_a_reading_without_a_run_is_open_and_says_why(tmp_path):
    why = {"released": "not run: market1501 not found"}
    figure = draw({"written": maps(tmp_path), "released": None}, why)
    assert "Reading released: not run: market1501 not found" in written_on(figure)
    assert len(sheet(figure)) == 12


def test_files_hold_their_letters_and_are_the_same_each_time(tmp_path):
    file = write(tmp_path / "maps.npz", synthetic=True)
    outs = [tmp_path / f"figure6.{suffix}" for suffix in ("png", "svg", "pdf")]
    options = ["--maps", str(file), str(tmp_path / "none.npz"), "--out", *map(str, outs)]
    options += ["--evaluations", str(evaluated(tmp_path, 0.1, 0.08)), str(tmp_path / "none.json")]
    options = ["attention", "--dataset", "market1501", "--title", "Fig. 6", *options]
    arguments = [*options, "--readings", "written", "released", "--data-root", str(tmp_path)]
    assert main(arguments) == 0
    first = [out.read_bytes() for out in outs]
    assert main(arguments) == 0
    assert [out.read_bytes() for out in outs] == first
    svg = outs[1].read_text()
    assert WATERMARK in svg and "level 2" in svg
    assert "Reading released: not run: market1501 cannot be found or read" in svg
    assert "written: These maps say little: the network hardly learned" in svg
    assert str(tmp_path) not in svg and "results/" not in svg


def test_a_colour_bar_says_what_is_least_and_most(tmp_path):
    figure = draw({"written": maps(tmp_path)})
    (bar,) = (axes for axes in figure.axes if axes.get_label() == "colours")
    grey = bar.images[0].get_array() @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(grey[0]) >= 0).mean() > 0.9
    assert {"least in each map", "most in each map"} <= {text.get_text() for text in figure.texts}
    assert not draw({"written": None}).axes


@pytest.mark.parametrize(
    ("mAP", "untrained", "random", "said"),
    [
        (0.157, 0.233, 0.04, "(mAP 15.7, untrained 23.3, a random ranking 4.0)"),
        (0.157, 0.078, 0.053, "(mAP 15.7, untrained 7.8, a random ranking 5.3)"),
        (0.10, None, 0.04, "(mAP 10.0, a random ranking 4.0)"),
        (0.157, 0.078, 0.052, ""),
        (0.9, None, 0.003, ""),
    ],
)
def test_a_network_that_hardly_learned_is_said_to_say_little(
    tmp_path, mAP, untrained, random, said
):
    evaluated(tmp_path, mAP, untrained, random)
    text = written_on(draw({"written": maps(tmp_path)})).replace("\n", " ")
    assert ("These maps say little: the network hardly learned" in text) is bool(said)
    assert said in text


@pytest.mark.parametrize(
    "changes", [{"checkpoint_sha256": "another"}, {"without_learning": None}], ids=str
)
def test_nothing_is_said_by_another_run_or_an_earlier_record(tmp_path, changes):
    file = evaluated(tmp_path, 0.01, 0.01, **changes)
    content = json.loads(file.read_text())
    file.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))
    assert "hardly learned" not in written_on(draw({"written": maps(tmp_path)}))


NO_MAPS = "maps.npz holds no attention maps: delete it to make them again"
ONES = np.ones((4, 2, HIGH, WIDE), np.float32)


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        (b"", {}, NO_MAPS),
        (b"no maps", {}, NO_MAPS),
        (None, {"arrays": {"about": np.array("{")}}, "maps.npz is not JSON: cut short, or damaged"),
        (None, {"arrays": {"about": np.array("[1]")}}, "maps.npz is not a JSON object: delete it"),
        (None, {"arrays": {"maps": ONES[:, :1]}}, NO_MAPS),
        (None, {"arrays": {"maps": 2 * ONES}}, NO_MAPS),
        (None, {"arrays": {"maps": ONES * np.nan}}, NO_MAPS),
        (None, {"arrays": {"queries": np.array(["a"])}}, NO_MAPS),
        (None, {"arrays": {"images": np.ones((4, HIGH, WIDE, 3))}}, NO_MAPS),
        (None, {"arrays": {"images": np.ones((0, HIGH, WIDE, 3), np.uint8)}}, NO_MAPS),
        (None, {"schema": 2}, "maps.npz is not a valid record: schema is 2, not 1: delete it"),
        (None, {"parts": None}, "parts is None, not a valid list: delete it"),
        (None, {"order": "any"}, "order is 'any', not 'coarse-to-fine' or 'fine-to-coarse'"),
        (None, {"reading": "released"}, "maps.npz holds no maps of written, market1501: delete it"),
        (None, {"dataset": "dukemtmc"}, "maps.npz holds no maps of written, market1501: delete it"),
        (None, {"data": {"synthetic": True}}, "lacks data.name: delete it to make the maps again"),
    ],
)
def test_other_files_are_refused_in_one_sentence(tmp_path, capsys, content, changes, said):
    file = write(tmp_path / "maps.npz", **changes)
    if content is not None:
        file.write_bytes(content)
    out = tmp_path / "figure6.svg"
    asked = ["--readings", "written", "--dataset", "market1501", "--title", "Fig. 6"]
    asked += ["--evaluations", str(tmp_path / "none.json")]
    assert main(["attention", "--maps", str(file), *asked, "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not out.exists()


def test_refused_maps_leave_those_of_the_other_reading(tmp_path):
    good, broken = write(tmp_path / "good.npz"), tmp_path / "broken.npz"
    broken.write_bytes(b"no maps")
    out = tmp_path / "figure6.svg"
    asked = ["--readings", "written", "released", "--dataset", "market1501", "--title", "Fig. 6"]
    asked += ["--evaluations", *(str(tmp_path / f"{number}.json") for number in range(2))]
    assert main(["attention", "--maps", str(good), str(broken), *asked, "--out", str(out)]) == 0
    text = out.read_text()
    assert "Reading written: first level 1" in text and str(tmp_path) not in text
    assert "Reading released: broken.npz holds no attention maps: delete it to make" in text
