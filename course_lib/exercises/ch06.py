"""The diamond classifier.

The exercises of notebook 06. One example per row.
"""

from itertools import pairwise

import numpy as np

from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.gradients import HEAD, Diary, SquaredError
from course_lib.exercises.engine.judging import (
    CORRECT,
    NotYet,
    agrees_with,
    numbers,
    parts_agree_with,
)

TITLE = "The diamond classifier"


def _points(rng):
    hand = np.array([[0.2, -0.3], [0.9, 0.9], [-0.8, 0.7], [0.7, -0.7], [-0.95, 0.0], [-1.5, 0.6]])
    border = np.array([[1.0, 0.0], [0.5, -0.5], [-0.25, 0.75], [0.5, 0.25]])
    return [(hand,), (border,), *((rng.uniform(-1.5, 1.5, size=(m, 2)),) for m in (9, 40))]


def _is_inside(X):
    return [float(max(x1 + x2, x1 - x2, -x1 + x2, -x1 - x2) < 1) for x1, x2 in X]


@exercise(
    stars=1,
    cases=_points,
    judge=agrees_with(_is_inside, "At least one label is wrong.", "The labels"),
    hints=[
        "np.abs gives the size of every number in X.",
        "Sum the sizes of each row, axis=1, and compare with 1.",
    ],
    lesson="|x1| + |x2| is four linear functions in one: the largest of ±x1 ± x2.",
)
def inside_diamond(X):
    """1 for each row of X (m, 2) with |x1| + |x2| < 1, else 0: shape (m,)."""
    return (np.abs(X).sum(axis=1) < 1).astype(float)


inside_diamond.mistake(
    "That is a square with upright sides: add the two sizes, not the max.",
    lambda X: np.abs(X).max(axis=1) < 1,
)
inside_diamond.mistake(
    "That is a circle: take sizes |x1|, |x2|, not squares.", lambda X: (X**2).sum(axis=1) < 1
)
inside_diamond.mistake(
    "Without the sizes, x1 + x2 < 1 is all that lies below one line.", lambda X: X.sum(axis=1) < 1
)
inside_diamond.mistake(
    "|x1 + x2| is not |x1| + |x2|: yours is a strip. First the sizes, then the sum.",
    lambda X: np.abs(X.sum(axis=1)) < 1,
)
inside_diamond.mistake(
    "Points on the border itself are outside: <, not <=.", lambda X: np.abs(X).sum(axis=1) <= 1
)
inside_diamond.mistake("Turned round: 1 is for the inside.", lambda X: np.abs(X).sum(axis=1) >= 1)
inside_diamond.mistake(
    "Sum along axis 1: one sum for each point, not per column.", lambda X: np.abs(X).sum(axis=0) < 1
)


def _first_layers(rng):
    hand = np.array([[3.0, 0.0], [4.0, -2.0], [-10.0, 1.0]])
    return [(hand,), *((2 * rng.normal(size=(3, n)),) for n in (3, 4, 7))]


def _by_walking(W1):
    """Walk from the origin along the weights until the sum is zero."""
    distances = []
    for w1, w2, b in W1.T:
        direction = np.array([w1, w2]) / np.hypot(w1, w2)
        per_unit = np.array([w1, w2]) @ direction
        distances.append(abs(b / per_unit))
    return distances


@exercise(
    stars=2,
    cases=_first_layers,
    judge=agrees_with(_by_walking, "At least one distance is wrong.", "The distances"),
    hints=[
        "On the line, w1 x1 + w2 x2 + b = 0. From the origin, walk along w until you meet it.",
        "That is after |b| / √(w1² + w2²). All units at once: W1[0], W1[1] and W1[2].",
    ],
    lesson="Scaling w and b together leaves the line where it is, and makes the sigmoid steeper.",
)
def line_distances(W1):
    """How far each hidden unit's line is from the origin: W1 (3, n), biases last, gives (n,)."""
    return np.abs(W1[2]) / np.sqrt(W1[0] ** 2 + W1[1] ** 2)


