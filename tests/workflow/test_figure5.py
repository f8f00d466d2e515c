"""Fig. 5, on fabricated records: what is drawn, and what is said beside it."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.text import Text

from reproduction.figures.style import style
from tests.workflow import records
from tests.workflow.figure5 import MAP, RADICES, WATERMARK


def curves(axes):
    """Label -> positions, heights and half lengths of the bars, of each errorbar."""
    drawn = {}
    for container in axes.containers:
        line, _, (bars,) = container.lines
        # A bar that is not there is an empty segment.
        ends = [segment[:, 1] for segment in map(np.asarray, bars.get_segments()) if len(segment)]
        halves = [(high - low) / 2 for low, high in ends]
        drawn[container.get_label()] = (*line.get_data(orig=False), halves)
    return drawn


def reported(axes):
    return [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in axes.lines
        if line.get_label() == "reported"
    ]


def texts(figure):
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    return [text.get_text() for text in figure.texts] + inside


def test_means_and_deviations_stand_at_their_radices(figure5):
    figure = figure5.draw()
    assert figure.get_figwidth() == 3.5
    for axes, above in zip(figure.axes, (0, 5), strict=False):
        positions, heights, halves = curves(axes)["written"]
        assert list(positions) == [0, 1, 2, 3, 4, 5]
        np.testing.assert_allclose(heights, [mean + above for mean in MAP.values()])
        np.testing.assert_allclose(halves, 0.5)
    assert [text.get_text() for text in figure.axes[-1].get_xticklabels()] == [
        "1",
        "2",
        "4",
        "8",
        "16",
        "32",
    ]
    assert [axes.get_ylabel() for axes in figure.axes[:2]] == ["mAP (%)", "Rank-1 (%)"]


def test_the_one_reported_point_is_marked(figure5):
    figure = figure5.draw()
    for axes, value in zip(figure.axes, (90.5, 96.2), strict=False):
        ((position, height),) = reported(axes)
        assert height == value and abs(position - 1) < 0.3
        assert f"{value}" in [text.get_text() for text in axes.texts]
    assert reported(figure.axes[2]) == []
    assert WATERMARK not in texts(figure)


def test_two_readings_differ_in_more_than_colour(figure5):
    figure = figure5.draw(readings=("written", "released"))
    for axes in figure.axes[:2]:
        drawn = curves(axes)
        assert drawn.keys() == {"written", "released"}
        np.testing.assert_allclose(drawn["released"][1] - drawn["written"][1], 1)
        assert (drawn["released"][0] > drawn["written"][0]).all()
        one, other = (container.lines[0] for container in axes.containers)
        assert one.get_linestyle() != other.get_linestyle()
        assert one.get_marker() != other.get_marker()
        assert one.get_color() == other.get_color()
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["written", "released", "reported"]


def test_parameters_stand_below_in_millions(figure5):
    axes = figure5.draw(readings=("written", "released")).axes[2]
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_allclose(lines["written"], 23.64)
    np.testing.assert_allclose(lines["released"], [25 + radix for radix in RADICES])
    shown = [text.get_text() for text in axes.texts]
    assert shown.count("23.6") == 6 and "57.0" in shown


def test_an_open_radix_breaks_the_line_and_is_named(figure5):
    open = [("released", 8, None), ("released", 16, None), ("written", 4, 2)]
    figure = figure5.draw(readings=("written", "released"), open=open)
    _, heights, _ = curves(figure.axes[0])["released"]
    assert np.isnan(heights).tolist() == [False, False, False, True, True, False]
    written = "\n".join(texts(figure))
    assert "not run (released): radix 8, 16" in written
    assert "not run (written)" not in written
    assert "2 of 3 seeds (written): radix 4\n" in written


def test_without_any_run_the_reported_point_stands_alone(figure5):
    figure = figure5.draw(open=[("written", radix, None) for radix in RADICES])
    assert len(reported(figure.axes[0])) == 1
    assert "not run: radix 1, 2, 4, 8, 16, 32" in "\n".join(texts(figure))


def test_one_seed_has_no_spread(figure5):
    figure = figure5.draw(seeds=(1,))
    assert "one seed, no spread" in "\n".join(texts(figure))
    assert curves(figure.axes[0])["written"][2] == []


SPREAD = "Axes do not begin at 0; a difference within the bands is noise."
NO_SPREAD = "Axes begin at 0: without a spread, any difference may be noise."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seeds": (0, 1, 2)}, SPREAD),
        ({"seeds": (1,)}, NO_SPREAD),
        ({"seeds": (0, 1), "open": [("written", 4, 1)]}, NO_SPREAD),
        ({"open": [("written", radix, None) for radix in RADICES]}, NO_SPREAD),
    ],
)
def test_only_axes_that_show_the_spread_everywhere_are_cut(figure5, asked, said):
    figure = figure5.draw(**asked)
    assert said in texts(figure)[1].split("\n")
    for axes in figure.axes[:2]:
        low, high = axes.get_ylim()
        assert low > 80 if said == SPREAD else low == 0
        assert high > 90


def test_the_band_is_the_deviation_and_breaks_with_the_line(figure5):
    figure = figure5.draw(open=[("written", 4, None)])
    (band,) = (bands for bands in figure.axes[0].collections if bands.get_alpha())
    heights = [path.vertices[:, 1] for path in band.get_paths()]
    assert [(min(part), max(part)) for part in heights] == [(87.5, 90.5), (87.75, 89.5)]


def test_the_legend_has_each_line_in_its_colour(figure5):
    (legend,) = figure5.draw(readings=("written", "released")).legends
    colours = [line.get_color() for line in legend.findobj(Line2D)]
    assert colours == ["#b2182b", "#2166ac", "#b2182b", "#2166ac", "black"]


def test_nothing_stands_over_the_lines(figure5):
    figure = figure5.draw(make=records.synthetic)
    (mark,) = (text for text in figure.texts if text.get_text() == WATERMARK)
    box = mark.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    assert not any(axes.get_window_extent().overlaps(box) for axes in figure.axes)


def test_no_text_is_taken_for_a_formula(figure5):
    with style():
        texts = figure5.draw(make=records.synthetic).findobj(Text)
    assert texts
    assert not any(text.get_parse_math() for text in texts)


def test_synthetic_numbers_carry_the_watermark_and_are_not_compared(figure5):
    figure = figure5.draw(make=records.synthetic)
    assert texts(figure).count(WATERMARK) == 1
    assert [reported(axes) for axes in figure.axes] == [[], [], []]
    written = "\n".join(texts(figure))
    assert "Not compared: the paper reports mAP 90.5 and Rank-1 96.2 at radix 2." in written
    assert max(axes.get_ylim()[1] for axes in figure.axes[:1]) < 92


def test_runs_by_another_recipe_are_not_held_against_the_paper(figure5):
    def make(*position, **changes):
        return records.record(*position, **{"training.paper_recipe": False, **changes})

    written = "\n".join(texts(figure5.draw(make=make)))
    assert "Not to be held against the paper; reports/figure5.md says why." in written
