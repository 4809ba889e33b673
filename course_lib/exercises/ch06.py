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
    hand = np.array([[0.2, -0.3], [0.9, 0.9], [-0.8, 0.7], [0.7, -0.7], [-0.95, 0.0], [-1.5, 0.6],
                     [0.1, -1.3], [1.4, 0.2]])  # fmt: skip
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
    "That is a square with horizontal and vertical sides. For the diamond the two sizes |x1| and "
    "|x2| are added; yours asks for each, or for the larger, alone.",
    lambda X: np.abs(X).max(axis=1) < 1,
)
inside_diamond.mistake(
    "That is the square of the other dataset. For the diamond the two sizes |x1| and |x2| are "
    "added, and their sum is compared with 1.",
    lambda X: np.abs(X).max(axis=1) < 0.5,
)
inside_diamond.mistake(
    "That is a circle. The diamond adds the sizes |x1| and |x2|, not the squares.",
    lambda X: (X**2).sum(axis=1) < 1,
)
inside_diamond.mistake(
    "x1 + x2 < 1, without the sizes, holds for all that lies below one line. Take |x1| and |x2|.",
    lambda X: X.sum(axis=1) < 1,
)
inside_diamond.mistake(
    "|x1 + x2| is not |x1| + |x2|, and what you get is a strip. First take the sizes, then add.",
    lambda X: np.abs(X.sum(axis=1)) < 1,
)
inside_diamond.mistake(
    "One of the two coordinates has lost its |…|. Both sizes are added: |x1| + |x2|.",
    lambda X: np.abs(X[:, 0]) + X[:, 1] < 1,
)
inside_diamond.mistake(
    "One of the two coordinates has lost its |…|. Both sizes are added: |x1| + |x2|.",
    lambda X: X[:, 0] + np.abs(X[:, 1]) < 1,
)
inside_diamond.mistake(
    "You take the difference of the two sizes. The diamond wants their sum, |x1| + |x2|.",
    lambda X: np.abs(X[:, 0]) - np.abs(X[:, 1]) < 1,
)
inside_diamond.mistake(
    "You take the mean of the two sizes, which is half their sum: your diamond is twice as wide.",
    lambda X: np.abs(X).mean(axis=1) < 1,
)
inside_diamond.mistake(
    "One small coordinate is enough for you. Both count together: |x1| + |x2|.",
    lambda X: (np.abs(X) < 1).any(axis=1),
)
inside_diamond.mistake(
    "Points on the border itself do not lie inside: use < and not <=.",
    lambda X: np.abs(X).sum(axis=1) <= 1,
)
inside_diamond.mistake(
    "Your labels are reversed: 1 is for the points inside.",
    lambda X: np.abs(X).sum(axis=1) >= 1,
)
inside_diamond.mistake(
    "Your labels are reversed: 1 is for the points inside, and 0 for all others, the border too.",
    lambda X: np.abs(X).sum(axis=1) > 1,
)
inside_diamond.mistake(
    "Your sums run down the columns, over all points. Each point is a row and wants a sum of its "
    "own: axis=1.",
    lambda X: np.abs(X).sum(axis=0) < 1,
)
inside_diamond.mistake(
    "You added up the whole of X. Each point is a row and wants a sum of its own: axis=1.",
    lambda X: np.abs(X).sum() < 1,
)
inside_diamond.mistake(
    "X[0] and X[1] are the first two points. The coordinates are the columns, X[:, 0] and X[:, 1].",
    lambda X: np.abs(X[0]) + np.abs(X[1]) < 1,
)
inside_diamond.mistake(
    "That is a column of shape (m, 1). Compared with labels of shape (m,), it would become an "
    "(m, m) matrix without a warning: leave out `keepdims`.",
    lambda X: np.abs(X).sum(axis=1, keepdims=True) < 1,
)


def _sides_passed(X):
    """For each point, on how many of the four sides it is on the side of the origin."""
    return (X @ [[1, 1, -1, -1], [1, -1, 1, -1]] < 1).sum(axis=1)


