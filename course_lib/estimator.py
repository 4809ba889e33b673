"""The network as a scikit-learn classifier, for pipelines, cross-validation and searches."""

import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from course_lib import activations
from course_lib.activations import sigmoid, softmax
from course_lib.checks import (
    expect_between,
    expect_lengths,
    expect_one_of,
    expect_whole,
)
from course_lib.initializers import he, xavier
from course_lib.losses import BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from course_lib.network import mlp
from course_lib.optimizers import SGD, Adam
from course_lib.training import DivergenceError, fit

__all__ = ["NeuralNetworkClassifier"]


WHO = "NeuralNetworkClassifier"
ACTIVATIONS = {
    "relu": (activations.relu, activations.relu_prime, he),
    "leaky_relu": (activations.leaky_relu, activations.leaky_relu_prime, he),
    "tanh": (activations.tanh, activations.tanh_prime, xavier),
    "sigmoid": (activations.sigmoid, activations.sigmoid_prime, xavier),
}


class NeuralNetworkClassifier(ClassifierMixin, BaseEstimator):
    """Dense layers with one activation between them, trained on the cross-entropy.

    For two classes the network has one output and P(classes_[1] | x) = σ(z); for k classes it
    has k outputs and P = softmax(z). It learns in mini-batches, the gradient of every weight
    increased by weight_decay · W. Features should be of similar size: put a StandardScaler
    before it in a pipeline.

    Parameters
    ----------
    hidden : tuple of int
        The units of each hidden layer; () is logistic regression.
    activation : "relu", "leaky_relu", "tanh" or "sigmoid"
        Of all hidden layers. Weights start with `he` for the first two, else with `xavier`.
    optimizer : "adam" or "sgd"
    lr, momentum : float
        The length of a step, and the momentum of "sgd".
    weight_decay : float
    batch_size : int or None
        None takes all examples in one step.
    max_iter : int
        The most epochs.
    tol, n_iter_no_change : float, int
        Training ends when the loss has not fallen by `tol` below its best for
        `n_iter_no_change` epochs. At `max_iter` it ends with a ConvergenceWarning.
    early_stopping : bool
        Hold back a share `validation_fraction` of the examples, watch their loss in place of
        the training loss, and take the weights of the best epoch in the end.
    validation_fraction : float
    random_state : int, RandomState, Generator or None
        An int makes a run repeatable.

    Attributes
    ----------
    classes_ : ndarray (k,)
    net_ : Network
    optimizer_ : SGD or Adam
    n_iter_ : int
        Epochs run.
    loss_curve_ : list of float
        The training loss of each epoch, without penalty.
    validation_curve_ : list of float
        The validation loss after each epoch; empty without early stopping.
    n_features_in_, feature_names_in_ : as in all of scikit-learn

    `fit` and `partial_fit` raise ValueError for settings out of their range, for data that are
    not finite, for fewer than two classes, and when training diverges. Interrupting the
    kernel ends `fit`, and the weights stay as they are. Source: notebooks 04 to 07.
    """

    def __init__(
        self,
        hidden=(64,),
        activation="relu",
        *,
        optimizer="adam",
        lr=1e-3,
        momentum=0.9,
        weight_decay=1e-4,
        batch_size=32,
        max_iter=200,
        tol=1e-4,
        n_iter_no_change=10,
        early_stopping=False,
        validation_fraction=0.1,
        random_state=None,
    ):
        self.hidden = hidden
        self.activation = activation
        self.optimizer = optimizer
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def fit(self, X, y):
        """Train a new network on X (m, n) and the m labels y, numbers or text. Returns self."""
        X, y = self._checked(X, y, reset=True)
        binarizer, held_back = LabelBinarizer().fit(y), None
        if self.early_stopping:
            X, X_val, y, y_val = self._split(X, y)
            held_back = X_val, binarizer.transform(y_val).astype(X.dtype)
        self._begin(X, binarizer)
        history = self._train(
            X,
            self._labels(y),
            self.max_iter,
            validation=held_back,
            patience=self.n_iter_no_change,
            tol=self.tol,
        )
        if history.ending == "interrupted":
            warnings.warn(f"{WHO}: interrupted, {self.n_iter_} epochs are done.", stacklevel=2)
        elif history.ending == "all epochs done":
            warnings.warn(
                f"{WHO}: after max_iter={self.max_iter} epochs the loss had not settled yet. "
                f"Raise max_iter or lr, or scale the features.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def partial_fit(self, X, y, classes=None):
        """Train for one more epoch, on data that may be new. Returns self.

        The first call needs to know all `classes`, and later calls may leave them out. Between
        calls lr, momentum, weight_decay and batch_size may change; the network stays.
        """
        if self.early_stopping:
            raise ValueError(
                f"{WHO}: early_stopping is True, which partial_fit cannot do, expected False: it "
                f"watches data that are held back for many epochs. Use fit, or switch it off."
            )
        first = not hasattr(self, "net_")
        if first and classes is None:
            raise ValueError(
                f"{WHO}: partial_fit came without classes, expected all of them in the first "
                f"call: the network needs an output for each. Try classes=np.unique(y)."
            )
        X, y = self._checked(X, y, reset=first)
        binarizer = LabelBinarizer().fit(classes) if first else self._binarizer
        known = binarizer.classes_.tolist()
        if not first and classes is not None and np.unique(classes).tolist() != known:
            raise ValueError(
                f"{WHO}: classes is {list(classes)}, expected those of the first call, {known}."
            )
        strange = np.setdiff1d(y, known).tolist()
        if strange:
            raise ValueError(
                f"{WHO}: y holds the label {strange[0]!r}, expected one of the classes {known}."
            )
        if first:
            self._begin(X, binarizer)
        self._train(X, self._labels(y), epochs=1)
        return self

    def decision_function(self, X):
        """The logits: (m,) for two classes, positive for classes_[1]; (m, k) for more."""
        check_is_fitted(self, "net_")
        X = validate_data(self, X, dtype=DTYPES, reset=False)
        Z = self.net_.forward(X)
        return Z.ravel() if len(self.classes_) == 2 else Z

    def predict_proba(self, X):
        """The probability of each class, (m, k), in the order of `classes_`."""
        Z = self.decision_function(X)
        return np.column_stack([sigmoid(-Z), sigmoid(Z)]) if Z.ndim == 1 else softmax(Z)

    def predict(self, X):
        """The most probable class for each row of X, (m,)."""
        Z = self.decision_function(X)
        return self.classes_[(Z > 0).astype(int) if Z.ndim == 1 else Z.argmax(axis=1)]

    def _checked(self, X, y, *, reset):
        _expect_settings(self)
        X, y = validate_data(self, X, y, dtype=DTYPES, reset=reset)
        check_classification_targets(y)
        return X, y

    def _split(self, X, y):
        share = float(self.validation_fraction)
        try:
            return train_test_split(X, y, test_size=share, stratify=y, random_state=self._seed())
        except ValueError as error:
            raise ValueError(
                f"{WHO}: early_stopping cannot hold back validation_fraction={share:g} of {len(y)} "
                f"examples, some of each class: {error} Raise it, or give more examples."
            ) from None

    def _begin(self, X, binarizer):
        classes = binarizer.classes_
        if len(classes) < 2:
            raise ValueError(
                f"{WHO}: y has 1 class, {classes.tolist()[0]!r}, expected at least two."
            )
        self._rng = np.random.default_rng(self._seed())
        phi, phi_prime, init = ACTIVATIONS[self.activation]
        outputs = 1 if len(classes) == 2 else len(classes)
        sizes = (X.shape[1], *_hidden_sizes(self), outputs)
        self.net_ = mlp(sizes, phi, phi_prime, rng=self._rng, init=init, dtype=X.dtype.type)
        make = Adam if self.optimizer == "adam" else SGD
        self.optimizer_ = make(self.net_, lr=self.lr)
        self._binarizer, self.classes_ = binarizer, classes
        self.loss_curve_, self.validation_curve_, self.n_iter_ = [], [], 0

    def _seed(self):
        if self.random_state is None or isinstance(self.random_state, np.random.Generator):
            return np.random.default_rng(self.random_state).integers(2**32)
        return check_random_state(self.random_state).randint(2**31)

    def _labels(self, y):
        return self._binarizer.transform(y).astype(self.net_.dtype)

    def _train(self, X, Y, epochs, **stopping):
        """Train for at most `epochs`, with the present settings; return the `History`."""
        optimizer = self.optimizer_
        optimizer.lr, optimizer.weight_decay = float(self.lr), float(self.weight_decay)
        if self.optimizer == "sgd":
            optimizer.momentum = float(self.momentum)
        try:
            history = fit(
                self.net_,
                X,
                Y,
                loss=BINARY_CROSS_ENTROPY if len(self.classes_) == 2 else SOFTMAX_CROSS_ENTROPY,
                optimizer=optimizer,
                epochs=epochs,
                batch_size=self.batch_size,
                rng=self._rng,
                progress=False,
                **stopping,
            )
        except DivergenceError as error:
            self._note(error.history)
            raise ValueError(
                f"{WHO}: training diverged in epoch {self.n_iter_ + 1}, expected finite weights. "
                f"Lower lr, which is {self.lr:g}, or put a StandardScaler before it: the largest "
                f"feature is {np.abs(X).max():.3g}."
            ) from None
        self._note(history)
        return history

    def _note(self, history):
        self.loss_curve_ += history.loss
        self.validation_curve_ += history.val_loss
        self.n_iter_ += len(history.loss)


def _hidden_sizes(model):
    """The units of each hidden layer as a tuple; a single number means one layer."""
    hidden = model.hidden
    return tuple(hidden) if isinstance(hidden, tuple | list) else (hidden,)


def _expect_settings(model):
    """Raise ValueError for a parameter of `model` that is out of its range."""
    if _hidden_sizes(model):
        expect_lengths(WHO, "hidden", _hidden_sizes(model))
    expect_one_of(WHO, "activation", model.activation, ACTIVATIONS)
    expect_one_of(WHO, "optimizer", model.optimizer, ("adam", "sgd"))
    for name in ("max_iter", "n_iter_no_change"):
        expect_whole(WHO, name, getattr(model, name))
    if model.batch_size is not None:
        expect_whole(WHO, "batch_size", model.batch_size)
    for name in ("weight_decay", "tol"):
        expect_between(WHO, name, getattr(model, name), 0, closed=True)
    expect_between(WHO, "momentum", model.momentum, 0, 1, closed=True)
    expect_between(WHO, "lr", model.lr, 0)
    expect_between(WHO, "validation_fraction", model.validation_fraction, 0, 1)


DTYPES = (np.float64, np.float32)
