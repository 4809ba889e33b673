"""Our network as scikit-learn sees it: its own checks, its tools, its other network."""

import pickle
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from benchmarks import accuracy as digits_accuracy
from course_lib import training
from course_lib.activations import relu, relu_prime
from course_lib.datasets import diamond, one_hot
from course_lib.estimator import NeuralNetworkClassifier
from course_lib.initializers import small_normal
from course_lib.losses import BINARY_CROSS_ENTROPY
from course_lib.network import mlp, penalty
from course_lib.optimizers import Adam
from course_lib.training import one_epoch

NOT_ASKED_FOR = {"check_array_api_input"}  # only for estimators that declare array_api_support


@pytest.fixture
def points():
    return diamond(rng=np.random.default_rng(3), m=200)


def fast(**more):
    return NeuralNetworkClassifier(**{"max_iter": 5, "random_state": 0, "tol": 0, **more})


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_every_check_of_scikit_learn_passes(optimizer):
    pytest.importorskip("pandas")  # without it scikit-learn skips some of its checks
    model = NeuralNetworkClassifier(optimizer=optimizer, lr=0.001 if optimizer == "adam" else 0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(model, on_skip=None, on_fail=None)
    assert len(results) > 45
    for result in results:
        wanted = "skipped" if result["check_name"] in NOT_ASKED_FOR else "passed"
        assert result["status"] == wanted, (result["check_name"], result["exception"])
        assert not result["expected_to_fail"]


def test_the_checks_can_fail():
    class Forgetful(NeuralNetworkClassifier):
        def predict(self, X):
            return super().predict(X)[:1]

    results = check_estimator(Forgetful(max_iter=5), on_skip=None, on_fail=None)
    assert any(result["status"] == "failed" for result in results)


def test_no_worse_than_scikit_learns_network_on_digits():
    ours, theirs = digits_accuracy.scores()
    assert len(ours) == len(theirs) == 5
    assert ours.mean() >= theirs.mean() - 0.003, (ours, theirs)
    assert ours.min() > 0.96


def test_one_epoch_is_the_librarys(points):
    """The same seed, the same network, the same batches: the same weights."""
    X, y = points
    model = fitted(fast(max_iter=3, hidden=(5, 4), weight_decay=0.01), X, y)
    rng = np.random.default_rng(np.random.RandomState(0).randint(2**31))
    net = mlp((2, 5, 4, 1), relu, relu_prime, rng=rng)
    how = {"loss": BINARY_CROSS_ENTROPY, "optimizer": Adam(net, lr=1e-3, weight_decay=0.01)}
    losses = [one_epoch(net, X, y[:, None], batch_size=32, rng=rng, **how)[0] for _ in range(3)]
    assert np.array_equal(net.theta, model.net_.theta)
    assert losses == model.loss_curve_ and model.n_iter_ == 3
    assert model.net_.theta.size == 2 * 5 + 5 + 5 * 4 + 4 + 4 + 1


def test_probabilities_agree_with_scikit_learns_for_the_same_weights():
    X, y = make_blobs(60, centers=3, n_features=4, random_state=0)
    for labels in (y, y > 0):
        model = fitted(fast(hidden=(6,)), X, labels)
        theirs = fitted(MLPClassifier((6,), max_iter=1, random_state=0), X, labels)
        values = [parameter.value for parameter in model.net_.parameters]
        theirs.coefs_, theirs.intercepts_ = values[::2], values[1::2]
        assert np.allclose(model.predict_proba(X), theirs.predict_proba(X))
        assert (model.predict(X) == theirs.predict(X)).all()


def test_loss_curve_is_a_log_loss(points):
    X, y = points
    model = fitted(fast(max_iter=1, batch_size=None, lr=1e-12), X, y)
    assert np.isclose(model.loss_curve_[0], log_loss(y, model.predict_proba(X)))


@pytest.mark.parametrize("k", [2, 3])
def test_labels_may_be_text(k):
    X, y = make_blobs(90, centers=k, random_state=1, cluster_std=0.5)
    names = np.array(["cat", "ant", "bee"])[y]
    model = NeuralNetworkClassifier((8,), lr=0.05, max_iter=60, tol=1e-3, random_state=0)
    model.fit(StandardScaler().fit_transform(X), names)
    assert model.classes_.tolist() == sorted(set(names))
    assert model.score(StandardScaler().fit_transform(X), names) > 0.95
    P = model.predict_proba(StandardScaler().fit_transform(X))
    assert P.shape == (90, k) and np.allclose(P.sum(axis=1), 1)
    assert (model.classes_[P.argmax(axis=1)] == names).mean() > 0.95


def test_pipeline_cross_validation_grid_search_and_clone(points):
    X, y = points
    settings = {"lr": 0.05, "max_iter": 100, "tol": 0.01, "random_state": 0}
    network = NeuralNetworkClassifier((8,), "tanh", **settings)
    pipeline = make_pipeline(StandardScaler(), network)
    assert cross_val_score(pipeline, 1e3 * X, y, cv=3).min() > 0.8
    grid = {"neuralnetworkclassifier__hidden": [(1,), (8,)]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    assert search.best_params_["neuralnetworkclassifier__hidden"] == (8,)
    assert clone(pipeline[-1]).get_params() == pipeline[-1].get_params()


def test_a_table_with_names_of_columns(points):
    X, y = points
    pd = pytest.importorskip("pandas")
    model = fitted(fast(), pd.DataFrame(X, columns=["x1", "x2"]), y)
    assert model.feature_names_in_.tolist() == ["x1", "x2"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(pd.DataFrame(X, columns=["x2", "x1"]))


def test_decision_boundary_display(points):
    X, y = points
    model = fitted(fast(), X, y)
    display = DecisionBoundaryDisplay.from_estimator(model, X, grid_resolution=20)
    assert display.response.shape == (20, 20)
    plt.close("all")


def test_random_state_repeats_a_run_and_a_generator_moves_on(points):
    X, y = points
    one, other, third = (
        fitted(fast(random_state=s, batch_size=16), X, y).net_.theta for s in (1, 1, 2)
    )
    assert np.array_equal(one, other) and not np.allclose(one, third)
    generator = np.random.default_rng(0)
    model = fast(random_state=generator)
    first = fitted(model, X, y).net_.theta
    assert not np.allclose(first, fitted(model, X, y).net_.theta)
    assert not np.allclose(*(fitted(fast(random_state=None), X, y).net_.theta for _ in range(2)))


def test_nothing_global_is_touched(points):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    fitted(fast(early_stopping=True, random_state=None), *points)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_partial_fit_is_one_epoch_and_remembers(points):
    X, y = points
    model = fast().partial_fit(X[:80], y[:80], classes=[0, 1])
    begun = model.net_
    model.partial_fit(X[80:], y[80:]).partial_fit(X[:10], np.zeros(10))
    assert model.net_ is begun and model.n_iter_ == len(model.loss_curve_) == 3
    whole = fitted(fast(max_iter=2), X, y)
    steps = fast().partial_fit(X, y, classes=[0, 1]).partial_fit(X, y)
    assert np.array_equal(whole.net_.theta, steps.net_.theta)
    assert fitted(model, X, y).n_iter_ == 5 and model.net_ is not begun


@pytest.mark.parametrize(
    ("classes", "labels", "words"),
    [
        (None, [0, 1], r"without classes.*np\.unique"),
        ([0, 1], [0, 2], "holds the label"),
        ([1], [1, 1], "1 class"),
    ],
)
def test_partial_fit_needs_to_know_the_classes(classes, labels, words):
    with pytest.raises(ValueError, match=words):
        fast().partial_fit(np.eye(2), labels, classes=classes)


def test_later_classes_must_be_the_first_ones():
    model = fast().partial_fit(np.eye(2), [0, 1], classes=[0, 1])
    with pytest.raises(ValueError, match="those of the first call"):
        model.partial_fit(np.eye(2), [0, 1], classes=[0, 1, 2])


def test_it_warns_when_the_loss_was_still_falling_and_only_then(points):
    X, y = points
    with pytest.warns(ConvergenceWarning, match="after max_iter=5 epochs"):
        fast().fit(X, y)
    model = NeuralNetworkClassifier(tol=10, n_iter_no_change=4, random_state=0).fit(X, y)
    assert model.n_iter_ == 5  # the first epoch is the best so far, four more are none


def test_early_stopping_watches_what_was_held_back_and_keeps_the_best(points):
    X, y = points
    y = np.random.default_rng(0).permutation(y)  # nothing to learn but by heart
    model = NeuralNetworkClassifier((64,), lr=0.02, early_stopping=True, validation_fraction=0.3,
                                    n_iter_no_change=8, random_state=0).fit(X, y)  # fmt: skip
    curve = model.validation_curve_
    assert len(curve) == model.n_iter_ == len(model.loss_curve_) < 200
    assert model.n_iter_ - 1 - np.argmin(curve) >= 1
    best = min(curve)
    again = NeuralNetworkClassifier((64,), lr=0.02, early_stopping=True, validation_fraction=0.3,
                                    max_iter=int(np.argmin(curve)) + 1, random_state=0)  # fmt: skip
    fitted(again, X, y)
    assert np.isclose(again.validation_curve_[-1], best)
    assert np.array_equal(again.net_.theta, model.net_.theta)


def test_weight_decay_makes_weights_smaller(points):
    free, decayed = (
        fitted(fast(max_iter=60, weight_decay=decay, lr=0.02), *points) for decay in (0, 0.1)
    )
    assert penalty(decayed.net_, 1)[0] < 0.5 * penalty(free.net_, 1)[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_of_the_features_is_that_of_the_network(dtype, points):
    X, y = points
    model = fitted(fast(), X.astype(dtype), y)
    assert model.net_.dtype == dtype == model.predict_proba(X.astype(dtype)).dtype


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"hidden": (4, 0)}, r"Classifier: hidden is \(4, 0\), expected a tuple of lengths"),
        ({"hidden": 0}, r"hidden is \(0,\)"),
        ({"hidden": "64"}, r"hidden is \('64',\)"),
        ({"hidden": (3.5,)}, r"hidden is \(3.5,\)"),
        ({"activation": [1]}, r"activation is \[1\], expected one of"),
        ({"activation": "rule"}, "activation is 'rule', expected one of.*'relu'"),
        ({"optimizer": "lbfgs"}, "expected one of.*'adam', 'sgd'"),
        ({"lr": 0}, "lr is 0"),
        ({"lr": "fast"}, "lr is 'fast'"),
        ({"momentum": 1}, "momentum is 1"),
        ({"weight_decay": -1}, "weight_decay is -1"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"max_iter": 0}, "max_iter is 0"),
        ({"tol": -1}, "tol is -1"),
        ({"n_iter_no_change": 0}, "n_iter_no_change is 0"),
        ({"validation_fraction": 1}, "validation_fraction is 1"),
    ],
)
def test_settings_out_of_range_have_their_own_sentence(setting, words):
    for learn in ("fit", "partial_fit"):
        more = {"classes": [0, 1]} if learn == "partial_fit" else {}
        with pytest.raises(ValueError, match=words):
            getattr(fast(**setting), learn)(np.eye(2), [0, 1], **more)