inside_diamond.mistake(
    "Three of the four sides are enough for you. Inside is what passes all four.",
    lambda X: _sides_passed(X) >= 3,
)
inside_diamond.mistake(
    "Everything counts as inside. Every point passes at least one of the four sides; inside is "
    "what passes all four.",
    lambda X: _sides_passed(X) >= 1,
)
inside_diamond.mistake(
    "Those are the points that lie inside. The exercise asks for a label, 1 or 0, for every point.",
    lambda X: X[np.abs(X).sum(axis=1) < 1],
)
inside_diamond.mistake(
    "Those are the sums |x1| + |x2|. One step is left: compare them with 1.",
    lambda X: np.abs(X).sum(axis=1),
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
    "|b| is the distance only if w has length 1. Divide it by the length of w.",
    lambda W1: np.abs(W1[2]),
)
line_distances.mistake(
    "Divide by the length of w, which is the root of w1² + w2². You divided by its square.",
    lambda W1: np.abs(W1[2]) / (W1[0] ** 2 + W1[1] ** 2),
)
line_distances.mistake(
    "The bias does not belong to the length of w: that is made of w1 and w2 alone.",
    lambda W1: np.abs(W1[2]) / np.sqrt((W1**2).sum(axis=0)),
)
line_distances.mistake(
    "|w1| + |w2| is not the length of w. Pythagoras says √(w1² + w2²).",
    lambda W1: np.abs(W1[2]) / np.abs(W1[:2]).sum(axis=0),
)
line_distances.mistake(
    "w1 + w2 is not the length of w. Pythagoras says √(w1² + w2²).",
    lambda W1: np.abs(W1[2] / (W1[0] + W1[1])),
)
line_distances.mistake(
    "The larger of |w1| and |w2| is not the length of w. Pythagoras says √(w1² + w2²).",
    lambda W1: np.abs(W1[2]) / np.abs(W1[:2]).max(axis=0),
)
line_distances.mistake(
    "You multiplied by the length of w. The longer w is, the sooner w · x makes up for b: divide.",
    lambda W1: np.abs(W1[2]) * np.hypot(W1[0], W1[1]),
)
line_distances.mistake(
    "You divided the biases of all units by one length. Each unit has its own: axis=0.",
    lambda W1: np.abs(W1[2]) / np.linalg.norm(W1[:2]),
)
line_distances.mistake(
    "A distance has no sign: take the size of b.", lambda W1: W1[2] / np.hypot(W1[0], W1[1])
)
line_distances.mistake(
    "A distance has no sign: take the size of b.", lambda W1: -W1[2] / np.hypot(W1[0], W1[1])
)
line_distances.mistake(
    "You put 0 where b is negative. Such a line is as far away as one with the opposite b: take "
    "the size of b.",
    lambda W1: np.maximum(0, W1[2] / np.hypot(W1[0], W1[1])),
)
line_distances.mistake(
    "You put 0 where b is positive. Such a line is as far away as one with the opposite b: take "
    "the size of b.",
    lambda W1: np.maximum(0, -W1[2] / np.hypot(W1[0], W1[1])),
)
line_distances.mistake(
    "A unit is a *column* of W1; the last row holds the biases of all of them.",
    lambda W1: np.abs(W1[:, 2]) / np.hypot(W1[:, 0], W1[:, 1]),
)
line_distances.mistake(
    "You took the first row for the biases. In this network they stand in the last one.",
    lambda W1: np.abs(W1[0]) / np.hypot(W1[1], W1[2]),
)
line_distances.mistake(
    "That is where the line meets the x2 axis. The shortest way to the line goes along w.",
    lambda W1: np.abs(W1[2] / W1[1]),
)
line_distances.mistake(
    "That is where the line meets the x2 axis. The shortest way to the line goes along w.",
    lambda W1: -W1[2] / W1[1],
)
line_distances.mistake(
    "That is where the line meets the x1 axis. The shortest way to the line goes along w.",
    lambda W1: np.abs(W1[2] / W1[0]),
)
line_distances.mistake(
    "That is where the line meets the x1 axis. The shortest way to the line goes along w.",
    lambda W1: -W1[2] / W1[0],
)
line_distances.mistake(
    "That is an array of shape (1, n), and a vector of shape (n,) is wanted. Which of your steps "
    "kept an axis: a slice such as `W1[2:]` in place of `W1[2]`, or `keepdims`?",
    lambda W1: np.abs(W1[2:]) / np.hypot(W1[0], W1[1]),
)


