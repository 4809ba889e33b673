"""Every mistake in docs/errata.md: the source's version fails, the corrected one does not."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.signal import correlate2d
from sklearn.datasets import load_digits

from course_lib import ROOT
from course_lib.activations import relu, relu_prime, sigmoid, softmax, tanh, tanh_prime
from course_lib.checks import ShapeError
from course_lib.conv import AvgPool2D, Conv2D, MaxPool2D, correlate_loops
from course_lib.datasets import diamond, gates, gaussians, one_hot, two_features
from course_lib.gradcheck import numerical_gradient
from course_lib.initializers import he, small_normal, xavier
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY
from course_lib.network import mlp
from course_lib.optimizers import SGD
from course_lib.training import fit

PAGE = (ROOT / "docs" / "errata.md").read_text("utf-8")


def test_the_page_names_a_test_for_every_mistake_and_every_test():
    rows = re.findall(r"^\| (?:C16|NG|FB|INTRO|BP) \|.*$", PAGE, re.M)
    described = [row for row in rows if row.count("|") > 4]
    named = [re.search(r"`(test_\w+)` \|$", row) for row in described]
    assert all(named), "a row without a test"
    tests = {name for name in globals() if name.startswith("test_")} - {
        "test_the_page_names_a_test_for_every_mistake_and_every_test"
    }
    assert {match[1] for match in named} == tests


@pytest.fixture
def plane(rng):
    """Rows with a column of ones, labels, and some parameters."""
    features, y = two_features(rng=rng)
    return np.column_stack([np.ones(100), features]), y, np.array([3.0, 3.0, 3.0])


@pytest.fixture
def binary(rng):
    """Points of two classes, labels, weights."""
    X, y = gaussians(rng=rng, m=80)
    return X, y, np.array([0.7, -0.4])


def mean_log_loss(X, y, w):
    return BINARY_CROSS_ENTROPY.value((X @ w)[:, None], y[:, None])


# --- notebook 01


def test_c16_and_gate_is_never_defined():
    X, tables = gates()
    source = "xor = [and_gate(or_gate(*x), nand_gate(*x)) for x in X]"
    given = {"X": X, "or_gate": lambda a, b: sigmoid(20 * a + 20 * b - 10).round(),
             "nand_gate": lambda a, b: sigmoid(-10 * a - 10 * b + 14).round()}  # fmt: skip
    with pytest.raises(NameError, match="and_gate"):
        exec(source, given)
    given["and_gate"] = lambda a, b: sigmoid(20 * a + 20 * b - 30).round()
    exec(source, given)
    assert np.array_equal(given["xor"], tables["XOR"])


# --- notebook 02


def test_c16_gradient_drops_the_factor_and_mixes_sum_and_mean(plane):
    X, y, theta = plane
    theirs = -(y - X @ theta) @ X / len(y)
    of_the_sum = numerical_gradient(lambda t: ((y - X @ t) ** 2).sum(), theta)
    of_the_mean = numerical_gradient(lambda t: ((y - X @ t) ** 2).mean(), theta)
    assert np.allclose(of_the_sum / theirs, 200) and np.allclose(of_the_mean / theirs, 2)
    ours = X.T @ MSE.grad((X @ theta)[:, None], y[:, None])[:, 0]
    assert np.allclose(ours, of_the_mean)


def test_c16_stochastic_steps_are_stale(plane):
    X, y, theta = plane

    def one_pass(theta, fresh):
        predicted = X @ theta
        for i in range(len(y)):
            now = X[i] @ theta if fresh else predicted[i]
            theta = theta + 0.01 * (y[i] - now) * X[i]
        return theta

    def cost(theta):
        return ((X @ theta - y) ** 2).mean()

    assert cost(one_pass(theta, fresh=False)) > cost(theta) > cost(one_pass(theta, fresh=True))


def test_fb_updates_the_cost(plane):
    X, y, theta = plane

    def cost(theta):
        return ((X @ theta - y) ** 2).mean()

    gradient = numerical_gradient(cost, theta)
    assert cost(theta - 0.001 * gradient) < cost(theta) < cost(cost(theta) - 0.001 * gradient)


# --- notebook 03


def test_c16_cross_entropy_has_an_extra_term():
    label, q = np.array([1.0, 0.0]), np.array([0.9, 0.1])
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = np.sum(-label * np.log(q) - q * np.log(label))
    assert np.isinf(theirs) and np.isclose(-(label * np.log(q)).sum(), -np.log(0.9))
    p = np.array([0.5, 0.5])
    assert not np.isclose(-(p * np.log(q)).sum(), -(p * np.log(q) + q * np.log(p)).sum())


def test_c16_last_line_has_the_sign_reversed(binary):
    X, y, w = binary
    right_side = X.T @ (sigmoid(X @ w) - y)
    summed = numerical_gradient(lambda w: len(y) * mean_log_loss(X, y, w), w)
    assert np.allclose(right_side, summed, atol=1e-5) and not np.allclose(right_side, -summed)
    assert mean_log_loss(X, y, w + 1e-3 * right_side) > mean_log_loss(X, y, w)


def test_c16_maximum_likelihood_is_not_a_posteriori(binary):
    X, y, w = binary

    def highest(prior):
        best = w
        for _ in range(3000):
            best = best - 0.5 * (X.T @ (sigmoid(X @ best) - y) / len(y) + prior * best)
        return best

    likelihood, posterior = highest(0.0), highest(0.1)
    slope = numerical_gradient(lambda w: mean_log_loss(X, y, w), likelihood)
    assert np.allclose(slope, 0, atol=1e-6)
    assert np.linalg.norm(posterior) < 0.9 * np.linalg.norm(likelihood)


def test_c16_input_zero_loses_the_bias():
    k, features = np.array([2.0, 1.0, -1.0]), np.zeros(2)
    assert sigmoid(k @ [0, *features]) == 0.5
    assert np.isclose(sigmoid(k @ [1, *features]), sigmoid(2.0))


def test_ng_probability_of_a_zero():
    a = 0.8
    theirs, ours = {1: a, 0: a}, {1: a, 0: 1 - a}
    assert not np.isclose(sum(theirs.values()), 1) and np.isclose(sum(ours.values()), 1)
    assert all(np.isclose(ours[y], a**y * (1 - a) ** (1 - y)) for y in (0, 1))


def test_ng_loss_lacks_its_minus(binary):
    X, y, w = binary

    def descended(sign):
        best = w
        for _ in range(200):
            best = best - 0.1 * sign * X.T @ (sigmoid(X @ best) - y) / len(y)
        return np.mean((X @ best > 0) == y)

    assert descended(-1) < 0.5 < descended(1)


def test_ng_steps_by_sigma(binary):
    X, y, w = binary
    dw = X.T @ (sigmoid(X @ w) - y) / len(y)
    with pytest.raises(TypeError):
        w - sigmoid * dw  # what σ means on that page
    assert mean_log_loss(X, y, w - 0.1 * dw) < mean_log_loss(X, y, w)


def test_ng_asks_a_list_for_its_shape():
    with pytest.raises(AttributeError, match="shape"):
        [1, 2, 3].shape  # noqa: B018
    assert np.shape([1, 2, 3]) == (3,)


def test_the_range_of_the_sigmoid_is_open():
    z = np.linspace(-30, 30, 601)
    assert (sigmoid(z) > 0).all() and (sigmoid(z) < 1).all()
    assert (np.abs(tanh(z / 2)) < 1).all()
    with np.errstate(divide="ignore"):
        assert np.isinf(np.log(1 / (1 - 1.0 * np.ones(1))))  # the logit of a 1 that is reached


def test_fb_softmax_of_the_index():
    first, second = np.array([2.0, 0.0, 1.0]), np.array([0.0, 3.0, 1.0])

    def theirs(z):
        i = np.arange(len(z))
        return np.exp(i) / np.exp(i).sum()

    assert np.array_equal(theirs(first), theirs(second)) and theirs(first).argmax() == 2
    assert softmax(first).argmax() == 0 and softmax(second).argmax() == 1


# --- notebook 04

W1 = np.array([[2, -1, 1, 4], [-1, 2, -3, 1], [3, -2, -1, 5]])  # C16, a row per input
x = np.array([0.5, 0.8, 0.2])


def test_intro_prints_another_number_than_it_uses():
    assert np.isclose(sigmoid(0.9526), 0.7216, atol=1e-4)
    assert np.isclose(sigmoid(0.0526), 0.5131, atol=1e-4)


def test_intro_numbers_the_bias_twice():
    biases = {1: np.array([1.0, 2, 3, 4]), 2: np.array([5.0])}  # of the layers 3-4-1
    ours = W1.T @ x + biases[1]  # W(1) and b(1): of one layer, of one number
    assert ours.shape == (4,)
    theirs = W1.T @ x + biases[2]  # W(1) with b(2) broadcasts in silence
    assert theirs.shape == (4,) and not np.allclose(theirs, ours)


def test_intro_bias_has_the_shape_of_the_inputs():
    W = W1.T  # m = 4 units, n = 3 inputs
    with pytest.raises(ValueError, match="broadcast"):
        W @ x + np.zeros((1, 3))
    assert (W @ x + np.zeros(4)).shape == (4,)


def test_fb_equals_where_plus_is_meant():
    w, b = np.array([1.0, -1, 2]), 0.5
    assert w @ x != b and np.isclose(w @ x + b, 0.6)


def test_fb_reads_w_jk_in_two_orders():
    to_from = W1.T
    by_the_formula = sum(to_from[0, i] * x[i] for i in range(3))
    by_the_sentence = sum(to_from[i, 0] * x[i] for i in range(3))
    assert np.isclose(by_the_formula, (x @ W1)[0]) and not np.isclose(by_the_sentence, (x @ W1)[0])


def test_c16_calls_a_function_by_another_name():
    given = {"np": np, "z": x @ W1}
    exec("def softmax_vec(v):\n    return np.exp(v) / np.exp(v).sum()", given)
    with pytest.raises(NameError, match="soft_max_vec"):
        exec("y = soft_max_vec(z)", given)
    exec("y = softmax_vec(z)", given)
    assert np.allclose(given["y"], softmax(x @ W1))


# --- notebook 05


@pytest.fixture
def columns(rng):
    """A network 3-4-2 of sigmoids for one column, as the sources write it, and its errors."""
    W = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))]
    b = [rng.normal(size=(4, 1)), rng.normal(size=(2, 1))]
    a1, y = rng.normal(size=(3, 1)), np.array([[1.0], [0.0]])
    z2 = W[0] @ a1 + b[0]
    z3 = W[1] @ sigmoid(z2) + b[1]
    a2, a3 = sigmoid(z2), sigmoid(z3)
    delta3 = (a3 - y) * a3 * (1 - a3)
    delta2 = (W[1].T @ delta3) * a2 * (1 - a2)

    def J(W1, b1, W2, b2):
        return 0.5 * ((sigmoid(W2 @ sigmoid(W1 @ a1 + b1) + b2) - y) ** 2).sum()

    right = numerical_gradient(lambda b1: J(W[0], b1, W[1], b[1]), b[0])
    assert np.allclose(delta2, right)  # ∂J/∂z is ∂J/∂b
    return {"W": W, "b": b, "a1": a1, "a2": a2, "a3": a3, "y": y,
            "delta2": delta2, "delta3": delta3, "J": J}  # fmt: skip


def test_intro_rounds_the_factors():
    h = sigmoid(-3.0)
    o = sigmoid(2 * h)
    factors = np.array([-2 * (1 - o), o * (1 - o), -2 * h * (1 - h)])
    assert np.prod([-0.952, 0.249, -0.0904]).round(4) == 0.0214
    assert np.prod(factors).round(4) == 0.0215 and np.isclose(
        np.prod(factors), 0.021469535265811107
    )


def test_intro_gives_one_letter_to_step_and_decay():
    w, gradient, eta, decay = 2.0, 1.0, 0.1, 0.01
    one_letter = {lam: w - lam * (gradient + lam * w) for lam in (eta, decay)}
    right = w - eta * (gradient + decay * w)
    assert not any(np.isclose(value, right) for value in one_letter.values())


def test_intro_loses_the_index_of_the_bias(columns):
    W, b, a1 = columns["W"][0], columns["b"][0], columns["a1"]
    right = (W @ a1 + b).ravel()
    for one_for_all in b.ravel():
        assert not np.allclose((W @ a1).ravel() + one_for_all, right)


def test_bp_matrix_form_takes_the_next_weights(columns, rng):
    W, delta3, a2 = columns["W"], columns["delta3"], columns["a2"]
    assert np.allclose((W[1].T @ delta3) * a2 * (1 - a2), columns["delta2"])  # W(2), with delta(3)
    with pytest.raises(ValueError, match="mismatch"):
        rng.normal(size=(5, 2)).T @ delta3  # W(3), of a next layer with 5 units


def test_bp_derivation_loses_a_factor(columns):
    W, a2, a3, y = columns["W"][1], columns["a2"], columns["a3"], columns["y"]
    theirs = -((y - a3) * (a2 * (1 - a2))[: len(a3)]).sum()
    ours = (-(y - a3) * a3 * (1 - a3) * W[:, :1] * (a2 * (1 - a2))[0]).sum()
    assert np.isclose(ours, columns["delta2"][0, 0]) and not np.isclose(theirs, ours)


def test_fb_derives_by_an_error(columns):
    quotient = columns["delta3"] / columns["delta2"][:2]
    assert not np.allclose(columns["delta3"] * quotient, columns["delta2"][:2])
    assert (
        columns["delta3"].shape != columns["delta2"].shape
    )  # nor could it be taken entry by entry


def test_fb_calls_the_entry_product_an_inner_product():
    a, b = np.array([1.0, 2, 3]), np.array([4.0, 5, 6])
    assert (a * b).tolist() == [4, 10, 18] and np.inner(a, b) == 32


def test_fb_uses_the_outputs_error_everywhere(columns):
    a2, y = columns["a2"], columns["y"]
    with pytest.raises(ValueError, match="broadcast"):
        (a2 - y) * a2 * (1 - a2)  # four hidden units have no labels
    theirs = (a2[:2] - y) * a2[:2] * (1 - a2[:2])
    assert not np.allclose(theirs, columns["delta2"][:2])


def test_c16_takes_the_wrong_input(columns):
    W, b, J = columns["W"], columns["b"], columns["J"]
    right = numerical_gradient(lambda W2: J(W[0], b[0], W2, b[1]), W[1])
    delta, a = columns["delta3"].ravel(), columns["a2"].ravel()
    assert np.allclose([[delta[p] * a[q] for q in range(4)] for p in range(2)], right)
    assert not np.allclose([[delta[p] * a[p] for q in range(4)] for p in range(2)], right)


def test_c16_sums_over_the_wrong_layer(columns):
    W, a1 = columns["W"][0], columns["a1"].ravel()
    assert np.isclose(sum(W[0, i] * a1[i] for i in range(3)), (W @ a1)[0])
    with pytest.raises(IndexError):
        sum(W[0, i] * a1[i] for i in range(4))  # n_l = 4 units, but 3 inputs


def test_c16_shifts_the_index_of_the_bias(columns):
    W, b, J = columns["W"], columns["b"], columns["J"]
    right = numerical_gradient(lambda b2: J(W[0], b[0], W[1], b2), b[1]).ravel()
    delta = columns["delta3"].ravel()
    assert np.allclose(delta, right)
    assert not np.allclose(delta[::-1], right)  # b_q from delta_p, with another p than q


@pytest.fixture
def small_network(rng):
    """Six points of the diamond with a column of ones, labels, and weights 3-4-1."""
    X, y = diamond(rng=rng, m=6)
    weights = rng.normal(size=(3, 4)), rng.normal(size=4)
    return np.column_stack([X, np.ones(6)]), y, *weights


def test_c16_forward_pass_reads_globals(small_network):
    x_mat, _, W_1, W_2 = small_network

    def theirs(W1, W2):
        return sigmoid(sigmoid(x_mat @ W_1) @ W_2).sum()

    def ours(W1, W2):
        return sigmoid(sigmoid(x_mat @ W1) @ W2).sum()

    assert (numerical_gradient(lambda W: theirs(W, W_2), W_1) == 0).all()
    assert (numerical_gradient(lambda W: ours(W, W_2), W_1) != 0).all()


def test_c16_gives_the_colour_twice():
    ax = plt.figure().gca()
    with pytest.warns(UserWarning, match="redundantly defined"):
        ax.plot([0], [0], "ro", color="darkslateblue")
    ax.plot([0], [0], "o", color="darkslateblue")  # no warning, which would be an error here
    plt.close("all")


def test_c16_output_has_no_bias(small_network, rng):
    X, _, _, w2 = small_network
    silent = np.zeros((6, 4))
    assert (sigmoid(silent @ w2) == 0.5).all()
    for _ in range(100):  # one hidden unit: all yes, or all no
        answers = sigmoid(sigmoid(X @ rng.normal(size=(3, 1))) @ rng.normal(size=1)) > 0.5
        assert answers.all() or not answers.any()
    with_bias = sigmoid(sigmoid(X @ np.array([[5.0], [0], [0]])) * 2 - 1) > 0.5
    assert with_bias.any() and not with_bias.all()


def test_c16_calls_functions_that_it_never_defines():
    with pytest.raises(NameError, match="loss_fn"):
        exec("curr_loss = loss_fn(y, y_pred)", {"y": 1, "y_pred": 0.5})
    with pytest.raises(NameError, match="plot_loss_accuracy"):
        exec("plot_loss_accuracy(loss_vals, accuracies)", {"loss_vals": [], "accuracies": []})


def test_fb_relu_asks_an_array_for_its_truth():
    def theirs(x):
        return x if x >= 0 else 0

    z = np.array([-1.0, 2.0])
    with pytest.raises(ValueError, match="truth value"):
        theirs(z)
    assert relu(z).tolist() == [0, 2]


def test_fb_sigmod_and_its_one_value():
    def sigmod(x):
        return 1 / (1 + np.exp(-x))

    assert np.allclose(sigmod(np.array([0.0, 1.0])), sigmoid([0.0, 1.0]))
    with pytest.raises(NameError, match="sigmoid"):
        exec("A, activation_cache = sigmoid(Z)", {"sigmod": sigmod, "Z": np.zeros(3)})
    with pytest.raises(ValueError, match="unpack"):
        _, _ = sigmod(np.zeros(3))


def test_fb_cost_takes_the_logarithm_of_zero():
    Y, logits = np.array([[1.0]]), np.array([[40.0]])
    AL = sigmoid(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(-np.mean(np.log(AL) * Y + np.log(1 - AL) * (1 - Y)))
    assert 0 <= BINARY_CROSS_ENTROPY.value(logits, Y) < 1e-15


def test_fb_axis_says_tens_where_hundreds_are_meant():
    costs = [i for i in range(10_000) if i % 100 == 0]  # its loop
    assert costs[1] - costs[0] == 100 and len(costs) == 100


def test_fb_tanh_is_half_as_steep():
    z = np.linspace(-4, 4, 17)
    assert np.allclose(2 * sigmoid(2 * z) - 1, np.tanh(z))
    assert np.allclose(2 * sigmoid(z) - 1, np.tanh(z / 2))
    assert not np.allclose(2 * sigmoid(z) - 1, np.tanh(z))


@pytest.fixture
def deep(rng):
    """Make ten layers of 64 units with one activation and initialiser; return all outputs."""

    def outputs(phi, init):
        A, layers = rng.normal(size=(200, 64)), []
        for _ in range(10):
            A = phi(A @ init((64, 64), rng=rng))
            layers.append(A)
        return layers

    return outputs


def test_fb_relu_gradients_vanish_too(rng):
    X, Y = rng.normal(size=(50, 64)), one_hot(rng.integers(0, 10, size=50), 10)
    sizes = {}
    for init in (small_normal, he):
        net = mlp([64] * 10 + [10], relu, relu_prime, rng=rng, init=init)
        net.backward(SOFTMAX_CROSS_ENTROPY.grad(net.forward(X), Y))
        sizes[init] = np.linalg.norm(net.parameters[0].grad)
    assert sizes[small_normal] < 1e-9 * sizes[he]
    net.parameters[1].value = np.full(64, -1e6)  # all units of the first layer are dead
    net.backward(SOFTMAX_CROSS_ENTROPY.grad(net.forward(X), Y))
    assert (net.parameters[0].grad == 0).all()


def test_fb_activity_does_not_halve_with_each_layer(deep):
    shares = [(A > 0).mean() for A in deep(relu, he)]
    assert min(shares) > 0.35 and max(shares) < 0.65


def test_fb_relu_is_not_always_faster_than_tanh():
    X, y = load_digits(return_X_y=True)
    X, Y = X[:1000] / 16, one_hot(y[:1000], 10)

    def end(phi, phi_prime, init, lr, seed):
        rng = np.random.default_rng(seed)
        net = mlp((64, 32, 32, 10), phi, phi_prime, rng=rng, init=init)
        return fit(net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=SGD(net, lr=lr), epochs=20,
                   batch_size=50, rng=rng, progress=False).loss[-1]  # fmt: skip

    def ends(*way):
        return [np.mean([end(*way, lr, seed) for seed in range(3)]) for lr in (0.1, 0.3, 0.5, 1)]

    of_tanh, of_relu = ends(tanh, tanh_prime, xavier), ends(relu, relu_prime, he)
    assert of_relu[0] < of_tanh[0]  # with short steps it is,
    assert min(of_tanh) < min(of_relu)  # with the steps that suit each it is not


def test_c16_and_fb_disagree_at_the_kink(rng):
    def c16(z):
        return np.where(z >= 0, 1.0, 0.0)

    def fb(z):
        return np.where(z <= 0, 0.0, 1.0)

    assert c16(0.0) == 1 and fb(0.0) == 0
    z = np.linspace(-3, 3, 61)
    for slope in (c16(0.0), fb(0.0), 0.5):
        assert (slope * z <= relu(z)).all()  # a line through the kink, nowhere above
    X, Y = rng.normal(size=(60, 5)), one_hot(rng.integers(0, 3, size=60), 3)
    ends = []
    for slope in (c16, fb):
        net = mlp((5, 16, 3), relu, slope, rng=np.random.default_rng(0))
        fit(net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=SGD(net, lr=0.1), epochs=20,
            batch_size=10, rng=np.random.default_rng(1), progress=False)  # fmt: skip
        ends.append(net.theta)
    assert np.array_equal(*ends)


# --- notebook 08


def test_fb_linear_alone_is_no_convolution(rng):
    x, y = rng.normal(size=(2, 6))
    fading = np.diag(0.5 ** np.arange(6.0))  # a linear system that grows tired
    assert np.allclose(fading @ (2 * x + y), 2 * (fading @ x) + fading @ y)
    clap, later = np.eye(6)[0], np.eye(6)[1]
    assert not np.allclose(np.roll(fading @ clap, 1), fading @ later)  # another echo later
    w = rng.normal(size=3)
    assert np.allclose(np.roll(np.convolve(clap, w), 1), np.convolve(later, w))


def test_fb_kernel_indexes_itself(rng):
    X, W = rng.normal(size=(5, 6)), rng.normal(size=(3, 3))
    right = correlate2d(X, W, mode="valid")
    for row in W:  # whichever one number the index w may stand for
        assert not np.allclose(correlate2d(X, np.tile(row, (3, 1)), mode="valid"), right)
    assert np.allclose(
        correlate_loops(X[None, :, :, None], W[:, :, None, None], [0])[0, ..., 0], right
    )


@pytest.mark.parametrize(("m", "k", "stride", "right"), [(8, 2, 2, 4), (13, 3, 2, 6), (7, 2, 2, 3)])
def test_fb_pooled_size_takes_the_stride_for_the_window(m, k, stride, right):
    rows, _, _ = MaxPool2D(k, stride=stride).output_shape((m, m, 1))
    assert rows == right
    assert (m / k == right) == (stride == k and m % k == 0)


SLOPES = np.array([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None]


def test_fb_spreads_the_picture_in_place_of_the_slopes(rng):
    X, pool = rng.normal(size=(1, 4, 4, 1)), AvgPool2D(2)
    Z = pool.forward(X)
    right = numerical_gradient(lambda X: (SLOPES * pool.forward(X)).sum(), X)
    assert np.allclose(pool.backward(SLOPES), right) and not np.allclose(pool.backward(Z), right)


def test_fb_draws_maxima_without_their_places(rng):
    drawn = np.pad(SLOPES[0, :, :, 0], 1)
    pool, X = MaxPool2D(2), rng.permutation(16.0 * np.arange(16)).reshape(1, 4, 4, 1)
    pool.forward(X)
    assert not np.array_equal(pool.backward(SLOPES)[0, :, :, 0], drawn)
    X[0, 1:3, 1:3] += 1000  # only now the maxima stand where they are drawn
    pool.forward(X)
    assert np.array_equal(pool.backward(SLOPES)[0, :, :, 0], drawn)


def test_fb_draws_means_without_dividing(rng):
    X, pool = rng.normal(size=(1, 4, 4, 1)), AvgPool2D(2)
    drawn = SLOPES.repeat(2, axis=1).repeat(2, axis=2)
    right = numerical_gradient(lambda X: (SLOPES * pool.forward(X)).sum(), X)
    assert np.allclose(pool.backward(SLOPES), right)
    assert np.allclose(drawn, 4 * right)


@pytest.fixture
def three_by_three(rng):
    """The worked example: a picture, a kernel, and the upstream gradient."""
    return rng.normal(size=(3, 3)), rng.normal(size=(2, 2)), rng.normal(size=(2, 2))


def test_fb_example_has_no_padding(three_by_three):
    a, w, d = three_by_three
    a, w = a[None, :, :, None], w[:, :, None, None]
    assert correlate_loops(a, w, [0], pad=0).shape[1:3] == d.shape
    assert correlate_loops(a, w, [0], pad=1).shape[1:3] == (4, 4)


def test_fb_z22_has_a_wrong_pixel(three_by_three):
    a, w, _ = three_by_three
    z22 = correlate2d(a, w, mode="valid")[1, 1]
    others = a[1, 1] * w[0, 0] + a[1, 2] * w[0, 1] + a[2, 2] * w[1, 1]
    assert np.isclose(others + a[2, 1] * w[1, 0], z22)
    assert not np.isclose(others + a[1, 2] * w[1, 0], z22)


def test_fb_a33_has_a_weight_that_does_not_exist(three_by_three):
    a, w, d = three_by_three
    slopes = numerical_gradient(lambda a: (d * correlate2d(a, w, mode="valid")).sum(), a)
    assert np.isclose(slopes[2, 2], d[1, 1] * w[1, 1])
    with pytest.raises(IndexError):
        w[2, 2]


def test_fb_takes_the_gradient_for_the_picture(three_by_three):
    a, w, d = three_by_three
    slopes = numerical_gradient(lambda a: (d * correlate2d(a, w, mode="valid")).sum(), a)
    assert slopes.shape == a.shape and not np.allclose(slopes, a)


def test_fb_forgets_the_ring_around_delta(three_by_three):
    a, w, d = three_by_three
    slopes = numerical_gradient(lambda a: (d * correlate2d(a, w, mode="valid")).sum(), a)
    turned = w[::-1, ::-1]
    assert correlate2d(d, turned, mode="valid").shape == (1, 1)
    assert np.allclose(correlate2d(np.pad(d, 1), turned, mode="valid"), slopes)


def test_fb_adds_the_bias_inside_the_sum(rng):
    X, W = rng.normal(size=(1, 3, 3, 2)), rng.normal(size=(3, 3, 2, 1))
    theirs = np.sum(X[0] * W[..., 0] + 0.7)
    assert np.isclose(theirs, (X[0] * W[..., 0]).sum() + 18 * 0.7)
    assert np.isclose(correlate_loops(X, W, [0.7]).item(), (X[0] * W[..., 0]).sum() + 0.7)


def test_fb_int_finds_a_window_that_does_not_fit(rng):
    n, f, stride = 2, 3, 2
    assert int((n - f) / stride) + 1 == 1
    with pytest.raises(ShapeError, match="the window"):
        Conv2D(1, 1, f, stride=stride, rng=rng).output_shape((n, n, 1))


def convolution(rng, stride, pad):
    """A layer after its forward pass, X, and dZ."""
    layer = Conv2D(2, 3, 3, stride=stride, pad=pad, rng=rng)
    X = rng.normal(size=(2, 7, 7, 2))
    return layer, X, rng.normal(size=layer.forward(X).shape)


def window_by_window(layer, X, dZ, stride):
    """dW and dX, still padded, with windows that begin at (r · stride, s · stride)."""
    W, pad = layer.W.value, layer.pad
    around = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dW, d_around = np.zeros_like(W), np.zeros_like(around)
    for i, r, s, k in np.ndindex(dZ.shape):
        window = np.s_[i, r * stride : r * stride + 3, s * stride : s * stride + 3]
        dW[..., k] += around[window] * dZ[i, r, s, k]
        d_around[window] += W[..., k] * dZ[i, r, s, k]
    return dW, d_around


def test_fb_unknown_pooling_returns_zeros(rng):
    X = rng.normal(size=(4, 4))

    def theirs(mode):
        A = np.zeros((2, 2))
        for r, s in np.ndindex(2, 2):
            window = X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2]
            if mode == "max":
                A[r, s] = window.max()
            elif mode == "average":
                A[r, s] = window.mean()
        return A

    for mode, pool in (("max", MaxPool2D(2)), ("average", AvgPool2D(2))):
        assert np.allclose(theirs(mode), pool.forward(X[None, :, :, None])[0, :, :, 0])
    assert (theirs("mean") == 0).all()


def test_fb_convolution_forgets_its_stride_on_the_way_back(rng):
    layer, X, dZ = convolution(rng, stride=2, pad=1)
    dX = layer.backward(dZ)
    dW, d_around = window_by_window(layer, X, dZ, stride=2)
    assert np.allclose(dW, layer.W.grad) and np.allclose(d_around[:, 1:-1, 1:-1], dX)
    dW, d_around = window_by_window(layer, X, dZ, stride=1)  # begins at r, s
    assert not np.allclose(dW, layer.W.grad) and not np.allclose(d_around[:, 1:-1, 1:-1], dX)


def test_fb_minus_zero_cuts_everything(rng):
    layer, X, dZ = convolution(rng, stride=1, pad=0)
    dX, pad = layer.backward(dZ), 0
    _, d_around = window_by_window(layer, X, dZ, stride=1)
    assert d_around[:, pad:-pad, pad:-pad].size == 0
    assert np.allclose(d_around[:, pad : pad + 7, pad : pad + 7], dX)


def test_fb_pooling_forgets_its_stride_on_the_way_back(rng):
    X, pool = rng.normal(size=(1, 6, 6, 1)), AvgPool2D(2)
    dZ = rng.normal(size=pool.forward(X).shape)
    theirs = np.zeros_like(X)
    for r, s in np.ndindex(3, 3):
        theirs[0, r : r + 2, s : s + 2, 0] += dZ[0, r, s, 0] / 4
    right = numerical_gradient(lambda X: (dZ * pool.forward(X)).sum(), X)
    assert np.allclose(pool.backward(dZ), right) and not np.allclose(theirs, right)


def test_fb_ties_multiply_the_slope():
    X, pool = np.zeros((1, 2, 2, 1)), MaxPool2D(2)
    mask = np.equal(X, X.max())
    assert (mask * 5.0).sum() == 20
    pool.forward(X)
    assert pool.backward(np.full((1, 1, 1, 1), 5.0)).sum() == 5