def test_hidden_may_be_one_number_or_none(points):
    assert len(fitted(fast(hidden=7), *points).net_.layers) == 3
    assert len(fitted(fast(hidden=()), *points).net_.layers) == 1


@pytest.mark.parametrize("early_stopping", [False, True])
def test_divergence_is_told_with_a_remedy_and_leaves_finite_weights(early_stopping, points):
    X, y = points
    model = fast(optimizer="sgd", lr=1e12, early_stopping=early_stopping)
    with pytest.raises(ValueError, match="diverged in epoch .* StandardScaler"):
        model.fit(1e9 * X, y)
    assert np.isfinite(model.net_.theta).all()


def test_validation_data_may_diverge_first():
    X = np.random.default_rng(0).normal(size=(60, 3))
    for seed in range(6):
        model = NeuralNetworkClassifier((16, 16, 16), "leaky_relu", optimizer="sgd", lr=100.0,
                                        early_stopping=True, random_state=seed)  # fmt: skip
        with pytest.raises(ValueError, match="training diverged"):
            model.fit(50 * X, X[:, 0] > 0)


@pytest.mark.parametrize("y", [["a"] * 200, [0.5, 1.5] * 100])
def test_a_fit_that_cannot_begin_leaves_the_model_as_it_was(y, points):
    model = fitted(fast(), *points)
    before = model.predict_proba(points[0])
    with pytest.raises(ValueError):
        model.fit(points[0], y)
    assert np.array_equal(model.predict_proba(points[0]), before)
    assert model.classes_.tolist() == [0, 1]


