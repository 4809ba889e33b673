import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from networks import LOSSES, activation, labels, outputs_of, two_layers
from scipy.optimize import approx_fprime, rosen, rosen_der

from course_lib import activations
from course_lib.datasets import one_hot
from course_lib.gradcheck import check_gradients, numerical_gradient
from course_lib.initializers import zeros
from course_lib.layers import Activation, Dense, Flatten
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network
from course_lib.shapes import ShapeError


@given(arrays(np.float64, array_shapes(max_dims=3, max_side=3), elements=st.floats(-3, 3)))
def test_a_sum_of_squares_has_the_gradient_2x(x):
    before = x.copy()
    gradient = numerical_gradient(lambda x: (x**2).sum(), x)
    assert gradient.shape == x.shape and gradient.dtype == np.float64
    assert np.allclose(gradient, 2 * x, atol=1e-8)
    assert np.array_equal(x, before)


def test_it_agrees_with_scipy(rng):
    x = rng.normal(size=5)
    assert np.allclose(numerical_gradient(rosen, x), rosen_der(x), rtol=1e-6, atol=1e-5)
    assert np.allclose(numerical_gradient(rosen, x), approx_fprime(x, rosen), rtol=1e-3, atol=1e-3)


def test_central_differences_are_exact_for_parabolas_and_one_sided_ones_are_not():
    # f(x) = x², h = 1/2 at x = 3: (12.25 - 6.25) / 1 = 6; one-sided: (12.25 - 9) / 0.5 = 6.5
    assert numerical_gradient(lambda x: x**2, 3.0, h=0.5) == 6


def test_it_can_tell_a_wrong_gradient(rng):
    x = rng.normal(size=4)
    gradient = numerical_gradient(lambda x: (x**3).sum(), x)
    assert np.allclose(gradient, 3 * x**2)
    for wrong in (2 * x**2, -3 * x**2, 3 * x**2 / len(x), np.zeros_like(x)):
        assert not np.allclose(gradient, wrong)


def test_a_function_that_changes_its_argument_does_no_harm():
    def greedy(x):
        value = (x**2).sum()
        x[:] = 0
        return value

    x = np.array([1.0, 2.0])
    assert np.allclose(numerical_gradient(greedy, x), [2, 4])
    assert np.array_equal(x, [1, 2])


def test_shapes_like_x():
    assert numerical_gradient(np.sum, [[1, 2], [3, 4]]).shape == (2, 2)
    assert numerical_gradient(lambda x: x * 2, 1).shape == ()
    assert numerical_gradient(lambda x: np.array([[x.sum()]]), [1.0]).shape == (1,)


@pytest.mark.parametrize(
    ("f", "x", "h", "words"),
    [
        (np.sum, np.ones(2, np.float32), 1e-6, "x is float32, expected float64"),
        (np.sum, [], 1e-6, "x is empty"),
        (np.sum, [np.nan], 1e-6, "no slope"),
        (np.sum, ["a"], 1e-6, "holds text"),
        (np.sum, [1.0], 0, "h is 0, expected a number above 0"),
        (np.sum, [1.0], -1e-6, "above 0"),
        (np.sum, [1.0], np.nan, "above 0"),
        (lambda x: x, [1.0, 2.0], 1e-6, "forget to sum"),
        (lambda x: np.inf, [1.0], 1e-6, "where f is finite"),
        (lambda x: None, [1.0], 1e-6, "expected real numbers"),
    ],
)
def test_bad_input_has_its_own_sentence(f, x, h, words):
    with pytest.raises(ValueError, match=words):
        numerical_gradient(f, x, h)


# --- check_gradients: what passes, what is refused, and that each planted bug is caught


SMOOTH = ["sigmoid", "tanh", "identity"]
KINKED = ["relu", "leaky_relu", "absolute"]
sizes = st.tuples(*[st.integers(1, 5)] * 3, st.integers(2, 4), st.integers(0, 10**6))


def sample(loss, m, n, k, rng):
    return rng.normal(size=(m, n)), labels(loss, m, outputs_of(loss, k), rng)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("name", SMOOTH)