def _moves(rng):
    hand = (np.array([1.0, 2.0]), np.array([0.5, -1.0]), np.array([2.0, 3.0]), 0.1, 0.8)
    drawn = [(*rng.normal(size=(3, n)), float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.3, 0.8)))
             for n in (3, 4, 5)]  # fmt: skip
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
            "v": "The new v is μ times the old v, plus g.",
            "theta": "theta moves by -η times the new v.",
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
    "v is right. theta moves by the *new* v: compute v first, then theta. Yours lags one step "
    "behind.",
    lambda theta, v, g, lr, mu: (theta - lr * v, mu * v + g),
)


def _rolled(theta, new_v, step):
    """theta and v after `step`."""
    return theta - step(new_v), new_v


momentum_step.mistake(
    "(1 - μ) g makes v a running mean, and the steps much shorter, ten times at μ = 0.9. (6.4) "
    "adds g whole.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + (1 - mu) * g, lambda v: lr * v),
)
momentum_step.mistake(
    "You weighted g with μ and v with 1 - μ. (6.4) lets μ shrink the old v, and adds g whole.",
    lambda theta, v, g, lr, mu: _rolled(theta, (1 - mu) * v + mu * g, lambda v: lr * v),
)
momentum_step.mistake(
    "v is right. The sign of the step is reversed: v points uphill, so theta moves by minus η v.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + g, lambda v: -lr * v),
)
momentum_step.mistake(
    "In (6.4) η stands outside: v adds up gradients, not steps, and η comes in when theta moves.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + lr * g, lambda v: v),
)
momentum_step.mistake(
    "That is another book's form, where v holds the step, with its sign and η. In (6.4) v adds up "
    "gradients: v = μ v + g, and only then θ = θ - η v.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v - lr * g, lambda v: -v),
)
momentum_step.mistake(
    "η is in it twice, once in v and once in the step. In (6.4) v adds up the gradients "
    "themselves.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + lr * g, lambda v: lr * v),
)
momentum_step.mistake(
    "In v the sign of g is reversed: (6.4) adds g to v, and the minus comes when theta moves.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v - g, lambda v: lr * v),
)
momentum_step.mistake(
    "In v the sign of g is reversed: (6.4) adds g to v, and the minus comes when theta moves.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v - g, lambda v: -lr * v),
)
momentum_step.mistake(
    "μ shrinks only the old v. In yours the newest gradient is shrunk as well: mind the brackets.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * (v + g), lambda v: lr * v),
)
momentum_step.mistake(
    "μ belongs to the old v, which should fade, not to the newest gradient.",
    lambda theta, v, g, lr, mu: _rolled(theta, v + mu * g, lambda v: lr * v),
)
momentum_step.mistake(
    "η and μ are exchanged: μ shrinks the old v, and η is the length of the step.",
    lambda theta, v, g, lr, mu: _rolled(theta, lr * v + g, lambda v: mu * v),
)
momentum_step.mistake(
    "v is right. You look ahead once more, which is Nesterov's momentum; (6.4) steps along v.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + g, lambda v: lr * (g + mu * v)),
)
momentum_step.mistake(
    "v is right. The factor 1/(1 - μ) comes by itself, as v adds up; the step is η v.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + g, lambda v: lr * v / (1 - mu)),
)
momentum_step.mistake(
    "v is right. In the step of theta μ has no place any more: it is η v.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + g, lambda v: lr * mu * v),
)
momentum_step.mistake(
    "v is right. theta moves by g twice: once by itself, and once inside v.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + g, lambda v: lr * (v + g)),
)
momentum_step.mistake(
    "v is right, but theta moves by g alone: the memory v is never used.",
    lambda theta, v, g, lr, mu: _rolled(theta, mu * v + g, lambda v: lr * g),
)
momentum_step.mistake(
    "v is right. In place of theta you return the step alone: subtract it from the old theta.",
    lambda theta, v, g, lr, mu: (-lr * (mu * v + g), mu * v + g),
)
momentum_step.mistake(
    "v is right. In place of theta you return the step alone: subtract it from the old theta.",
    lambda theta, v, g, lr, mu: (lr * (mu * v + g), mu * v + g),
)


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
            lengths = lengths or _wrong_lengths(came, theta, steps, epochs, len(X), size)
        else:
            diaries.append((came, len(X), epochs, size))
    if not any(came.any() for came, *_ in diaries):
        return (
            "theta has not moved: what comes back is the theta that came in. Assign each step, "
            "`theta = theta - …`, and return the last one."
        )
    counted = all(came[0] == epochs * _batches(m, size) for came, m, epochs, size in diaries)
    if lengths and not (counted or all(map(_of_plain_steps, next(zip(*diaries, strict=True))))):
        return lengths
    orders = [_read_diary(*diary) for diary in diaries]
    return lengths or _wrong_orders(orders)


