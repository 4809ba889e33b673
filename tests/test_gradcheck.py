import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from networks import LOSSES, activation, labels, outputs_of, two_layers
from scipy.optimize import approx_fprime, rosen, rosen_der

from course_lib import activations
from course_lib.checks import ShapeError
from course_lib.datasets import one_hot
from course_lib.gradcheck import check_gradients, numerical_gradient
from course_lib.initializers import zeros
from course_lib.layers import Activation, Dense, Flatten, Layer
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network


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
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
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
    assert " ".join(lines[1].split()) == "∂J/∂ relative error worst entry by backward numerical"
    assert [line.split()[0] for line in lines[2:]] == ["Z", "W1", "b1", "W2", "b2", "X"]
    assert all(line.endswith("agrees") for line in lines[2:])
    assert all(row.relative_error < 1e-6 for row in report.rows)


def test_what_backward_returns_has_the_shape_of_x(rng):
    class Returns(Dense):
        def backward(self, dZ):
            return super().backward(dZ).T

    with pytest.raises(ShapeError, match=r"dX, which backward returned, has shape \(3, 4\)"):
        check_gradients(Network(Returns(3, 2, rng=rng)), np.ones((4, 3)), np.ones((4, 2)), MSE)


# --- what a hostile reading found: none of it may come back


@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1.0, 1e4, 1e8])
@pytest.mark.parametrize("what", ["X", "Y"])
@pytest.mark.parametrize("name", ["tanh", "relu", "identity"])
def test_right_networks_pass_and_wrong_ones_fail_at_any_scale(what, scale, name, rng):
    class Wrong(Dense):
        def backward(self, dZ):
            dX = super().backward(dZ)
            self.W.grad = 1.01 * self.W.grad
            return dX

    X, Y = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
    X, Y = (X * scale, Y) if what == "X" else (X, Y * scale)
    for dense, right in ((Dense, True), (Wrong, False)):
        net = Network(dense(3, 4, rng=rng), activation(name), Dense(4, 2, rng=rng))
        net.layers[0].b.value = 0.1 * rng.normal(size=4)
        report = check_gradients(net, X, Y, MSE)
        hopeless = what == "X" and (scale in (1e-9, 1e8) or (name == "tanh" and scale > 1))
        if right:
            assert report.passed or (hopeless and "too small to see" in report.reason), report
        else:
            assert not report.passed, report


def test_a_small_output_is_not_lost_beside_a_large_one(rng):
    class Deaf(Dense):
        def backward(self, dZ):
            dZ = dZ.copy()
            dZ[:, 1] = 0
            return super().backward(dZ)

    X = rng.normal(size=(20, 3))
    Y = rng.normal(size=(20, 2)) * [3e5, 2]
    assert not check_gradients(Network(Deaf(3, 2, rng=rng)), X, Y, MSE)
    assert check_gradients(Network(Dense(3, 2, rng=rng)), X, Y, MSE)


@pytest.mark.parametrize("weight_decay", [1e-3, 10.0, 1e4])
def test_a_large_penalty_hides_nothing(weight_decay, rng):
    class Wrong(Dense):
        def backward(self, dZ):
            dX = super().backward(dZ)
            self.W.grad = 1.001 * self.W.grad
            return dX

    X, Y = rng.normal(size=(10, 6)), rng.normal(size=(10, 3))
    for dense, right in ((Dense, True), (Wrong, False)):
        net = Network(dense(6, 5, rng=rng), activation("tanh"), Dense(5, 3, rng=rng))
        report = check_gradients(net, X, Y, MSE, weight_decay=weight_decay)
        assert report.passed == right and report["λ"].verdict == "agrees", report


def test_layers_without_weights_can_be_checked(rng):
    X = rng.normal(size=(4, 3))
    assert check_gradients(Network(activation("tanh")), X, X + 1, MSE)
    assert check_gradients(Network(Flatten()), X[:, :, None], X + 1, MSE)


class Adds(Dense):
    def backward(self, dZ):
        X = self._recall()
        self.W.grad += X.T @ dZ
        self.b.grad += dZ.sum(axis=0)
        return dZ @ self.W.value.T