@settings(max_examples=10)
@given(sizes, st.sampled_from([0.0, 0.3]))
def test_smooth_networks_pass_at_any_shape(loss, name, size, weight_decay):
    m, n, hidden, k, seed = size
    rng = np.random.default_rng(seed)
    X, Y = sample(loss, m, n, k, rng)
    net = two_layers(rng, n, hidden, outputs_of(loss, k), name)
    report = check_gradients(net, X, Y, loss, weight_decay=weight_decay)
    assert report.passed, report


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("name", KINKED)
@settings(max_examples=10)
@given(sizes)
def test_kinked_networks_pass_or_say_that_all_units_sleep(loss, name, size):
    m, n, hidden, k, seed = size
    rng = np.random.default_rng(seed)
    X, Y = sample(loss, m, n, k, rng)
    report = check_gradients(two_layers(rng, n, hidden, outputs_of(loss, k), name), X, Y, loss)
    assert report.passed or {row.verdict for row in report.rows} == {"agrees", "zero"}, report


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@settings(max_examples=10)
@given(sizes)
def test_flatten_and_a_deep_network_pass(loss, size):
    m, n, hidden, k, seed = size
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(m, n, 2)), labels(loss, m, outputs_of(loss, k), rng)
    net = Network(
        Flatten(), Dense(2 * n, hidden, rng=rng), activation("tanh"), Dense(hidden, 3, rng=rng),
        activation("sigmoid"), Dense(3, outputs_of(loss, k), rng=rng),
    )  # fmt: skip
    assert check_gradients(net, X, Y, loss).passed


class MissingTranspose(Dense):
    def backward(self, dZ):
        super().backward(dZ)
        return dZ @ self.W.value


class DividedTwice(Dense):
    def backward(self, dZ):
        dX = super().backward(dZ)
        self.W.grad = self.W.grad / len(dZ)
        return dX


class WrongAxis(Dense):
    def backward(self, dZ):
        dX = super().backward(dZ)
        self.b.grad = dZ.sum(axis=1)
        return dX


class NoBias(Dense):
    def backward(self, dZ):
        dX, before = super().backward(dZ), self.b.grad * 0
        self.b.grad = before
        return dX


class WrongSign(Dense):
    def backward(self, dZ):
        dX = super().backward(dZ)
        self.W.grad = -self.W.grad
        return dX


class MaskFromTheOutput(Activation):
    def backward(self, dA):
        return dA * (self.phi(self._recall()) >= 0)


class ForgottenDerivative(Activation):
    def backward(self, dA):
        self._recall()
        return dA


class MeanTwice(type(SOFTMAX_CROSS_ENTROPY)):
    def grad(self, Z, Y):
        return super().grad(Z, Y) / len(Z)


def planted(rng, dense=Dense, middle=Activation, name="relu"):
    phi, phi_prime = getattr(activations, name), getattr(activations, f"{name}_prime")
    return Network(dense(4, 4, rng=rng), middle(phi, phi_prime), dense(4, 4, rng=rng))


@pytest.mark.parametrize(
    ("bug", "where", "row", "factor"),
    [
        ({"dense": MissingTranspose}, {"W1", "b1", "X"}, "W1", None),
        ({"dense": DividedTwice}, {"W1", "W2"}, "W2", "0.25"),
        ({"dense": WrongAxis}, {"b1", "b2"}, "b2", None),
        ({"dense": NoBias}, {"b1", "b2"}, "b1", None),
        ({"dense": WrongSign}, {"W1", "W2"}, "W1", "-1"),
        ({"middle": MaskFromTheOutput}, {"W1", "b1", "X"}, "b1", None),
        ({"middle": ForgottenDerivative}, {"W1", "b1", "X"}, "W1", None),
        ({"middle": ForgottenDerivative, "name": "sigmoid"}, {"W1", "b1", "X"}, "W1", None),
    ],
    ids=str,
)
def test_each_planted_bug_is_caught_and_placed(bug, where, row, factor, rng):
    X, Y = rng.normal(size=(4, 4)), one_hot([0, 1, 2, 3], 4)
    report = check_gradients(planted(rng, **bug), X, Y, SOFTMAX_CROSS_ENTROPY)
    assert not report.passed and not report
    assert {r.name for r in report.rows if r.verdict == "WRONG"} == where
    found = report[row]
    assert found.relative_error > 1e-2
    assert abs(found.backward - found.numerical) > 1e-4
    text = repr(report)
    assert row in text and str(list(found.worst_index)) in text
    assert f"{found.backward:.6g}" in text and f"{found.numerical:.6g}" in text
    assert (f"gives {factor} times" in text) == (factor is not None)
    assert ("is this gradient assigned" in text) == ("NoBias" in str(bug))
    assert check_gradients(planted(rng), X, Y, SOFTMAX_CROSS_ENTROPY).passed