def _of_plain_steps(theta):
    """Do the entries of a diary agree that each step was minus a gradient at the newest theta?"""
    steps, _, newest = theta[:HEAD]
    return steps > 0 and steps % 1 == 0 and newest == 1 - 0.5**steps


def _wrong_orders(orders):
    """What is wrong with the orders of the epochs, or CORRECT."""
    long, other = orders[2:4]
    if all(epoch == sorted(epoch) for epoch in long):
        return "The examples come in their old order. Draw a new one for every epoch, with rng."
    if all(epoch == long[0] for epoch in long):
        return "Every epoch has the same order. Draw a new one inside the loop over epochs."
    if orders[0] != orders[-1]:  # the first case comes twice
        return (
            "Called twice with the same rng, your function drew two different orders. Draw them "
            "with the rng that you are given, so that others can repeat your training."
        )
    if long == other:
        return (
            "Two different generators led to the same order. Draw it with the rng that you are "
            "given, not with one of your own."
        )
    if any(order[0][0].bit_count() > 1 and _same_batches(order) for order in orders):
        return BATCHES_MIXED
    for order in (long, other):
        if len(set(map(tuple, order))) < EPOCHS or any(epoch == sorted(epoch) for epoch in order):
            return (
                "Some epochs have the old order, or that of another epoch. Draw a new one for each."
            )
        moves = [_moved(one, next_one) for one, next_one in pairwise(order)]
        if len(set(moves)) < len(moves):
            return (
                "Each order is made from the one before, always in the same way. Draw every order "
                "anew, with rng."
            )
        if sum(map(_neighbours_kept, order, order[1:])) > 4 * EPOCHS:
            return (
                "From epoch to epoch most examples keep their neighbours. Draw a new order of all "
                "examples, with rng.permutation."
            )
    if any(len({epoch[place] for epoch in o}) == 1 for o in orders for place in range(len(o[0]))):
        return "Some examples keep their place in every epoch: mix all of them."
    in_a_row = [2 * a == b for epoch in long for a, b in pairwise(epoch)]
    if np.sum(in_a_row) > 4 * EPOCHS:
        return (
            "Most examples still come right after their old neighbour. Draw a random order of all "
            "examples, with rng.permutation."
        )
    return CORRECT


BATCHES_MIXED = (
    "You mixed whole batches: the same examples share a batch in every epoch. Mix the examples, "
    "and cut that order into batches."
)


def _same_batches(order):
    return all(set(epoch) == set(order[0]) for epoch in order)


def _moved(one, other):
    return tuple(one.index(example) for example in other)


def _neighbours_kept(one, other):
    pairs = [{frozenset(p) for p in zip(o, o[1:] + o[:1], strict=True)} for o in (one, other)]
    return len(pairs[0] & pairs[1])