line_distances.mistake(
    "|b| is the distance only if w has length 1. Divide by that length.", lambda W1: np.abs(W1[2])
)
line_distances.mistake(
    "Divide by the length of w, the root of w1² + w2², not by its square.",
    lambda W1: np.abs(W1[2]) / (W1[0] ** 2 + W1[1] ** 2),
)
line_distances.mistake(
    "The bias does not belong to the length: it is w1 and w2 alone.",
    lambda W1: np.abs(W1[2]) / np.sqrt((W1**2).sum(axis=0)),
)
line_distances.mistake(
    "You divided all by one length. Each unit has its own: axis=0.",
    lambda W1: np.abs(W1[2]) / np.linalg.norm(W1[:2]),
)
line_distances.mistake("A distance has no sign.", lambda W1: W1[2] / np.hypot(W1[0], W1[1]))
line_distances.mistake(
    "A unit is a *column* of W1; row 2 holds all biases.",
    lambda W1: np.abs(W1[:, 2]) / np.hypot(W1[:, 0], W1[:, 1]),
)


def _moves(rng):
    hand = (np.array([1.0, 2.0]), np.array([0.5, -1.0]), np.array([2.0, 4.0]), 0.1, 0.9)
    drawn = [(*rng.normal(size=(3, n)), float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.3, 0.8)))
             for n in (1, 3, 5)]  # fmt: skip
    return [hand, *drawn]


def _rolled_on(theta, v, g, lr, mu):
    velocity = np.array([mu * old + slope for old, slope in zip(v, g, strict=True)])
    return theta - lr * velocity, velocity


@exercise(
    stars=2,
    cases=_moves,
    judge=parts_agree_with(
        _rolled_on,
        ("theta", "v"),
        first=("v",),
        about={
            "v": "It is μ times the old v, plus g.",
            "theta": "It moves by -η times the new v.",
        },
        origins={"theta": lambda theta, v, g, lr, mu: theta},
    ),
    hints=["First the new v, then theta, which uses it.", "(6.4): v = μ v + g; θ = θ - η v."],
    lesson="A gradient that keeps its direction is added up to 1/(1 - μ) times: ten at μ = 0.9.",
)
def momentum_step(theta, v, g, lr, mu):
    """θ and v after one step with momentum: (6.4)."""
    v = mu * v + g
    return theta - lr * v, v


momentum_step.mistake(
    "theta moves by the *new* v: first v, then theta. Yours lags behind.",
    lambda theta, v, g, lr, mu: (theta - lr * v, mu * v + g),
)


@momentum_step.mistake(
    "(1 - μ) g makes v a running mean, and the steps ten times shorter at μ = 0.9. (6.4) "
    "adds g whole."
)
def _mean_of_both(theta, v, g, lr, mu):
    v = mu * v + (1 - mu) * g
    return theta - lr * v, v


@momentum_step.mistake("The sign: v points uphill, so theta moves by minus η v.")
def _uphill(theta, v, g, lr, mu):
    v = mu * v + g
    return theta + lr * v, v


@momentum_step.mistake("In (6.4) η stands outside: v adds up gradients, not steps.")
def _step_inside(theta, v, g, lr, mu):
    v = mu * v + lr * g
    return theta - v, v


momentum_step.mistake(
    "theta moves by g alone: the memory v is never used.",
    lambda theta, v, g, lr, mu: (theta - lr * g, mu * v + g),
)


@momentum_step.mistake("The right two, in the wrong order: return theta, v.")
def _swapped(theta, v, g, lr, mu):
    v = mu * v + g
    return v, theta - lr * v


EPOCHS = 8


