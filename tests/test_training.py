import itertools
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import LOSSES, activation, labels, outputs_of, two_layers
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score

from course_lib import experiments
from course_lib.checks import ShapeError
from course_lib.datasets import one_hot
from course_lib.layers import Dense
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network
from course_lib.optimizers import SGD, Adam
from course_lib.training import DivergenceError, History, accuracy, fit, minibatches

# --- minibatches


@given(st.integers(1, 20), st.integers(1, 25), st.integers(0, 99))
def test_every_example_comes_once_with_its_label(m, batch_size, seed):
    X = np.arange(m)[:, None] * [1.0, 10.0]
    Y = np.arange(m)[:, None] * 100.0
    kept = X.copy()
    batches = list(minibatches(X, Y, batch_size, rng=np.random.default_rng(seed)))
    sizes = [len(X_b) for X_b, _ in batches]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1) and 1 <= sizes[-1] <= batch_size
    together = np.concatenate([X_b for X_b, _ in batches])
    assert sorted(together[:, 0]) == list(range(m)) and np.array_equal(X, kept)
    assert all(np.array_equal(X_b[:, :1] * 100, Y_b) for X_b, Y_b in batches)
    assert not any(np.shares_memory(X_b, X) for X_b, _ in batches)


def test_each_pass_has_its_own_order_and_each_seed_its_own():
    X = Y = np.arange(50)[:, None]

    def order(rng):
        return np.concatenate([X_b for X_b, _ in minibatches(X, Y, 8, rng=rng)]).ravel()

    rng = np.random.default_rng(0)
    first, second = order(rng), order(rng)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, order(np.random.default_rng(0)))
    assert not np.array_equal(first, np.arange(50))


def test_minibatches_refuse_at_once(rng):
    X = np.ones((4, 2))
    with pytest.raises(ShapeError, match=r"shape \(4, 2\) and Y has shape \(3, 1\).*as many rows"):
        minibatches(X, np.ones((3, 1)), 2, rng=rng)
    with pytest.raises(ValueError, match="batch_size is 0"):
        minibatches(X, X, 0, rng=rng)
    with pytest.raises(TypeError, match="rng is 1"):
        minibatches(X, X, 2, rng=1)
    with pytest.raises(ShapeError, match="at least one"):
        minibatches(X[:0], X[:0], 2, rng=rng)


# --- accuracy


def test_accuracy_by_hand():
    assert accuracy([[0.1], [-0.1], [3.0], [0.0]], [[1], [0], [0], [0]]) == 0.75
    assert accuracy([[1, 2, 0], [5, 1, 1]], [[0, 1, 0], [0, 0, 1]]) == 0.5


@given(st.integers(1, 9), st.integers(2, 4), st.integers(0, 99))
def test_accuracy_agrees_with_scikit_learn(m, k, seed):
    rng = np.random.default_rng(seed)
    Z, y = rng.normal(size=(m, k)), rng.integers(0, k, m)
    assert np.isclose(accuracy(Z, one_hot(y, k)), accuracy_score(y, Z.argmax(axis=1)))


@pytest.mark.parametrize("Y", [np.ones(3), np.ones((3, 2)), np.ones((2, 1))])
def test_accuracy_wants_two_like_shapes(Y):
    with pytest.raises(ShapeError, match=r"expected both \(m, k\)"):
        accuracy(np.ones((3, 1)), Y)


# --- fit


def task(loss, rng, m=20):
    X = rng.normal(size=(m, 3))
    return X, labels(loss, m, outputs_of(loss, 2), rng)


def trained(loss=SOFTMAX_CROSS_ENTROPY, seed=0, data=None, lr=0.1, **settings):
    rng = np.random.default_rng(seed)
    X, Y = data or task(loss, rng)
    net = two_layers(rng, k=outputs_of(loss, 2))
    start = net.theta.copy()
    settings = {"epochs": 3, "batch_size": 8, "progress": False} | settings
    history = fit(net, X, Y, loss=loss, optimizer=SGD(net, lr=lr), rng=rng, **settings)
    return net, history, start, (X, Y)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("batch_size", [None, 1, 7, 20, 99])