def test_a_partial_fit_that_cannot_begin_leaves_it_unfitted(points):
    model = fast()
    with pytest.raises(ValueError, match="holds the label"):
        model.partial_fit(points[0], points[1] + 5, classes=[0, 1])
    with pytest.raises(NotFittedError):
        model.predict(points[0])


def test_too_few_examples_to_hold_any_back():
    with pytest.raises(ValueError, match=r"validation_fraction=0.1 of 8 examples"):
        fast(early_stopping=True).fit(np.eye(8), [0, 1] * 4)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_settings_of_a_step_may_change_between_partial_fits(optimizer, points):
    model = fast(optimizer=optimizer).partial_fit(*points, classes=[0, 1])
    model.set_params(lr=1e-300, weight_decay=0.5, momentum=0.1)
    before = model.net_.theta.copy()
    model.partial_fit(*points)
    assert np.array_equal(model.net_.theta, before)
    assert (model.optimizer_.lr, model.optimizer_.weight_decay) == (1e-300, 0.5)
    assert getattr(model.optimizer_, "momentum", 0.1) == 0.1


def test_before_fit_there_is_nothing_to_predict_with():
    with pytest.raises(NotFittedError):
        fast().predict_proba(np.eye(2))


def test_an_interrupted_fit_keeps_what_it_learned(points, monkeypatch):
    epochs = []

    def interrupted(*args, **how):
        if len(epochs) == 3:
            raise KeyboardInterrupt
        epochs.append(1)
        return one_epoch(*args, **how)

    monkeypatch.setattr(training, "one_epoch", interrupted)
    with pytest.warns(UserWarning, match="interrupted, 3 epochs are done"):
        model = NeuralNetworkClassifier(random_state=0).fit(*points)
    assert model.n_iter_ == 3 and model.predict(points[0]).shape == (200,)