def _trainings(rng):
    """One batch that holds all, then diaries; the last two differ in their generator alone."""
    cases = []
    for m, n, size in [(8, 3, 8), (5, 2, 9)]:
        X, theta = rng.normal(size=(m, n)), rng.normal(size=n)
        cases.append((theta, SquaredError(), X, X @ np.ones(n), 0.05, 6, size, _rng(rng)))
    for m, size in [(9, 4), (6, 3), (12, 1), (12, 1)]:
        ids = np.arange(m, dtype=float)[:, None]
        theta = np.zeros(HEAD + EPOCHS * _batches(m, size))
        cases.append((theta, Diary(), ids, ids.copy(), 1.0, EPOCHS, size, _rng(rng)))
    return [*cases[2:], *cases[:2]]


def _rng(rng):
    return np.random.default_rng(int(rng.integers(2**32)))


def _batches(m, size):
    return -(-m // size)


def _judge_trainings(cases, values):
    diaries, lengths = [], None
    for (theta, gradient, X, Y, lr, epochs, size, _), value in zip(cases, values, strict=True):
        came = numbers(value, theta.shape, "theta")
        if isinstance(gradient, SquaredError):
            steps = lambda t: lr * gradient(t, X, Y)  # noqa: E731, B023
            lengths = lengths or _wrong_lengths(came, theta, steps, epochs)
        else:
            diaries.append((came, len(X), epochs, size))
    counted = all(came[0] == epochs * _batches(m, size) for came, m, epochs, size in diaries)
    if lengths and not counted:
        return lengths
    orders = [_read_diary(*diary) for diary in diaries]
    return lengths or _wrong_orders(orders)


def _wrong_orders(orders):
    """What is wrong with the orders of the epochs, or CORRECT."""
    long, other = orders[2:4]
    if all(epoch == sorted(epoch) for epoch in long):
        return "The examples come in their old order. Draw a new one for every epoch, with rng."
    if all(epoch == long[0] for epoch in long):
        return "Every epoch has the same order. Draw a new one inside the loop over epochs."
    if orders[0] != orders[-1]:  # the first case comes twice
        return "The same rng led to another order: draw it with the rng that you are given."
    if long == other:
        return "Two generators led to the same order: draw it with the rng that you are given."
    if any(order[0][0].bit_count() > 1 and _same_batches(order) for order in orders):
        return "The batches always hold the same examples: mix the examples, not the batches."
    for order in (long, other):
        if len(set(map(tuple, order))) < EPOCHS or any(epoch == sorted(epoch) for epoch in order):
            return "Some epochs have the old order, or that of another epoch: draw each anew."
        moves = [_moved(one, next_one) for one, next_one in pairwise(order)]
        if len(set(moves)) < len(moves):
            return "Each order is made from the one before, always in the same way: draw it anew."
        if sum(map(_neighbours_kept, order, order[1:])) > 4 * EPOCHS:
            return (
                "From epoch to epoch most examples keep their neighbours: draw a new order of all."
            )
    if any(len({epoch[place] for epoch in o}) == 1 for o in orders for place in range(len(o[0]))):
        return "Some examples keep their place in every epoch: mix all of them."
    in_a_row = [2 * a == b for epoch in long for a, b in pairwise(epoch)]
    if np.sum(in_a_row) > 4 * EPOCHS:
        return "Most examples still follow their old neighbour: draw a random order of all."
    return CORRECT


def _same_batches(order):
    return all(set(epoch) == set(order[0]) for epoch in order)


def _moved(one, other):
    return tuple(one.index(example) for example in other)


def _neighbours_kept(one, other):
    pairs = [{frozenset(p) for p in zip(o, o[1:] + o[:1], strict=True)} for o in (one, other)]
    return len(pairs[0] & pairs[1])


def _wrong_lengths(came, theta, step, epochs):
    """All examples in one batch: no order matters. What is wrong with the steps, or None.

    What is sure to be their fault is raised at once.
    """
    uphill = theta
    if np.allclose(came, theta):
        raise NotYet("theta has not moved.")
    for number in range(1, 4 * epochs + 1):
        theta, uphill = theta - step(theta), uphill + step(uphill)
        if number == epochs and np.allclose(came, theta, rtol=1e-4):
            return None
        if number == epochs and np.allclose(came, uphill):
            raise NotYet("The sign: a gradient points uphill; theta moves by minus η times it.")
        if number != epochs and np.allclose(came, theta):
            raise NotYet(
                f"With all examples in one batch, {epochs} epochs are {epochs} steps. Your theta "
                f"is where {number} would lead: is each step taken from the theta before it?"
            )
    return (
        "With all examples in one batch, your steps are not -η times the gradient. It is a mean "
        "over the batch already, and this is the plain step."
    )


def _read_diary(theta, m, epochs, size):
    """The batches of each epoch, read from what `Diary` left in theta, or `NotYet`."""
    steps, strangers, newest = theta[:HEAD]
    wanted = _batches(m, size)
    if steps != epochs * wanted:
        raise NotYet(
            f"{m} examples in batches of {size}, for {epochs} epochs, are {epochs * wanted} steps. "
            f"Yours look like {steps:g}."
        )
    if strangers:
        raise NotYet("Examples were mixed, and their labels not, or otherwise: keep the pairs.")
    if newest != 1 - 0.5**steps:
        raise NotYet("A gradient was not taken at the newest theta: take it anew for every step.")
    masks = theta[HEAD:].astype(int).tolist()
    order = [masks[i : i + wanted] for i in range(0, len(masks), wanted)]
    for epoch in order:
        sizes = [mask.bit_count() for mask in epoch]
        if sum(epoch) != 2**m - 1 or sum(sizes) != m:
            raise NotYet("In some epoch an example came twice, or not at all.")
        if sizes[:-1] != [size] * (wanted - 1):
            raise NotYet(f"Batches of {size}, and the last one of what is left: yours differ.")
    return order


@exercise(
    stars=3,
    cases=_trainings,
    judge=_judge_trainings,
    hints=[
        "Two loops: over epochs, and in each over batches. A new order at the start of each epoch.",
        "order = rng.permutation(len(X)); a batch is order[start : start + batch_size].",
        "Inside: theta = theta - lr * gradient(theta, X[batch], Y[batch]).",
    ],
    lesson="That is all of training. `fit` watches it besides: the loss, validation, divergence.",
)
def train(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    """theta after `epochs` passes through X and Y in mini-batches, in a new order each time."""
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            theta = theta - lr * gradient(theta, X[batch], Y[batch])
    return theta


@train.mistake("The examples come in their old order. Draw a new one for every epoch.")
def _in_order(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            batch = slice(start, start + batch_size)
            theta = theta - lr * gradient(theta, X[batch], Y[batch])
    return theta


@train.mistake("Every epoch has the same order. Draw it inside the loop over epochs.")
def _one_order(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    order = rng.permutation(len(X))
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            theta = theta - lr * gradient(theta, X[batch], Y[batch])
    return theta


@train.mistake(
    "The last batch is missing when the batch size does not divide m: those examples wait "
    "for another epoch, some for ever."
)
def _rest_dropped(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for number in range(len(X) // batch_size):
            batch = order[number * batch_size : (number + 1) * batch_size]
            theta = theta - lr * gradient(theta, X[batch], Y[batch])
    return theta


@train.mistake("You mixed X and not Y: most examples got another one's label.")
def _labels_left_behind(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        mixed = X[rng.permutation(len(X))]
        for start in range(0, len(X), batch_size):
            batch = slice(start, start + batch_size)
            theta = theta - lr * gradient(theta, mixed[batch], Y[batch])
    return theta


@train.mistake(
    "All gradients of an epoch were taken at the theta from its beginning. Take each at "
    "the newest theta, or mini-batches gain nothing."
)
def _stale(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        order, begun = rng.permutation(len(X)), theta
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            theta = theta - lr * gradient(begun, X[batch], Y[batch])
    return theta


@train.mistake("The sign: this climbs. theta moves by minus η times g.")
def _ascending(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            theta = theta + lr * gradient(theta, X[batch], Y[batch])
    return theta


@train.mistake("One step an epoch, with all examples: the batch size is not used.")
def _all_at_once(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        theta = theta - lr * gradient(theta, X, Y)
    return theta


@train.mistake(
    "In an epoch some examples come twice and some never: cut a random *permutation* of "
    "all into batches."
)
def _with_replacement(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            batch = rng.integers(0, len(X), size=min(batch_size, len(X) - start))
            theta = theta - lr * gradient(theta, X[batch], Y[batch])
    return theta


@train.mistake("It returns after one epoch: move `return` to the left.")
def _returned_too_soon(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            theta = theta - lr * gradient(theta, X[batch], Y[batch])
        return theta
    return theta


def _curves(rng):
    hand = [
        ([0.9, 0.7, 0.6, 0.65, 0.7, 0.2], 2),
        ([0.9, 0.7, 0.75, 0.6, 0.62, 0.61, 0.59, 0.7, 0.8, 0.9], 3),
        ([0.5, 0.6, 0.7], 5),
        ([0.5, 0.6, 0.6, 0.4, 0.5, 0.5, 0.5, 0.1], 2),
        ([0.5, 0.5, 0.6, 0.4], 2),
        ([0.5, 0.6, 0.5, 0.7, 0.3], 2),
        ([2.3, 2.1, 2.2, 2.0005, 2.00045, 2.2, 2.3], 2),
        ([0.5, 0.6, 0.4, 0.7, 0.8, 0.3, 0.9, 0.9, 0.9, 0.1], 3),
    ]
    drawn = [(rng.uniform(size=12).round(3).tolist(), patience) for patience in (1, 2, 4)]
    return [*hand, *drawn]


def _watched(val_loss, patience):
    lows = [e for e in range(len(val_loss)) if val_loss[e] < min(val_loss[:e], default=np.inf)]
    for low, after in zip(lows, [*lows[1:], np.inf], strict=True):
        if after - low > patience:
            return low + 1
    return lows[-1] + 1


@exercise(
    stars=2,
    cases=_curves,
    judge=agrees_with(_watched, "That is another epoch.", "The epoch"),
    hints=[
        "Go through the epochs, and remember the number of the best one so far.",
        "Stop when the present epoch minus the best one equals `patience`.",
    ],
    lesson="Early stopping may stop too early; patience is what you pay against it.",
)
def best_epoch(val_loss, patience):
    """The epoch, from 1, whose weights early stopping keeps."""
    best = 1
    for epoch in range(1, len(val_loss) + 1):
        if val_loss[epoch - 1] < val_loss[best - 1]:
            best = epoch
        if epoch - best == patience:
            break
    return best


best_epoch.mistake(
    "That is the lowest of all. But training may have stopped before it got there.",
    lambda val_loss, patience: int(np.argmin(val_loss)) + 1,
)


@best_epoch.mistake("Epochs count from 1 here: yours is one too small.")
def _from_zero(val_loss, patience):
    best = 0
    for epoch in range(len(val_loss)):
        if val_loss[epoch] < val_loss[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best


@best_epoch.mistake("That is where training stops. Asked is the epoch whose weights are kept.")
def _where_it_stopped(val_loss, patience):
    best = 1
    for epoch in range(1, len(val_loss) + 1):
        if val_loss[epoch - 1] < val_loss[best - 1]:
            best = epoch
        if epoch - best == patience:
            return epoch
    return len(val_loss)


@best_epoch.mistake(
    "You wait one epoch longer than `patience`: stop as soon as so many epochs brought no "
    "new minimum."
)
def _too_patient(val_loss, patience):
    best = 1
    for epoch in range(1, len(val_loss) + 1):
        if val_loss[epoch - 1] < val_loss[best - 1]:
            best = epoch
        if epoch - best > patience:
            break
    return best


@best_epoch.mistake("An equal loss is no new minimum: < and not <=.")
def _ties_count(val_loss, patience):
    best = 1
    for epoch in range(1, len(val_loss) + 1):
        if val_loss[epoch - 1] <= val_loss[best - 1]:
            best = epoch
        if epoch - best == patience:
            break
    return best


@best_epoch.mistake(
    "Compare with the lowest so far, not with the epoch before: after a bad epoch, a less "
    "bad one is no success."
)
def _beside_the_last(val_loss, patience):
    best, waited = 1, 0
    for epoch in range(2, len(val_loss) + 1):
        if val_loss[epoch - 1] < val_loss[epoch - 2]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return best


def _before_and_after(rng):
    """Changes that are small, that cancel, that touch the order or the sign alone."""

    def table(*shape):
        return rng.integers(-20, 20, size=shape) / 8 + 1 / 16  # exact sums, and no zeros

    W, b, V = table(2, 3), np.array([0.5, -1.25, 2.0]), table(3, 2)
    swap = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]])  # the sum of all changes is 0
    one, least = np.array([0.0, 0.0, 0.5]), V.copy()
    least[1, 0] = np.nextafter(V[1, 0], 9)
    first = ([W, b, V], [W + swap, b.copy(), V + 1e-9])
    second = ([b, V, W, V], [b + one, V + 0.125, W.copy(), V.copy()])
    third = ([V, b, b, b, W], [least, b[::-1].copy(), -b, b - one, W.copy()])
    large, zero = table(12, 10), np.zeros(2)
    one_of_many = large.copy()
    one_of_many[7, 3] += 1.0
    fourth = ([table(4), large, zero], [table(4) + 20, one_of_many, np.array([0, 1e-300])])
    return [_in_another_order(pairs, rng) for pairs in (first, second, third, fourth)]


def _in_another_order(pairs, rng):
    order = rng.permutation(len(pairs[0]))
    return tuple([arrays[i] for i in order] for arrays in pairs)


def _nowhere_different(before, after):
    pairs = zip(before, after, strict=True)
    return [float(np.count_nonzero(new - old) == 0) for old, new in pairs]


@exercise(
    stars=1,
    cases=_before_and_after,
    judge=agrees_with(_nowhere_different, "At least one array is judged wrongly.", "The answers"),
    hints=[
        "Go through the two lists together, with zip.",
        "old == new compares entry by entry; .all() asks whether it holds everywhere.",
    ],
    lesson="Ask it after every training: a falling loss does not say that all layers learn.",
)
def frozen(before, after):
    """For each pair of arrays, whether not one number has changed: a list of bools."""
    return [bool((old == new).all()) for old, new in zip(before, after, strict=True)]


frozen.mistake(
    "Changes can cancel in a sum, and small ones drown. Compare entry by entry.",
    lambda before, after: [old.sum() == new.sum() for old, new in zip(before, after, strict=True)],
)
frozen.mistake(
    "A number may also move down: compare, or take the size of the change.",
    lambda before, after: [(new - old).max() <= 0 for old, new in zip(before, after, strict=True)],
)


@frozen.mistake("A change of sign or of order leaves the length as it was: entry by entry.")
def _by_length(before, after):
    pairs = zip(before, after, strict=True)
    return [np.linalg.norm(old) == np.linalg.norm(new) for old, new in pairs]


frozen.mistake(
    "A small move is a move; np.allclose, or any threshold, calls it none. A layer that "
    "learns slowly is not frozen: ask for exact equality.",
    lambda before, after: [np.allclose(old, new) for old, new in zip(before, after, strict=True)],
)
frozen.mistake(
    "True where *any* number stayed: weights of an input that is always zero may rest. "
    "Frozen is an array of which *all* did.",
    lambda before, after: [(old == new).any() for old, new in zip(before, after, strict=True)],
)
frozen.mistake(
    "Turned round: True is for what did not move.",
    lambda before, after: [(old != new).any() for old, new in zip(before, after, strict=True)],
)
frozen.mistake(
    "`old == new` is a whole table of answers; .all() makes one of it.",
    lambda before, after: [old == new for old, new in zip(before, after, strict=True)],
)
frozen.mistake(
    "One answer for each array, in a list, not one for all.",
    lambda before, after: all((old == new).all() for old, new in zip(before, after, strict=True)),
)
