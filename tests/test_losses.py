import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from sklearn import metrics

from course_lib.activations import sigmoid, softmax
from course_lib.checks import ShapeError
from course_lib.datasets import one_hot
from course_lib.gradcheck import numerical_gradient
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY

LOSSES = [MSE, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY]


def example(loss, m, k, rng, dtype=float):
    """Outputs and labels that suit the loss."""
    k = 1 if loss is BINARY_CROSS_ENTROPY else k
    Z = rng.normal(size=(m, k)) * 3
    if loss is SOFTMAX_CROSS_ENTROPY:
        Y = one_hot(rng.integers(0, k, m), k)
    else:
        Y = rng.integers(0, 2, (m, k)).astype(float)
    return Z.astype(dtype), Y.astype(dtype)


drawn = st.tuples(st.integers(1, 6), st.integers(2, 5), st.integers(0, 10**6))


def test_mse_by_hand():
    Z, Y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 2.0], [3.0, 1.0]])
    assert MSE.value(Z, Y) == (1 + 0 + 0 + 9) / 2
    assert np.array_equal(MSE.grad(Z, Y), [[1, 0], [0, 3]])
    assert MSE.value([[0], [0], [0], [0]], [[1], [0], [0], [1]]) == 0.5  # syllabus, notebook 02


def test_cross_entropies_by_hand():
    half = np.log(2)
    assert np.isclose(BINARY_CROSS_ENTROPY.value([[0.0]], [[1]]), half)
    assert np.isclose(SOFTMAX_CROSS_ENTROPY.value([[1.0, 1.0]], [[1, 0]]), half)
    assert np.allclose(SOFTMAX_CROSS_ENTROPY.grad([[1.0, 1.0]], [[1, 0]]), [[-0.5, 0.5]])


@given(drawn)
def test_values_agree_with_scikit_learn_and_scipy(size):
    m, k, seed = size
    rng = np.random.default_rng(seed)
    Z, Y = example(MSE, m, k, rng)
    assert np.isclose(MSE.value(Z, Y), metrics.mean_squared_error(Y, Z) * k)
    Z, Y = example(BINARY_CROSS_ENTROPY, m, k, rng)
    expected = metrics.log_loss(Y.ravel(), sigmoid(Z).ravel(), labels=[0, 1])
    assert np.isclose(BINARY_CROSS_ENTROPY.value(Z, Y), expected)
    Z, Y = example(SOFTMAX_CROSS_ENTROPY, m, k, rng)
    expected = -(Y * special.log_softmax(Z, axis=1)).sum() / m
    assert np.isclose(SOFTMAX_CROSS_ENTROPY.value(Z, Y), expected)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@given(drawn)
def test_gradients_agree_with_finite_differences(loss, size):
    m, k, seed = size
    Z, Y = example(loss, m, k, np.random.default_rng(seed))
    numerical = numerical_gradient(lambda Z: loss.value(Z, Y), Z)
    assert np.allclose(loss.grad(Z, Y), numerical, atol=1e-7)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_soft_labels_are_allowed_where_they_make_sense(loss, rng):
    Z, _ = example(loss, 4, 3, rng)
    Y = softmax(rng.normal(size=Z.shape)) if Z.shape[1] > 1 else rng.uniform(size=Z.shape)
    assert np.allclose(loss.grad(Z, Y), numerical_gradient(lambda Z: loss.value(Z, Y), Z))


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_extreme_logits_are_safe(loss, rng):
    _, Y = example(loss, 5, 3, rng)
    Z = np.where(rng.uniform(size=Y.shape) < 0.5, -1e4, 1e4)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert np.isfinite(loss.value(Z, Y))
        assert np.isfinite(loss.grad(Z, Y)).all()


def test_a_sure_mistake_costs_its_logit():
    assert np.isclose(BINARY_CROSS_ENTROPY.value([[1e4]], [[0]]), 1e4)
    assert np.isclose(SOFTMAX_CROSS_ENTROPY.value([[1e4, 0.0]], [[0, 1]]), 1e4)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_arguments_stay_and_types_are_kept(loss, rng):
    Z, Y = example(loss, 4, 3, rng, np.float32)
    before = Z.copy(), Y.copy()
    assert type(loss.value(Z, Y)) is float
    G = loss.grad(Z, Y.astype(np.float64))
    assert G.dtype == np.float32 and G.shape == Z.shape
    assert np.array_equal(Z, before[0]) and np.array_equal(Y, before[1])
    assert not np.shares_memory(G, Z)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("method", ["value", "grad"])
def test_bad_input_has_its_own_sentence(loss, method, rng):
    call = getattr(loss, method)
    Z, Y = example(loss, 4, 3, rng)
    k = Z.shape[1]
    with pytest.raises(ShapeError, match="same shape|one_hot"):
        call(Z, Y[:, 0])
    with pytest.raises(ShapeError, match="its own label"):
        call(Z, Y[:3])
    with pytest.raises(ValueError, match="the batch is empty"):
        call(np.zeros((0, k)), np.zeros((0, k)))
    with pytest.raises(ValueError, match="Z has 1 entry that is NaN .* smaller step"):
        call(np.where(np.arange(4)[:, None] == 2, [[np.nan] + [0] * (k - 1)], Z), Y)
    with pytest.raises(ValueError, match="Y has .* infinite.* without a label"):
        call(Z, np.full_like(Y, np.inf))
    with pytest.raises(ValueError, match="Y holds text"):
        call(Z, Y.astype(str))
    with pytest.raises(ShapeError):
        call(1.0, 1.0)


def test_the_silent_broadcast_is_explained():
    with pytest.raises(ShapeError, match=r"would silently become \(4, 4\).*Y\[:, None\]"):
        MSE.value(np.zeros((4, 1)), np.zeros(4))


def test_labels_that_count_classes_are_explained():
    with pytest.raises(ValueError, match=r"label 2, .*one_hot\(labels, k\)"):
        BINARY_CROSS_ENTROPY.value(np.zeros((2, 1)), [[1], [2]])
    with pytest.raises(ShapeError, match=r"one_hot\(Y.ravel\(\), 3\)"):
        SOFTMAX_CROSS_ENTROPY.value(np.zeros((2, 3)), [[1], [2]])


def test_labels_that_are_classes_are_explained():
    with pytest.raises(ShapeError, match=r"one_hot\(Y, 3\)"):
        SOFTMAX_CROSS_ENTROPY.value(np.zeros((4, 3)), np.array([0, 1, 2, 0]))


@pytest.mark.parametrize("loss", LOSSES[1:], ids=repr)
@pytest.mark.parametrize("label", [-1.0, 2.0])
def test_labels_out_of_range_are_refused(loss, label, rng):
    Z, Y = example(loss, 4, 3, rng)
    Y[1, 0] = label
    with pytest.raises(ValueError, match=f"holds the label {label:g}"):
        loss.value(Z, Y)


def test_rows_must_be_distributions():
    with pytest.raises(ValueError, match="row 1 of Y sums to 2"):
        SOFTMAX_CROSS_ENTROPY.value(np.zeros((2, 2)), [[1, 0], [1, 1]])


def test_the_wrong_cross_entropy_is_noticed():
    with pytest.raises(ShapeError, match="use BINARY_CROSS_ENTROPY"):
        SOFTMAX_CROSS_ENTROPY.value(np.zeros((2, 1)), np.ones((2, 1)))
    with pytest.raises(ShapeError, match="one logit per example"):
        BINARY_CROSS_ENTROPY.value(np.zeros((2, 2)), np.eye(2))