class ChangesItsWeights(Dense):
    def backward(self, dZ):
        dX = super().backward(dZ)
        self.W.value -= 0.1 * self.W.grad
        return dX


class RemembersTheFirst(Dense):
    def forward(self, X):
        Z = super().forward(X)
        if not hasattr(self, "first"):
            self.first = X
        self._cache = self.first
        return Z


class ChangesDelta(Dense):
    def backward(self, dZ):
        dZ *= 0.5
        return super().backward(dZ)


@pytest.mark.parametrize(
    ("dense", "words"),
    [
        (Adds, "adds to the gradients"),
        (ChangesItsWeights, "changes the weights"),
        (ChangesDelta, "changes its argument"),
        (RemembersTheFirst, "disagree in"),
    ],
)
def test_what_works_just_once_does_not_pass(dense, words, rng):
    X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    report = check_gradients(Network(dense(3, 2, rng=rng)), X, Y, MSE)
    assert not report and words in report.reason


class SoftmaxLayer(Layer):
    def forward(self, X):
        self._cache = activations.softmax(X)
        return self._cache

    def backward(self, dZ):
        P = self._recall()
        return P * (dZ - (dZ * P).sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("k", "last"),
    [
        (3, lambda: [SoftmaxLayer()]),
        (1, lambda: [activation("sigmoid"), Flatten()]),
        (1, lambda: [activation("sigmoid"), activation("identity")]),
    ],
)
def test_probabilities_are_noticed_however_they_are_made(k, last, rng):
    X, loss = rng.normal(size=(6, 2)), BINARY_CROSS_ENTROPY if k == 1 else SOFTMAX_CROSS_ENTROPY
    Y = labels(loss, 6, k, rng)
    report = check_gradients(Network(Dense(2, k, rng=rng), *last()), X, Y, loss)
    assert not report and "takes logits" in report.reason


def test_logits_that_lie_between_0_and_1_by_chance_are_logits(rng):
    net = Network(Dense(2, 1, rng=rng))
    net.theta = [0.1, 0.1, 0.5]
    assert check_gradients(net, [[1.0, 2.0]], [[1.0]], BINARY_CROSS_ENTROPY)
    per_unit = Activation(
        lambda z: z * np.array([1, 2, 3.0]), lambda z: np.array([1, 2, 3.0]) + 0 * z
    )
    net = Network(Dense(2, 3, rng=rng), per_unit)
    assert check_gradients(net, np.eye(2), one_hot([0, 2], 3), SOFTMAX_CROSS_ENTROPY)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, int, bool])
def test_inputs_of_another_type_are_converted(dtype, rng):
    X = rng.integers(0, 2, (4, 3)).astype(dtype)
    assert check_gradients(two_layers(rng), X, rng.normal(size=(4, 2)), MSE)


@pytest.mark.parametrize("scale", [1e-4, 1e-5, 1e-6, 1e-7])
def test_many_kinks_close_by_are_never_called_wrong(scale, rng):
    for _ in range(8):
        net = two_layers(rng, 4, 8, 2, "relu")
        report = check_gradients(net, scale * rng.normal(size=(20, 4)), np.ones((20, 2)), MSE)
        assert "WRONG" not in {row.verdict for row in report.rows}, report


@pytest.mark.parametrize(("net", "loss"), [(None, MSE), ("net", "mse"), ("net", type(MSE))])
def test_what_is_no_network_or_loss_gets_a_sentence(net, loss, rng):
    net = two_layers(rng) if net else net
    with pytest.raises(TypeError, match="check_gradients: (net|loss) is"):
        check_gradients(net, np.ones((2, 3)), np.ones((2, 2)), loss)


def test_a_row_that_does_not_exist_is_named(rng):
    report = check_gradients(two_layers(rng), np.ones((2, 3)), np.zeros((2, 2)), MSE)
    with pytest.raises(KeyError, match="'W'.*there are Z, W1, b1, W2, b2, X"):
        report["W"]