def test_a_wrong_loss_is_told_from_a_wrong_layer(rng):
    X, Y = rng.normal(size=(4, 4)), one_hot([0, 1, 2, 3], 4)
    report = check_gradients(planted(rng, name="tanh"), X, Y, MeanTwice())
    assert report["Z"].verdict == "WRONG" and "0.25 times the derivative" in repr(report)


def test_the_worst_entry_is_the_wrong_one(rng):
    class OneEntry(Dense):
        def backward(self, dZ):
            dX = super().backward(dZ)
            self.W.grad[2, 1] += 1e-3
            return dX

    net = Network(OneEntry(3, 2, rng=rng))
    report = check_gradients(net, rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), MSE)
    assert report["W1"].worst_index == (2, 1) and report["W1"].verdict == "WRONG"
    assert np.isclose(report["W1"].backward - report["W1"].numerical, 1e-3, rtol=1e-3)


def test_a_gradient_that_is_nan_does_not_pass(rng):
    class Undefined(Dense):
        def backward(self, dZ):
            dX = super().backward(dZ)
            self.b.grad = np.full_like(self.b.grad, np.nan)
            return dX

    net = Network(Undefined(3, 2, rng=rng))
    report = check_gradients(net, rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), MSE)
    assert report["b1"].verdict == "WRONG" and report["b1"].relative_error == np.inf


def test_zero_equals_zero_proves_nothing(rng):
    X, Y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    hidden = Network(Dense(3, 4, rng=rng), activation("tanh"), Dense(4, 2, rng=rng, init=zeros))
    for weight_decay in (0.0, 0.5):
        report = check_gradients(hidden, X, Y, MSE, weight_decay=weight_decay)
        assert not report and {r.name for r in report.rows if r.verdict == "zero"} == {"W1", "b1"}
        assert "W1, b1 are zero or too small to see, and 0 = 0 proves nothing" in repr(report)
    net = Network(Dense(3, 2, rng=rng))
    met = check_gradients(net, X, net.forward(X), MSE)
    assert not met and met["Z"].verdict == "zero"
    steps = Network(Dense(3, 2, rng=rng), activation("step"))
    assert not check_gradients(steps, X, Y, MSE)


def test_both_zero_stubs_do_not_pass(rng):
    """A published exercise printed "Success!" for a backward pass that returned zeros."""

    class Stub(Dense):
        def forward(self, X):
            self._cache = X
            return np.zeros((len(X), 2))

        def backward(self, dZ):
            return np.zeros_like(self._recall())

    assert not check_gradients(Network(Stub(3, 2, rng=rng)), np.ones((4, 3)), np.ones((4, 2)), MSE)


def test_float32_is_refused(rng):
    report = check_gradients(
        two_layers(rng, dtype=np.float32), rng.normal(size=(4, 3)), np.ones((4, 2)), MSE
    )
    assert not report and report.rows == () and "dtype=np.float64" in report.reason


@pytest.mark.parametrize("phi", ["sigmoid", "mine"])
def test_probabilities_for_a_loss_on_logits_are_refused(phi, rng):
    last = activation("sigmoid")
    if phi == "mine":
        last = Activation(lambda z: 1 / (1 + np.exp(-z)), activations.sigmoid_prime)
    X, Y = rng.normal(size=(4, 3)), np.array([[0], [1], [1], [0]])
    net = Network(Dense(3, 1, rng=rng), last)
    report = check_gradients(net, X, Y, BINARY_CROSS_ENTROPY)
    assert not report and "takes logits and makes them itself" in report.reason
    assert check_gradients(net, X, Y, MSE).passed