def test_fit_is_the_loop_of_the_page(loss, batch_size):
    net, history, start, (X, Y) = trained(loss, batch_size=batch_size)
    rng = np.random.default_rng(0)
    task(loss, rng)
    other = two_layers(rng, k=outputs_of(loss, 2))
    optimizer = SGD(other, lr=0.1)
    for epoch in range(3):
        values, right = [], 0
        batches = [(X, Y)] if batch_size is None else minibatches(X, Y, batch_size, rng=rng)
        for X_b, Y_b in batches:
            Z = other.forward(X_b)
            values.append(len(Z) * loss.value(Z, Y_b))
            right += accuracy(Z, Y_b) * len(Z)
            other.backward(loss.grad(Z, Y_b))
            optimizer.step()
        assert np.isclose(history.loss[epoch], np.sum(values) / len(X), rtol=1e-12)
        if loss is MSE:
            assert np.isnan(history.accuracy[epoch])
        else:
            assert np.isclose(history.accuracy[epoch], right / len(X))
    assert np.array_equal(net.theta, other.theta)
    assert (net.theta != start).all(), "a parameter did not move"


@pytest.mark.parametrize("make", [lambda n: SGD(n, lr=0.05, momentum=0.9), Adam])
def test_one_seed_one_run(make):
    runs = []
    for _ in range(2):
        rng = np.random.default_rng(3)
        X, Y = task(BINARY_CROSS_ENTROPY, rng)
        net = two_layers(rng, k=1)
        settings = {"loss": BINARY_CROSS_ENTROPY, "epochs": 5, "batch_size": 6, "progress": False}
        runs.append((fit(net, X, Y, optimizer=make(net), rng=rng, **settings), net.theta))
    assert runs[0][0] == runs[1][0] and np.array_equal(runs[0][1], runs[1][1])


def test_nothing_that_came_is_changed_and_float32_is_kept(rng):
    X, Y = task(SOFTMAX_CROSS_ENTROPY, rng)
    kept = X.copy(), Y.copy()
    net = two_layers(rng, dtype=np.float32)
    optimizer = Adam(net)
    fit(net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=optimizer, epochs=2, batch_size=8,
        rng=rng, validation=(X, Y), progress=False)  # fmt: skip
    assert np.array_equal(X, kept[0]) and np.array_equal(Y, kept[1])
    assert net.theta.dtype == net.forward(X).dtype == optimizer.m.dtype == np.float32


def test_it_learns_the_digits(rng):
    """Over three seeds, on digits that it has not seen."""
    X, y = load_digits(return_X_y=True)
    X, Y = X / 16, one_hot(y, 10)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        net = two_layers(rng, 64, 32, 10, "relu")
        rows = rng.permutation(len(X))
        seen, held_out = (X[rows[:1400]], Y[rows[:1400]]), (X[rows[1400:]], Y[rows[1400:]])
        history = fit(net, *seen, loss=SOFTMAX_CROSS_ENTROPY,
                      optimizer=SGD(net, lr=0.1, momentum=0.9), epochs=15, batch_size=32, rng=rng,
                      validation=held_out, progress=False)  # fmt: skip
        assert history.accuracy[-1] > 0.99 and history.val_accuracy[-1] > 0.95
        assert history.loss[-1] < history.loss[0] / 10
        assert history.val_loss[-1] == SOFTMAX_CROSS_ENTROPY.value(
            net.forward(held_out[0]), held_out[1]
        )


def test_history_without_validation_is_short(capsys):
    _, history, *_ = trained()
    assert (len(history.loss), len(history.accuracy)) == (3, 3)
    assert history.val_loss == history.val_accuracy == [] and history.best_epoch == 0
    assert history.ending == "all epochs done" and capsys.readouterr() == ("", "")


# --- early stopping


class Scripted(type(MSE)):
    """A loss whose validation values are given: those on data of 5 rows."""

    def __init__(self, values):
        self.values = iter(values)

    def value(self, Z, Y):
        return next(self.values) if len(Z) == 5 else super().value(Z, Y)


def early(values, patience, epochs=8):
    rng = np.random.default_rng(0)
    X, Y = task(MSE, rng)
    net = two_layers(rng)
    seen = []

    class Watched(SGD):
        def step(self):
            super().step()
            seen.append(self.net.theta.copy())

    loss = Scripted([0.0, *values])  # the first call checks the labels
    history = fit(net, X, Y, loss=loss, optimizer=Watched(net, lr=0.01), epochs=epochs, rng=rng,
                  validation=(X[:5], Y[:5]), patience=patience, progress=False)  # fmt: skip
    return net, history, seen


