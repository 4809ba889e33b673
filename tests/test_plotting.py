import base64

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from course_lib import plotting
from course_lib.plotting import show

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
CALLS = {
    "plot_contours": lambda ax: plotting.plot_contours(
        lambda P: (P**2).sum(axis=1), (-1, 1), (-2, 2), paths={"a": X - 0.5}, minimum=(0, 0), ax=ax
    ),
    "plot_convolution": lambda ax: plotting.plot_convolution(
        np.eye(4), np.ones((2, 2)), np.ones((3, 3)), (1, 0), ax=ax
    ),
    "plot_feature_maps": lambda ax: plotting.plot_feature_maps(np.ones((4, 4, 3)), ax=ax),
    "plot_filters": lambda ax: plotting.plot_filters(np.ones((3, 3, 1, 9)), ax=ax),
    "plot_fit": lambda ax: plotting.plot_fit([0, 1, 2], [1, 0, 3], lambda x: x, ax=ax),
    "plot_outcomes": lambda ax: plotting.plot_outcomes(
        ["one ★", "two ★★"], {"correct": [3, 0], "not yet": [1, 4]}, ax=ax
    ),
    "plot_surface": lambda ax: plotting.plot_surface(
        lambda P: (P**2).sum(axis=1), (-1, 1), (-2, 2), path=X, ax=ax
    ),
    "plot_valley": lambda ax: plotting.plot_valley(np.square, [1, 0.5, 9], low=-1, high=1, ax=ax),
    "plot_functions": lambda ax: plotting.plot_functions({"a": np.tanh, "b": np.sign}, ax=ax),
    "plot_graph": lambda ax: plotting.plot_graph(
        {"x": (0, 0), "z": (1, 0.5)}, [("x", "z")], values={"x": 2}, derivatives={"z": 1}, ax=ax
    ),
    "plot_pictures": lambda ax: plotting.plot_pictures(np.ones((3, 4, 4)), ["a"] * 3, ax=ax),
    "plot_pooling": lambda ax: plotting.plot_pooling(np.eye(4), 2, ax=ax),
    "plot_probability": lambda ax: plotting.plot_probability([0, 1], [0, 1], np.tanh, ax=ax),
    "plot_histograms": lambda ax: plotting.plot_histograms([X, np.zeros(3), []], ax=ax),
    "plot_history": lambda ax: plotting.plot_history({"a": [3, 2, 1], "b": [1]}, ax=ax),
    "plot_line": lambda ax: plotting.plot_line([1, 2], -1, ax=ax),
    "plot_network": lambda ax: plotting.plot_network([["a", "b"], ["c"]], ax=ax),
    "plot_plane": lambda ax: plotting.plot_plane(lambda X: X[:, 0], ax=ax),
    "plot_points": lambda ax: plotting.plot_points(X, [0, 1, 1, 0], ax=ax),
}


@pytest.fixture(autouse=True)
def _style():
    with plt.style.context("course_lib.plotting.course"):
        yield
    plt.close("all")


def test_every_plot_is_tried_here():
    assert set(plotting.__all__) == {*CALLS, "show"}


@pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=CALLS.keys())
def test_plots_draw_into_the_axes_they_are_given_or_a_new_one(name, call):
    _, ax = plt.subplots(subplot_kw={"projection": "3d"} if name == "plot_surface" else {})
    assert call(ax) is ax
    assert ax.has_data() or ax.patches
    assert isinstance(call(None), plt.Axes)
    assert len(plt.get_fignums()) == 2


def test_a_line_has_its_arrow_on_the_side_of_the_ones():
    ax = plotting.plot_line([20, 20], -10)
    arrow = ax.texts[0]
    tip, foot = np.array(arrow.xy), np.array(arrow.xyann)
    assert np.isclose([20, 20] @ foot - 10, 0)
    assert [20, 20] @ tip - 10 > 0
    xs, ys = ax.lines[0].get_data()
    assert np.allclose(20 * np.array(xs) + 20 * np.array(ys), 10)


def test_no_weights_no_line():
    assert not plotting.plot_line([0, 0], 1).lines


def test_residuals_reach_from_the_model_to_the_points():
    ax = plotting.plot_fit([0, 1, 2], [1, 0, 3], lambda x: x)
    strokes = [segment.tolist() for segment in ax.collections[0].get_segments()]
    assert strokes == [[[0, 0], [0, 1]], [[1, 1], [1, 0]], [[2, 2], [2, 3]]]


def test_a_valley_leaves_out_steps_beyond_its_ends():
    ax = plotting.plot_valley(np.square, [1, 0.5, 9], low=-1, high=1)
    assert ax.lines[1].get_xdata().tolist() == [1, 0.5]


def test_a_jump_is_drawn_without_an_upright_stroke():
    drawn = plotting.plot_functions({"jump": np.sign}).lines[0].get_ydata()
    assert np.isnan(drawn).any()
    drawn = plotting.plot_functions({"smooth": np.tanh}).lines[0].get_ydata()
    assert not np.isnan(drawn).any()