def test_a_forward_pass_that_is_no_function_is_refused(rng):
    class Noisy(Dense):
        def forward(self, X):
            return super().forward(X) + rng.normal(size=(len(X), 1))

    report = check_gradients(Network(Noisy(3, 2, rng=rng)), np.ones((4, 3)), np.ones((4, 2)), MSE)
    assert not report and "two different outputs" in report.reason


def on_a_kink(rng, distance):
    """One ReLU unit whose z stands so far above zero."""
    net = Network(Dense(2, 1, rng=rng), activation("relu"), Dense(1, 1, rng=rng))
    net.theta = [1.0, -1.0, distance, 2.0, 0.5]
    return check_gradients(net, [[3.0, 3.0]], [[7.0]], MSE)


def test_a_kink_here_cannot_be_decided_and_it_says_so(rng):
    report = on_a_kink(rng, 0.0)
    assert not report and "W1, b1, X cannot be decided: the cost has a kink" in report.reason
    assert report["W1"].verdict == "kink" and report["W2"].verdict == "zero"


@pytest.mark.parametrize("distance", [3e-6, -3e-6])
def test_a_kink_near_by_is_decided_by_a_smaller_step(distance, rng):
    report = on_a_kink(rng, distance)
    assert all(row.verdict in ("agrees", "zero") for row in report.rows), report


def test_a_bug_beside_a_kink_is_still_a_bug(rng):
    net = Network(Dense(2, 1, rng=rng), MaskFromTheOutput(activations.relu, activations.relu_prime))
    net.theta = [1.0, -1.0, -3e-6]
    report = check_gradients(net, [[3.0, 3.0]], [[7.0]], MSE)
    assert report["b1"].verdict == "WRONG"


def test_strong_curvature_is_no_kink(rng):
    class Steep(Activation):
        def backward(self, dA):
            return 1.5 * super().backward(dA)

    steep = Steep(lambda z: np.tanh(30 * z), lambda z: 30 / np.cosh(30 * z) ** 2)
    net = Network(Dense(2, 1, rng=rng), steep)
    net.theta = [0.02, -0.01, 0.01]
    report = check_gradients(net, [[1.0, 1.0]], [[2.0]], MSE)
    assert report["W1"].verdict == "WRONG" and "1.5 times" in repr(report)


def test_nothing_is_changed_by_a_check(rng):
    net, X, Y = two_layers(rng), rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    dZ = net.forward(X)
    net.backward(dZ)
    kept = [array.copy() for array in (net.theta, net.grad, X, Y)]
    assert check_gradients(net, X + 1, Y, MSE)
    assert all(map(np.array_equal, kept, (net.theta, net.grad, X, Y)))
    net.backward(dZ)
    assert np.array_equal(net.grad, kept[1])


def test_a_report_reads_as_a_table(rng):
    report = check_gradients(two_layers(rng), rng.normal(size=(4, 3)), rng.normal(size=(4, 2)), MSE)
    lines = repr(report).splitlines()
    assert lines[0] == "gradient check passed"
    assert " ".join(lines[1].split()) == "∂J/∂ relative error worst entry by backward by nudging"
    assert [line.split()[0] for line in lines[2:]] == ["Z", "W1", "b1", "W2", "b2", "X"]
    assert all(line.endswith("agrees") for line in lines[2:])
    assert all(row.relative_error < 1e-6 for row in report.rows)


def test_what_backward_returns_has_the_shape_of_x(rng):
    class Returns(Dense):
        def backward(self, dZ):
            return super().backward(dZ).T

    with pytest.raises(ShapeError, match=r"dX, which backward returned, has shape \(3, 4\)"):
        check_gradients(Network(Returns(3, 2, rng=rng)), np.ones((4, 3)), np.ones((4, 2)), MSE)