def test_the_best_weights_come_back():
    net, history, seen = early([5, 3, 4, 3.5, 6, 7], patience=3)
    assert history.val_loss == [5, 3, 4, 3.5, 6]
    assert history.best_epoch == 2 and np.array_equal(net.theta, seen[1])
    assert history.ending == "no better val_loss for 3 epochs" and len(seen) == 5


def test_the_best_weights_come_back_when_the_epochs_run_out():
    net, history, seen = early([5, 3, 4], patience=5, epochs=3)
    assert history.best_epoch == 2 and np.array_equal(net.theta, seen[1])
    assert history.ending == "all epochs done"


def test_a_tie_is_not_better():
    net, history, seen = early([5, 3, 3, 3, 3], patience=3)
    assert history.best_epoch == 2 and len(history.val_loss) == 5
    assert np.array_equal(net.theta, seen[1])


# --- interruption and divergence


class Interrupted(SGD):
    def __init__(self, net, after):
        super().__init__(net, lr=0.1)
        self.left = after

    def step(self):
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        super().step()


def test_an_interruption_keeps_history_and_weights(rng, capsys):
    X, Y = task(SOFTMAX_CROSS_ENTROPY, rng)
    net = two_layers(rng)
    start = net.theta.copy()
    optimizer = Interrupted(net, after=7)  # three steps an epoch
    history = fit(net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=optimizer, epochs=9,
                  batch_size=8, rng=rng)  # fmt: skip
    assert len(history.loss) == len(history.accuracy) == 2 and history.ending == "interrupted"
    assert (net.theta != start).all() and np.isfinite(net.theta).all()
    assert "interrupted" in capsys.readouterr().out
    optimizer.left = -1
    fit(net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=optimizer, epochs=1, rng=rng)


def test_an_interruption_with_patience_keeps_the_best_weights(rng):
    X, Y = task(MSE, rng)
    net = two_layers(rng)
    best = []

    class Watched(Interrupted):
        def step(self):
            super().step()
            best.append(self.net.theta.copy())

    loss, optimizer = Scripted([0.0, 5, 3, 4, 4]), Watched(net, after=4)
    history = fit(net, X, Y, loss=loss, optimizer=optimizer, epochs=9, rng=rng,
                  validation=(X[:5], Y[:5]), patience=5, progress=False)  # fmt: skip
    assert history.ending == "interrupted" and history.best_epoch == 2
    assert np.array_equal(net.theta, best[1])


def test_divergence_gets_a_sentence_and_loses_nothing(rng):
    X, Y = task(MSE, rng)
    net = two_layers(rng, name="identity")
    thetas = []

    class Watched(SGD):
        def step(self):
            super().step()
            thetas.append(self.net.theta.copy())

    with pytest.raises(DivergenceError) as caught:
        fit(net, X * 1000, Y, loss=MSE, optimizer=Watched(net, lr=0.5), epochs=999, rng=rng,
            progress=False)  # fmt: skip
    history, sentence = caught.value.history, str(caught.value)
    assert 1 <= len(history.loss) == len(thetas) - 1 and np.isfinite(history.loss).all()
    assert f"in epoch {len(history.loss) + 1}," in sentence
    assert "Lower lr, which is 0.5, say to 0.05; or scale the features" in sentence
    assert f"largest is {np.abs(X).max() * 1000:.3g}" in sentence
    assert np.array_equal(net.theta, thetas[-2]) and np.isfinite(net.theta).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_run_away_in_the_last_step_are_noticed(bad, rng):
    class Away(SGD):
        def step(self):
            self.net.theta = np.full(26, bad)

    X, Y = task(MSE, rng)
    net = two_layers(rng)
    start = net.theta.copy()
    with pytest.raises(DivergenceError):
        fit(net, X, Y, loss=MSE, optimizer=Away(net, lr=0.1), epochs=1, rng=rng, progress=False)
    assert np.array_equal(net.theta, start)


def test_a_loss_too_large_for_a_number_is_noticed(rng):
    net = Network(Dense(3, 2, rng=rng))
    net.theta = np.full(8, 1e160)
    X, Y = task(MSE, rng)
    with pytest.raises(ValueError, match="the loss before training .*Scale X"):
        fit(net, X, Y, loss=MSE, optimizer=SGD(net, lr=1e-9), epochs=2, rng=rng, progress=False)


# --- what is shown