def test_weights_and_biases_are_written_where_they_belong():
    ax = plotting.plot_network(
        [["x"], ["h1", "h2"]], weights=[[[20, -10]]], biases=[[-1, "bias $b$"]]
    )
    texts = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    assert {"x", "h1", "h2", "20", "-10", "b = -1", "bias $b$"} == set(texts)
    assert texts["20"][1] > texts["-10"][1]


def test_a_step_of_a_convolution_shows_what_is_known_so_far():
    X, Z = np.arange(25.0).reshape(5, 5), np.array([[70.0, 71.0], [72.0, 73.0]])
    ax = plotting.plot_convolution(X, np.full((3, 3), 99.0), Z, (1, 0), stride=2)
    texts = [text.get_text() for text in ax.texts]
    assert {"70", "71", "72"} <= set(texts) and "73" not in texts
    assert texts.count("99") == 9
    framed = [patch.get_bbox().bounds for patch in ax.patches if not patch.get_fill()]
    assert framed[0] == (0, 2, 3, 3)  # the window: two rows down, since the stride is 2


def test_a_ring_is_around_the_first_maximum_of_each_window():
    ax = plotting.plot_pooling([[1, 5, 2, 2], [5, 4, 2, 0]], 2)
    rings = [ring.center for ring in ax.patches if hasattr(ring, "center")]
    assert rings == [(1.5, 0.5), (2.5, 0.5)]
    ax = plotting.plot_pooling(np.eye(4), 2, stride=1)
    assert sum(hasattr(ring, "center") for ring in ax.patches) == 9


@pytest.mark.parametrize(("c_in", "pictures"), [(1, 4), (2, 8), (3, 4)])
def test_filters_are_drawn_by_kernel_and_channel(c_in, pictures):
    W = np.arange(4.0 * 9 * c_in).reshape(3, 3, c_in, 4)
    drawn = plotting.plot_filters(W).images
    assert len(drawn) == pictures
    if c_in == 2:  # columns are kernels, rows are channels
        assert np.array_equal(drawn[1].get_array(), W[:, :, 0, 1])
        assert np.array_equal(drawn[4].get_array(), W[:, :, 1, 0])


TABLE = np.arange(16.0).reshape(4, 4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plotting.plot_filters(TABLE), r"shape \(4, 4\).*try W\[:, :, None, None\]"),
        (lambda: plotting.plot_feature_maps(TABLE[None, :, :, None]), r"try A\[0\]"),
        (lambda: plotting.plot_feature_maps(np.full((2, 2, 1), np.nan)), "NaN or infinity"),
        (lambda: plotting.plot_pooling(TABLE[None], 2), "height, width"),
        (lambda: plotting.plot_pooling(TABLE, 5), "size is 5"),
        (lambda: plotting.plot_pooling(TABLE, 2, stride=0), "stride 0"),
        (lambda: plotting.plot_convolution(TABLE, TABLE[:2, :2], TABLE[:3, :3], (3, 0)), "place"),
        (lambda: plotting.plot_convolution(TABLE, TABLE, TABLE[:2, :2], (1, 1)), "lies on X"),
        (lambda: plotting.plot_convolution(TABLE, TABLE[:2], [], (0, 0)), "Z has shape"),
    ],
)
def test_what_cannot_be_drawn_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_numbers_are_written_as_people_write_them():
    texts = [t.get_text() for t in plotting.plot_pooling([[255, 370], [37.6, -0.0]], 2).texts]
    assert texts == ["255", "370", "37.6", "0"]


def test_feature_maps_are_on_one_scale():
    A = np.ones((4, 4, 2)) * [0.5, 0.1]
    first, second = plotting.plot_feature_maps(A).images
    assert first.get_array().max() == 1 and np.isclose(second.get_array().max(), 0.2)
    assert first.get_clim() == second.get_clim() == (0, 1)
    assert plotting.plot_feature_maps(-A).images[0].get_clim() == (-1, 1)


def test_show_displays_a_picture_with_its_alt_text_and_closes_the_figure():
    InteractiveShell.instance()
    _, ax = plt.subplots(figsize=(2, 1))
    with capture_output() as captured:
        show(ax, alt="An empty pair of axes, two inches wide.")
    (output,) = captured.outputs
    assert output.metadata == {"image/png": {"alt": "An empty pair of axes, two inches wide."}}
    assert output.data["text/plain"] == "An empty pair of axes, two inches wide."
    assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
    assert not plt.get_fignums()


@pytest.mark.parametrize("alt", ["", "a figure", None])
def test_show_insists_on_an_alt_text(alt):
    with pytest.raises(ValueError, match="what the figure shows"):
        show(plt.figure(), alt=alt)


def test_the_style_is_a_packaged_file():
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"][0] == "#0072B2"