def test_a_pickle_predicts_the_same_and_goes_on(points):
    X, y = points
    model = fitted(fast(), X, y)
    copy = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copy.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(copy.partial_fit(X, y).net_.theta, model.partial_fit(X, y).net_.theta)


def test_the_network_is_built_as_the_page_says():
    net = mlp((3, 5, 4, 2), relu, relu_prime, rng=np.random.default_rng(0))
    assert [type(layer).__name__ for layer in net.layers] == ["Dense", "Activation"] * 2 + ["Dense"]
    assert [p.value.shape for p in net.parameters] == [(3, 5), (5,), (5, 4), (4,), (4, 2), (2,)]
    X = np.random.default_rng(1).normal(size=(7, 3))
    W1, b1, W2, b2, W3, b3 = (p.value for p in net.parameters)
    by_hand = np.maximum(np.maximum(X @ W1 + b1, 0) @ W2 + b2, 0) @ W3 + b3
    assert np.allclose(net.forward(X), by_hand)
    tiny = mlp((3, 50), relu, relu_prime, rng=np.random.default_rng(0), init=small_normal)
    assert 0.005 < tiny.theta[:150].std() < 0.02
    for sizes in [(3,), (), (3, 0, 1), (3.0, 1), 5, None, {2, 4, 1}]:
        with pytest.raises(ValueError, match=r"mlp: sizes"):
            mlp(sizes, relu, relu_prime, rng=np.random.default_rng(0))


def test_one_hot_and_the_binarizer_agree():
    X, y = make_blobs(30, centers=3, random_state=0)
    model = fitted(fast(), X, y)
    assert np.array_equal(model._labels(y), one_hot(y, 3))


def test_settings_of_numpy_do_what_those_of_python_do():
    X, y = load_digits(return_X_y=True)
    X, y = X[:300] / 16, y[:300]
    curves = []
    for whole, number in ((int, float), (np.uint8, np.float32)):
        model = NeuralNetworkClassifier(
            (whole(20),), optimizer="sgd", lr=number(0.125), momentum=number(0.5),
            weight_decay=number(0.0), batch_size=whole(128), max_iter=whole(3),
            n_iter_no_change=whole(200), early_stopping=True, validation_fraction=number(0.25),
            tol=number(0.0), random_state=0,
        )  # fmt: skip
        with pytest.warns(ConvergenceWarning):
            curves.append(model.fit(X, y).loss_curve_)
    assert len(curves[0]) == 3 and curves[0] == curves[1]


def test_partial_fit_does_not_ignore_early_stopping():
    with pytest.raises(ValueError, match="early_stopping is True, which partial_fit cannot do"):
        NeuralNetworkClassifier(early_stopping=True).partial_fit([[0.0], [1.0]], [0, 1], [0, 1])


def test_the_loss_curve_counts_each_example_once():
    """1001 examples in batches of 1000: the last one alone must not weigh as much as the others."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1001, 2)), rng.integers(0, 3, size=1001)
    X[-1] *= 100
    model = NeuralNetworkClassifier((4,), lr=1e-12, batch_size=1000, max_iter=1, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, y)
    assert model.loss_curve_[0] == pytest.approx(log_loss(y, model.predict_proba(X)), rel=1e-6)