def test_one_stable_line_ends_it(capsys):
    rng = np.random.default_rng(0)
    data = task(SOFTMAX_CROSS_ENTROPY, rng)
    trained(data=data, progress=True, validation=data)
    out, err = capsys.readouterr()
    assert re.fullmatch(
        r"fit: 3 epochs, loss [\d.]+, accuracy [\d.]+, val_loss [\d.]+, val_accuracy [\d.]+: "
        r"all epochs done\n",
        out,
    )
    assert "\n" not in err.strip()


def test_the_bar_counts_epochs_shows_the_loss_and_goes_away(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, iterable, total, **options):
            self.total, self.n, self.options, self.texts = total, 0, options, []
            bars.append(self)

        def update(self):
            self.n += 1

        def set_postfix_str(self, text, refresh):
            self.texts.append(text)

        def close(self):
            self.closed_at = (self.n, self.total)

    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(experiments, "tqdm", Bar)
    _, history, *_ = trained(progress=True)
    assert bars[0].closed_at == (3, 3) and bars[0].options["leave"] is False
    assert bars[0].texts == [f"loss {value:.3g}" for value in history.loss]
    trained(progress=False)
    assert bars[1].options["disable"] and not bars[0].options["disable"]
    early_data = task(MSE, np.random.default_rng(0))
    trained(MSE, data=early_data, lr=1e-300, epochs=50, validation=early_data, patience=1)
    assert bars[2].n < 50 and bars[2].n == bars[2].closed_at[1], (
        "an unfinished bar would stay in the notebook"
    )