def _wrong_lengths(came, theta, step, epochs, m, size):
    """All examples in one batch: no order matters. What is wrong with the steps, or None."""
    uphill = theta
    if np.allclose(came, theta):
        return (
            f"With {m} examples and a batch size of {size} theta has not moved, and elsewhere it "
            f"has. All examples are one batch there: does your loop over the batches still run?"
        )
    for number in range(1, 4 * epochs + 1):
        theta, uphill = theta - step(theta), uphill + step(uphill)
        if number == epochs and np.allclose(came, theta, rtol=1e-4):
            return None
        if number == epochs and np.allclose(came, uphill):
            return "You walk uphill, where a gradient points. theta moves by *minus* η times it."
        if number != epochs and np.allclose(came, theta):
            return (
                f"With all examples in one batch, {epochs} epochs are {epochs} steps. Your theta "
                f"is where {number} would lead."
            )
    return (
        "With all examples in one batch, your steps are not -η times the gradient. What "
        "`gradient` returns is a mean over the batch already, and nothing else belongs to the "
        "plain step."
    )


def _wrong_count(steps, m, epochs, size):
    """What a wrong number of steps tells."""
    wanted = _batches(m, size)
    text = (
        f"{m} examples in batches of {size}, for {epochs} epochs, are {epochs * wanted} steps. "
        f"You took {steps:g}"
    )
    if steps == 1:
        return f"{text}: is `return` inside a loop, or does every step begin at the first theta?"
    if steps == epochs:
        return f"{text}, one in each epoch: after every batch of an epoch there is a step."
    if steps == epochs * m:
        return f"{text}, one for each example: the batches begin {size} places apart."
    if steps % wanted == 0:
        return f"{text}, as many as {steps / wanted:g} epochs have: count the epochs again."
    if steps == epochs * (m // size):
        return (
            f"{text}: the last batch is missing, with what is left when {size} does not divide m."
        )
    return f"{text}: count the batches of an epoch again."


def _read_diary(theta, m, epochs, size):
    """The batches of each epoch, read from what `Diary` left in theta, or `NotYet`."""
    steps, strangers, newest = theta[:HEAD]
    wanted = _batches(m, size)
    if steps != epochs * wanted:
        raise NotYet(_wrong_count(steps, m, epochs, size))
    if strangers:
        raise NotYet(
            "Some examples came with the label of another one: mix X and Y with one and the same "
            "order."
        )
    if newest != 1 - 0.5**steps:
        raise NotYet(
            "Some gradient was not taken at the newest theta. Call `gradient` again for every "
            "step, with the theta that the step before has left."
        )
    masks = theta[HEAD:].astype(int).tolist()
    order = [masks[i : i + wanted] for i in range(0, len(masks), wanted)]
    right = [size] * (wanted - 1) + [m - size * (wanted - 1)]
    for epoch in order:
        sizes = [mask.bit_count() for mask in epoch]
        if sum(epoch) != 2**m - 1 or sum(sizes) != m:
            raise NotYet(
                "In some epoch an example came twice, or not at all. Draw one order of all "
                "examples for the epoch, and cut it into batches."
            )
        if sizes == right:
            continue
        if sorted(sizes) != sorted(right):
            raise NotYet(
                f"{m} examples in batches of {size} are batches of {_and(right)}, as only the last "
                f"one may be smaller. Yours are of {_and(sizes)}."
            )
        if _same_batches(order):
            raise NotYet(BATCHES_MIXED)
        raise NotYet("The batch that is smaller, with what is left, should come last.")
    return order


def _and(sizes):
    return f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"


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


def _cut(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


def _overlapping(order, size):
    return [order[start : start + size] for start in range(len(order))]


def _trained(
    theta, gradient, X, Y, lr, epochs, size, rng, *,
    batches=lambda m, size, rng: _cut(rng.permutation(m), size),
    step=lambda g, rows: g,
):  # fmt: skip
    """What train returns, if an epoch's batches or the steps are made otherwise."""
    for _ in range(epochs):
        for rows in batches(len(X), size, rng):
            theta = theta - lr * step(gradient(theta, X[rows], Y[rows]), rows)
    return theta


@train.mistake("Every epoch has the same order. Draw a new one inside the loop over epochs.")
def _one_order(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    order = rng.permutation(len(X))
    batches = lambda m, size, rng: _cut(order, size)  # noqa: E731
    return _trained(theta, gradient, X, Y, lr, epochs, batch_size, rng, batches=batches)


train.mistake(
    "The last batch is missing when the batch size does not divide m: those examples wait for "
    "another epoch, some for ever.",
    lambda *n: _trained(
        *n, batches=lambda m, size, rng: _cut(rng.permutation(m), size)[: m // size]
    ),
)
train.mistake(
    "Every epoch lacks its last batch, full or not: let the loop over the batches run up to m.",
    lambda *n: _trained(*n, batches=lambda m, size, rng: _cut(rng.permutation(m), size)[:-1]),
)
train.mistake(
    "Each epoch takes one batch only, and leaves all other examples out. An epoch goes through all "
    "of them.",
    lambda *n: _trained(*n, batches=lambda m, size, rng: [rng.permutation(m)[:size]]),
)
train.mistake(
    "Your batches overlap: there is one from each example on. The next one begins where the last "
    "one ended, `batch_size` further.",
    lambda *n: _trained(*n, batches=lambda m, size, rng: _overlapping(rng.permutation(m), size)),
)
train.mistake(
    "In an epoch some examples come twice and some never: cut a random *permutation* of all into "
    "batches.",
    lambda *n: _trained(*n, batches=lambda m, size, rng: _cut(rng.integers(0, m, m), size)),
)
train.mistake(
    "You take one step in each epoch, with all examples. Take one after each batch of "
    "`batch_size`.",
    lambda *n: _trained(*n, batches=lambda m, size, rng: [np.arange(m)]),
)
train.mistake(
    "The sign is reversed, and you climb: theta moves by minus η times g.",
    lambda *n: _trained(*n, step=lambda g, rows: -g),
)
train.mistake(
    "You divided by the size of the batch. What `gradient` returns is a mean over the batch "
    "already.",
    lambda *n: _trained(*n, step=lambda g, rows: g / len(rows)),
)
train.mistake(
    "You multiplied by the size of the batch. The step is η times what `gradient` returns, the "
    "mean over the batch.",
    lambda *n: _trained(*n, step=lambda g, rows: g * len(rows)),
)


@train.mistake("You mixed X and not Y: most examples got the label of another one.")
def _labels_left_behind(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        mixed = X[rng.permutation(len(X))]
        for rows in _cut(np.arange(len(X)), batch_size):
            theta = theta - lr * gradient(theta, mixed[rows], Y[rows])
    return theta


@train.mistake(
    "All gradients of an epoch were taken at the theta from its beginning. Take each at "
    "the newest theta, or mini-batches gain nothing."
)
def _stale(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    for _ in range(epochs):
        begun = theta
        for rows in _cut(rng.permutation(len(X)), batch_size):
            theta = theta - lr * gradient(begun, X[rows], Y[rows])
    return theta


@train.mistake("Those are steps with momentum. The exercise wants the plain step, θ - η g.")
def _with_momentum(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    v = np.zeros(len(theta))
    for _ in range(epochs):
        for rows in _cut(rng.permutation(len(X)), batch_size):
            v = 0.9 * v + gradient(theta, X[rows], Y[rows])
            theta = theta - lr * v
    return theta


@train.mistake(
    "Your function returns after one epoch: `return` stands inside the loop over epochs, and "
    "should stand behind it."
)
def _returned_too_soon(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    return _trained(theta, gradient, X, Y, lr, 1, batch_size, rng)


@train.mistake(
    "Your function returns after one step: `return` stands inside both loops, and should stand "
    "behind them."
)
def _returned_at_once(theta, gradient, X, Y, lr, epochs, batch_size, rng):
    rows = rng.permutation(len(X))[:batch_size]
    return theta - lr * gradient(theta, X[rows], Y[rows])


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
        ([0.9, 0.7, 0.8, 0.6, 0.5], 2),  # new minima up to the end
        ([0.8, 0.6, 0.4], 2),
        ([0.5, 0.7, 0.6, 0.65, 0.8, 0.9], 2),  # falls that are no new minima
    ]
    drawn = [(rng.uniform(size=12).round(3).tolist(), patience) for patience in (2, 3, 4)]
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
    judge=agrees_with(_watched, "Early stopping keeps another epoch here.", "The epoch"),
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
    "That is the epoch with the lowest loss of all. But training may have stopped before it got "
    "there: watch how many epochs in a row bring no new minimum.",
    lambda val_loss, patience: int(np.argmin(val_loss)) + 1,
)


def _stopped(val_loss, patience, better=np.less):
    """The epoch that is kept, and the one where training stops."""
    best, epoch = 1, 1
    for epoch in range(2, len(val_loss) + 1):
        if better(val_loss[epoch - 1], val_loss[best - 1]):
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


best_epoch.mistake(
    "Epochs count from 1 here: yours is one too small.",
    lambda val_loss, patience: _stopped(val_loss, patience)[0] - 1,
)
best_epoch.mistake(
    "That is where training stops. The exercise asks for the epoch whose weights are kept.",
    lambda val_loss, patience: _stopped(val_loss, patience)[1],
)
best_epoch.mistake(
    "You go back by `patience` from the last epoch. That is the best one only if patience ran out: "
    "remember the best epoch when you meet it.",
    lambda val_loss, patience: _stopped(val_loss, patience)[1] - patience,
)
best_epoch.mistake(
    "You wait one epoch longer than `patience`: stop as soon as so many epochs in a row brought no "
    "new minimum.",
    lambda val_loss, patience: _stopped(val_loss, patience + 1)[0],
)
best_epoch.mistake(
    "You stop one epoch too early. The best epoch itself does not count: after it, `patience` "
    "epochs may pass.",
    lambda val_loss, patience: _stopped(val_loss, patience - 1)[0],
)
best_epoch.mistake(
    "You stop at the first epoch that is no better. Wait until `patience` of them came in a row.",
    lambda val_loss, patience: _stopped(val_loss, 1)[0],
)
best_epoch.mistake(
    "An equal loss is no new minimum: compare with <, not with <=.",
    lambda val_loss, patience: _stopped(val_loss, patience, np.less_equal)[0],
)
best_epoch.mistake(
    "You look for the highest value. These are losses, where the lowest is the best.",
    lambda val_loss, patience: _stopped(val_loss, patience, np.greater)[0],
)
best_epoch.mistake(
    "That is the lowest loss. The exercise asks for its epoch, the number from 1.",
    lambda val_loss, patience: val_loss[_stopped(val_loss, patience)[0] - 1],
)
best_epoch.mistake(
    "That is the best of the first `patience` epochs. Training goes on as long as new minima come; "
    "patience is how long you wait for one.",
    lambda val_loss, patience: int(np.argmin(val_loss[:patience])) + 1,
)
best_epoch.mistake(
    "Your epoch is always 0, so no loss was ever a new minimum. Does your lowest loss so far begin "
    "at 0? Begin with the first loss, or with infinity.",
    lambda val_loss, patience: 0,
)


@best_epoch.mistake(
    "Compare with the lowest loss so far, not with the epoch before: after a bad epoch, a less "
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


@best_epoch.mistake(
    "You stop when the loss has not fallen `patience` times in a row. What counts is how many "
    "epochs in a row brought no new minimum, even if the loss fell in some of them."
)
def _rising_in_a_row(val_loss, patience):
    waited = 0
    for epoch in range(1, len(val_loss)):
        waited = 0 if val_loss[epoch] < val_loss[epoch - 1] else waited + 1
        if waited == patience:
            break
    return int(np.argmin(val_loss[: epoch + 1])) + 1


@best_epoch.mistake(
    "Your count of epochs without a new minimum goes on after one was found. They should be in a "
    "row: set it back to 0 at each new minimum."
)
def _never_reset(val_loss, patience):
    best, waited = 1, 0
    for epoch in range(2, len(val_loss) + 1):
        if val_loss[epoch - 1] < val_loss[best - 1]:
            best = epoch
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
    W[0, :2] = 5 / 16, -9 / 16
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
    mixed = [_in_another_order(pairs, rng) for pairs in (first, second, third, fourth)]
    return [([b, V], [b.copy(), V + 0.125]), *mixed]


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
    "Changes of opposite sign cancel in a sum or a mean. Compare entry by entry.",
    lambda before, after: [old.sum() == new.sum() for old, new in zip(before, after, strict=True)],
)


def _each(before, after, test):
    return [test(old, new) for old, new in zip(before, after, strict=True)]


frozen.mistake(
    "Changes of opposite sign cancel in a sum or a mean. Compare entry by entry.",
    lambda *n: _each(*n, lambda old, new: (new - old).sum() == 0),
)
frozen.mistake(
    "A number may also move down: ask whether the two are equal, or take the size of the change.",
    lambda *n: _each(*n, lambda old, new: (new - old).max() <= 0),
)
frozen.mistake(
    "A number may also move up: ask whether the two are equal, or take the size of the change.",
    lambda *n: _each(*n, lambda old, new: (new - old).min() >= 0),
)
frozen.mistake(
    "A change of sign or of order leaves the length as it was. Compare entry by entry.",
    lambda *n: _each(*n, lambda old, new: np.linalg.norm(old) == np.linalg.norm(new)),
)
frozen.mistake(
    "A number that changes its sign has moved. Compare the numbers, not their sizes.",
    lambda *n: _each(*n, lambda old, new: (np.abs(old) == np.abs(new)).all()),
)
frozen.mistake(
    "You compare the numbers in sorted order, so that two of them may change places unseen. "
    "Compare each with the one in its own place.",
    lambda *n: _each(*n, lambda old, new: (np.sort(old, None) == np.sort(new, None)).all()),
)
frozen.mistake(
    "A small move is a move; np.allclose, or any threshold, calls it none. A layer that "
    "learns slowly is not frozen: ask for exact equality.",
    lambda *n: _each(*n, np.allclose),
)
frozen.mistake(
    "You answer True where *any* number stayed as it was, and single weights may well rest. An "
    "array is frozen if *all* its numbers stayed.",
    lambda *n: _each(*n, lambda old, new: (old == new).any()),
)
frozen.mistake(
    "You look at the first number of each array alone. Others may have moved.",
    lambda *n: _each(*n, lambda old, new: old.flat[0] == new.flat[0]),
)
frozen.mistake(
    "Your answers are reversed: True is for an array that did not move.",
    lambda *n: _each(*n, lambda old, new: (old != new).any()),
)
frozen.mistake(
    "You answer True where *all* numbers have changed. The question is reversed: True where not "
    "one of them has.",
    lambda *n: _each(*n, lambda old, new: (old != new).all()),
)
frozen.mistake(
    "You answer False for every array, and some did not move. If you asked with `is`: a copy is "
    "another array in memory, though its numbers are the same. Compare them with ==.",
    lambda *n: _each(*n, lambda old, new: False),
)
frozen.mistake(
    "You answer True for every array. Shapes stay the same while numbers move, and "
    "`old.all() == new.all()` only asks whether there is a 0 in each: compare `old == new`, and "
    "then ask `.all()` of that.",
    lambda *n: _each(*n, lambda old, new: True),
)
frozen.mistake(
    "`old == new` has an answer for every number; .all() makes a single one of them.",
    lambda *n: _each(*n, lambda old, new: old == new),
)
frozen.mistake(
    "You answer for every number. The exercise wants one answer for each array: .all() makes it.",
    lambda *n: np.concatenate(_each(*n, lambda old, new: (old == new).ravel())),
)
frozen.mistake(
    "You count the numbers that stayed. The exercise wants to know whether *all* did: True or "
    "False.",
    lambda *n: _each(*n, lambda old, new: (old == new).sum()),
)
frozen.mistake(
    "You count the numbers that moved. The exercise wants to know whether there are none: True or "
    "False.",
    lambda *n: _each(*n, lambda old, new: (old != new).sum()),
)
frozen.mistake(
    "You give one answer for all arrays together. The exercise wants one for each array, in a "
    "list.",
    lambda *n: all(_each(*n, np.array_equal)),
)


@frozen.mistake(
    "Once an array has moved, all that follow count as moved. Begin anew with each array."
)
def _never_again(before, after):
    equal = _each(before, after, np.array_equal)
    return [all(equal[: i + 1]) for i in range(len(equal))]