def test_a_real_bar_is_drawn_and_removed():
    script = """
import numpy as np
from networks import two_layers
from course_lib.losses import MSE
from course_lib.optimizers import SGD
from course_lib.training import fit
rng = np.random.default_rng(0)
net = two_layers(rng)
fit(net, np.ones((4, 3)), np.ones((4, 2)), loss=MSE, optimizer=SGD(net, lr=0.1), epochs=3, rng=rng)
print("after")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    del environment["TQDM_DISABLE"]
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True
    )
    out, err = done.stdout.decode(), done.stderr.decode("utf-8", "replace")
    assert re.fullmatch(r"fit: 3 epochs, loss [\d.e-]+: all epochs done\s+after\s+", out)
    assert "0/3" in err and "epoch" in err and not err.rpartition("\r")[2].strip()


def test_a_history_prints_its_last_epoch():
    history = History()
    history.append(0.5, float("nan"))
    assert repr(history) == "History(1 epoch, loss 0.5: all epochs done)"


def test_a_loss_of_zero_is_noted():
    history = History()
    history.append(0.0, 1.0, 0.0, 1.0)
    assert history.loss == history.val_loss == [0.0]
    assert str(history).startswith("1 epoch, loss 0, accuracy 1, val_loss 0, val_accuracy 1")


# --- what does not go together


def refuse(generator, words, error=ValueError, **changes):
    net = two_layers(generator)
    X, Y = task(SOFTMAX_CROSS_ENTROPY, generator)
    start = net.theta.copy()
    settings = {
        "net": net, "X": X, "Y": Y, "loss": SOFTMAX_CROSS_ENTROPY, "optimizer": SGD(net, lr=0.1),
        "epochs": 2, "rng": generator, "progress": False,
    } | changes  # fmt: skip
    with pytest.raises(error, match=words):
        fit(settings.pop("net"), settings.pop("X"), settings.pop("Y"), **settings)
    assert np.array_equal(net.theta, start)


def test_bad_data_is_refused_before_the_first_step(rng):
    X, Y = task(SOFTMAX_CROSS_ENTROPY, rng)
    holed = X.copy()
    holed[17, 2] = np.nan
    refuse(rng, r"fit: X has 1 entry that is NaN .* index \(17, 2\)", X=holed)
    refuse(rng, r"expected as many rows", ShapeError, Y=Y[:-1])
    refuse(rng, r"X has shape \(20, 2\)|X has shape \(1, 2\)", ShapeError, X=X[:, :2])
    refuse(rng, r"one_hot\(Y, 2\)", ShapeError, Y=Y[:, 0])
    wrong = Y.copy()
    wrong[19] = [2, -1]
    refuse(rng, "holds the label -1", Y=wrong)
    refuse(rng, "X holds text", X=X.astype(str))
    refuse(rng, r"expected as many rows", ShapeError, X=X[:0], Y=Y[:0])
    refuse(rng, r"expected as many rows", ShapeError, validation=(X, Y[:3]))
    refuse(rng, "is NaN", validation=(holed, Y))


def test_bad_settings_are_refused_before_the_first_step(rng):
    other = two_layers(rng)
    refuse(
        rng, "made for this network, or its weights would never move", optimizer=SGD(other, lr=0.1)
    )
    refuse(rng, "net is list, expected a Network", TypeError, net=[])
    refuse(rng, "expected one such as SOFTMAX_CROSS_ENTROPY", TypeError, loss="mse")
    refuse(rng, "rng is 0", TypeError, rng=0)
    for name, value in itertools.product(["epochs", "batch_size", "patience"], [0, -1, 2.5, "3"]):
        refuse(rng, f"fit: {name} is {value!r}, expected a whole number", **{name: value})
    refuse(rng, "patience came without validation", patience=3)


@pytest.mark.parametrize("validation", [0.2, True, np.ones((4, 3)), (np.ones((4, 3)),), "X"])
def test_validation_is_a_pair(validation, rng):
    refuse(rng, "fit: validation is of type .*expected two arrays", validation=validation)


@pytest.mark.parametrize("optimizer", ["adam", SGD, None])
def test_an_optimizer_is_an_object_for_this_network(optimizer, rng):
    refuse(rng, "fit: optimizer is .*made for this network", optimizer=optimizer)


def test_wrong_features_are_shown_as_they_came(rng):
    X, Y = task(SOFTMAX_CROSS_ENTROPY, rng)
    refuse(rng, r"X has shape \(20, 2\)", ShapeError, X=X[:, :2])
    refuse(rng, "Y_val", X=X, validation=(X, Y.astype(str)))


def test_weights_that_are_nan_before_training_are_not_blamed_on_the_step(rng):
    net = two_layers(rng)
    net.theta[0] = np.nan
    X, Y = task(MSE, rng)
    with pytest.raises(ValueError, match="theta has 1 entry that is NaN.*new network"):
        fit(net, X, Y, loss=MSE, optimizer=SGD(net, lr=0.1), epochs=1, rng=rng, progress=False)


def test_probabilities_for_a_loss_on_logits_are_refused(rng):
    net = Network(Dense(3, 1, rng=rng), activation("sigmoid"))
    X, Y = task(BINARY_CROSS_ENTROPY, rng)
    with pytest.raises(ValueError, match="ends with probabilities.*Leave the last activation out"):
        fit(net, X, Y, loss=BINARY_CROSS_ENTROPY, optimizer=SGD(net, lr=0.1), epochs=1, rng=rng)
    fit(net, X, Y, loss=MSE, optimizer=SGD(net, lr=0.1), epochs=1, rng=rng, progress=False)


def test_divergence_with_patience_keeps_the_best_weights(rng):
    X, Y = task(MSE, rng)
    net, thetas = two_layers(rng), []

    class Away(SGD):
        def step(self):
            super().step()
            thetas.append(self.net.theta.copy())
            if len(thetas) == 4:
                self.net.theta = np.full(26, np.inf)

    with pytest.raises(DivergenceError) as caught:
        fit(net, X, Y, loss=Scripted([0.0, 5, 3, 4]), optimizer=Away(net, lr=0.01), epochs=9,
            rng=rng, validation=(X[:5], Y[:5]), patience=5, progress=False)  # fmt: skip
    assert caught.value.history.ending == "diverged" and caught.value.history.best_epoch == 2
    assert np.array_equal(net.theta, thetas[1])


def test_accuracy_refuses_nan():
    with pytest.raises(ValueError, match="accuracy: Z has 1 entry that is NaN"):
        accuracy([[np.nan], [1.0]], [[0], [1]])


def test_settings_may_be_small_integers_and_floats_of_numpy():
    """200 + 200 overflows in uint8: a fit that counted so would miss batches, or all of them."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(1000, 3)), one_hot(rng.integers(0, 2, size=1000), 2)
    curves = []
    for whole, number in ((int, float), (np.uint8, np.float32)):
        rng = np.random.default_rng(1)
        net = Network(Dense(whole(3), whole(200), rng=rng), Dense(whole(200), whole(2), rng=rng))
        history = fit(
            net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=SGD(net, lr=number(0.125)),
            epochs=whole(255), batch_size=whole(200), rng=rng, validation=(X, Y),
            patience=whole(250), tol=number(0.0), progress=False,
        )  # fmt: skip
        curves.append(history.loss)
    assert len(curves[0]) > 200 and curves[0] == curves[1]
