"""Gates and XOR.

The exercises of notebook 01.
"""

import numpy as np

from course_lib.activations import sigmoid, sign, step
from course_lib.exercises.engine.answers import describe_call, same
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import CORRECT, agrees_with, numbers, parts
from course_lib.exercises.engine.truth_tables import (
    TRANSPOSED,
    as_table,
    inputs,
    judge_gate,
    judge_network,
    network_tables,
    neuron_outputs,
)

TITLE = "Gates and XOR"


def _once(rng):
    return [()]


def _table_of(n):
    return lambda value: as_table(neuron_outputs(n)(value))


@exercise(
    stars=1,
    cases=_once,
    judge=judge_gate(1, (1, 0)),
    seen_as=_table_of(1),
    hints=[
        "At x = 0 the weight does not count: which sign must b have for an output near 1?",
        "At x = 1 the sum is w + b, and it must be clearly negative.",
        "Try b = 10. How negative must w be, so that w + b is about -10?",
    ],
    lesson="A bias that fires alone, and a weight that silences it.",
)
def not_gate():
    """w and b of a neuron with one input that computes NOT."""
    w = -20
    b = 10
    return w, b


not_gate.mistake(
    "Your neuron copies its input: a positive weight pushes up, NOT pushes down.", lambda: (20, -10)
)
not_gate.mistake(
    "Your neuron never fires. At x = 0 the bias stands alone: it must be positive there.",
    lambda: (-20, -10),
)
not_gate.mistake(
    "Your neuron always fires. At x = 1 the sum is w + b: the weight must be negative, and "
    "larger in size than the bias.",
    lambda: (20, 10),
)


@exercise(
    stars=1,
    cases=_once,
    judge=judge_gate(2, (0, 0, 1, 0)),
    seen_as=_table_of(2),
    hints=[
        "One weight should be positive, one negative. Which?",
        "At (0, 0) the sum is b, at (1, 1) it is w1 + w2 + b: both must be clearly negative.",
        "Start from w = [20, -20] and look for b: z must be positive at (1, 0) only.",
    ],
    lesson="A negative weight forbids: x2 = 1 cancels what x1 brings.",
)
def x1_and_not_x2():
    """w and b of a neuron that fires for x = (1, 0) and for nothing else."""
    w = [20, -20]
    b = -10
    return w, b


x1_and_not_x2.mistake(
    "Your neuron fires for x = (0, 1) alone: that is x2 AND NOT x1. Which input should push z up?",
    lambda: ([-20, 20], -10),
)
x1_and_not_x2.mistake(
    "Your neuron follows x1 whatever x2 is. Give x2 a weight that cancels x1's.",
    lambda: ([20, 0], -10),
)
x1_and_not_x2.mistake(
    "Your neuron is silent only at (0, 1). At (0, 0) nothing but b is left, and the output "
    "there should be 0: make b negative.",
    lambda: ([20, -20], 10),
)
x1_and_not_x2.mistake(
    "That is OR: a positive weight asks for x2, and you want x2 to be absent.",
    lambda: ([20, 20], -10),
)
x1_and_not_x2.mistake(
    "That is AND: it fires if x2 is there, and should fire if x2 is not. Change the sign "
    "of x2's weight, then look at b again.",
    lambda: ([20, 20], -30),
)
x1_and_not_x2.mistake(
    "Your neuron never fires: even at (1, 0) the sum w1 + b is negative. Make b less so.",
    lambda: ([20, -20], -30),
)


def _lines(rng):
    drawn = [(rng.normal(size=n), float(rng.normal()), rng.normal(size=n)) for n in (2, 2, 3, 4)]
    w = np.array([3.0, 4.0])
    fixed = [(-5.0, [2.0, 1.0]), (-5.0, [0.0, 0.0]), (-5.0, [-3.0, 1.0]), (10.0, [0.0, 0.0])]
    return [*((w, b, np.array(x)) for b, x in fixed), *drawn]


@exercise(
    stars=2,
    cases=_lines,
    judge=agrees_with(
        lambda w, b, x: (sum(w * x) + b) / np.linalg.norm(w),
        "That is not the signed distance from the line.",
    ),
    hints=[
        "z grows as you walk along w, and it is 0 on the line. By how much does it grow per step "
        "of length 1?",
        "A step of length 1 along w is w/|w|; it changes z by w·w/|w| = |w|.",
        "So the distance is z / |w|; `np.linalg.norm(w)` is the length |w|.",
    ],
    lesson="z is a distance in units of 1/|w|: large weights make a sure neuron, not another line.",
)
def distance_to_line(w, b, x):
    """The signed distance of the point x from the line w·x + b = 0."""
    return (w @ x + b) / np.linalg.norm(w)


distance_to_line.mistake(
    "That is z itself. With ten times the weights z is ten times as large, and the line "
    "has not moved: divide by the length of w.",
    lambda w, b, x: w @ x + b,
)
distance_to_line.mistake(
    "You divided by |w|², w·w. The length of w is the square root of that.",
    lambda w, b, x: (w @ x + b) / (w @ w),
)
distance_to_line.mistake(
    "You left out b: your line always goes through the origin.",
    lambda w, b, x: w @ x / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "The size is right and the sign is lost: points where the neuron is silent should get "
    "a negative distance. Leave out the absolute value.",
    lambda w, b, x: abs(w @ x + b) / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "You divided by |w1| + |w2|. The length of an arrow follows Pythagoras: the root of "
    "the sum of squares.",
    lambda w, b, x: (w @ x + b) / np.abs(w).sum(),
)
distance_to_line.mistake(
    "Only b was divided: `/` comes before `+`. Put w·x + b in brackets.",
    lambda w, b, x: w @ x + b / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "Only w·x was divided: `/` comes before `+`. Put w·x + b in brackets.",
    lambda w, b, x: w @ x / np.sqrt(w @ w) + b,
)
distance_to_line.mistake(
    "b is added to w·x, and you subtract it.", lambda w, b, x: (w @ x - b) / np.sqrt(w @ w)
)
distance_to_line.mistake(
    "The sign is turned round: the distance is positive where z is positive.",
    lambda w, b, x: -(w @ x + b) / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "`len(w)` counts the entries of w. The length of the arrow is the root of w·w.",
    lambda w, b, x: (w @ x + b) / len(w),
)
distance_to_line.mistake(
    "`abs(w)` takes the size of each entry on its own. The length of the arrow is one "
    "number, the root of w·w.",
    lambda w, b, x: (w @ x + b) / abs(w),
)
distance_to_line.mistake(
    "Right for two inputs, wrong for three: `w @ x` adds up as many products as there are.",
    lambda w, b, x: (w[0] * x[0] + w[1] * x[1] + b) / np.sqrt(w[0] ** 2 + w[1] ** 2),
)


@exercise(
    stars=2,
    cases=_once,
    judge=judge_gate(3, (0, 0, 0, 1, 0, 1, 1, 1)),
    seen_as=_table_of(3),
    hints=[
        "No voter is special: all three weights are equal. Only the threshold is left to find.",
        "With weights of 20 the sum is 20 for one vote and 40 for two. Where must it be cut?",
        "Half-way: the sum plus b should be -10 for one vote and +10 for two.",
    ],
    lesson="One neuron counts votes: OR, majority and AND differ in the bias alone.",
)
def majority():
    """w (three weights) and b of a neuron that fires when at least two inputs are 1."""
    w = [20, 20, 20]
    b = -30
    return w, b


majority.mistake(
    "The threshold is right for OR: one active input should not be enough.",
    lambda: ([20, 20, 20], -10),
)
majority.mistake(
    "The threshold is right for AND: two active inputs should be enough.",
    lambda: ([20, 20, 20], -50),
)
majority.mistake(
    "Your neuron is the AND of x1 and x2: every vote counts the same, so all three "
    "weights should be equal.",
    lambda: ([20, 20, 0], -30),
)
majority.mistake(
    "Your neuron fires when most inputs are 0: reverse all signs, of weights and bias.",
    lambda: ([-20, -20, -20], 30),
)
majority.mistake(
    "Your neuron never fires, not even for (1, 1, 1): b is too negative.",
    lambda: ([20, 20, 20], -70),
)
majority.mistake(
    "Your neuron always fires, even for (0, 0, 0), where z is b.", lambda: ([20, 20, 20], 30)
)


def _all_pairs(rng):
    return [tuple(map(int, pair)) for pair in rng.permutation(inputs(2))]


def _bits(value):
    if isinstance(value, np.ndarray):
        return numbers(value, (2,), "What you return")
    return np.array([numbers(part, (), "Each bit") for part in parts(value, ("total", "carry"))])


def _judge_adder(cases, values):
    for (x1, x2), value in zip(cases, values, strict=True):
        total, carry = _bits(value)
        if abs(total - (x1 ^ x2)) > 0.1 or abs(carry - (x1 & x2)) > 0.1:
            return (
                f"In binary, {x1} + {x2} is {x1 + x2:02b}: a carry of {x1 & x2} and a total of "
                f"{x1 ^ x2}. You returned total {total:.4g} and carry {carry:.4g}."
            )
    return CORRECT


@exercise(
    stars=1,
    cases=_all_pairs,
    judge=_judge_adder,
    seen_as=lambda value: np.round(_bits(value)),
    hints=[
        "Write the four sums in binary: 00, 01, 01, 10. Read the right column, then the left one.",
        "The left column is a gate you know; so is the right one.",
        "The total is XOR, the carry is AND.",
    ],
    lesson="XOR and AND are enough to add two bits, and gates can be neurons.",
)
def half_adder(x1, x2):
    """Total and carry of the binary sum x1 + x2."""
    carry = sigmoid(20 * x1 + 20 * x2 - 30)
    either = sigmoid(20 * x1 + 20 * x2 - 10)
    total = sigmoid(20 * either - 20 * carry - 10)
    return total, carry


half_adder.mistake(
    "Both bits are right, in the wrong order: return total, then carry.",
    lambda x1, x2: (x1 & x2, x1 ^ x2),
)
half_adder.mistake(
    "Your total is OR. 1 + 1 is 10 in binary: there the total bit is 0, the 1 is carried.",
    lambda x1, x2: (x1 | x2, x1 & x2),
)
half_adder.mistake(
    "You carry as soon as one input is 1; a carry needs both. Which gate is it?",
    lambda x1, x2: (x1 ^ x2, x1 | x2),
)
half_adder.mistake(
    "1 + 1 gives a total of 2, which is no bit: it is 1 if exactly one input is.",
    lambda x1, x2: (x1 + x2, x1 & x2),
)


@exercise(
    stars=3,
    cases=_once,
    judge=judge_network((0, 1, 1, 0)),
    seen_as=network_tables,
    hints=[
        "Three neurons. Decide first what the two hidden ones should compute; the text has a pair.",
        "With OR and NAND hidden: column 0 of W1 and b1[0] are OR's weights and bias, column 1 and "
        "b1[1] are NAND's.",
        "w2 and b2 are the weights and the bias of an AND whose inputs are the hidden outputs.",
    ],
    lesson="Nine numbers that no single neuron can replace: a hidden layer made XOR possible.",
)
def xor_network():
    """The network σ(σ(x W1 + b1)·w2 + b2) that computes XOR: W1 (2, 2), b1 and w2 (2,), b2."""
    W1 = [[20, -20], [20, -20]]
    b1 = [-10, 30]
    w2 = [20, 20]
    b2 = -30
    return W1, b1, w2, b2


xor_network.mistake(
    "Your hidden neurons are OR and NAND, as they may be. One of them is always on, and "
    "your output neuron is content with one; it should want both.",
    lambda: ([[20, -20], [20, -20]], [-10, 30], [20, 20], -10),
)
xor_network.mistake(TRANSPOSED, lambda: ([[20, 20], [-20, -20]], [-10, 30], [20, 20], -30))
xor_network.mistake(
    "That is XNOR, right everywhere but upside down: reverse the signs of w2 and b2.",
    lambda: ([[20, -20], [20, -20]], [-10, 30], [-20, -20], 30),
)
xor_network.mistake(
    "Your network is OR: at (1, 1) nothing holds it back. Your second hidden neuron "
    "notices that both inputs are 1; the output must listen to it.",
    lambda: ([[20, -20], [20, -20]], [-10, 30], [20, 0], -10),
)
xor_network.mistake(
    "Your hidden neurons are OR and NOR, and the output asks for both: they cannot be true "
    "together. The second one should say that not both inputs are 1.",
    lambda: ([[20, -20], [20, -20]], [-10, 10], [20, 20], -30),
)


def _steps(rng):
    points = [
        (np.zeros(2), 0.0, np.array([1.0, 1.0]), 0.5),  # z = 0
        (np.array([1.0, 1.0, -5.0]), 1.0, np.ones(3), 0.5),  # the third input decides
    ]
    for n in (2, 3, 4):
        w, x, eta = rng.normal(size=n), rng.normal(size=n), float(rng.uniform(0.1, 0.9))
        points.append((w, float(rng.normal()), x, eta))
        points.append((w, -1.5 * float(w @ x), x, eta))  # the bias decides
    return [(w, b, x, y, eta) for w, b, x, eta in points for y in (1, -1)]


def _judge_step(cases, values):
    for case, value in zip(cases, values, strict=True):
        w, b, x, y, eta = case
        new_w, new_b = parts(value, ("new_w", "new_b"))
        new_w, new_b = numbers(new_w, w.shape, "The new w"), numbers(new_b, (), "The new b")
        here = f"For (w, b, x, y, eta) = {describe_call(case)}"
        fires = sum(w * x) + b >= 0
        if fires == (y == 1):
            if not (same(new_w, w) and same(new_b, b)):
                return f"{here} the neuron answers y already, and you changed w or b all the same."
        elif not same(new_w, w + eta * y * x):
            if same(new_w, w):
                return f"{here} the neuron does not answer y, and you left w as it was."
            return f"{here} w should move by η y x; yours moved by something else."
        elif not same(new_b, b + eta * y):
            return f"{here} w is right. b should move by η y; yours moved by something else."
    return CORRECT


@exercise(
    stars=2,
    cases=_steps,
    judge=_judge_step,
    hints=[
        "First find what the neuron answers: `sign(w @ x + b)`. If that is y, return w and b.",
        "After a mistake, move w towards x if y is +1, away from x if y is -1: both are η y x.",
        "The bias is the weight of an input that is always 1: put x = 1 into the same rule.",
    ],
    lesson="After the step z has moved towards y: by η y (x·x + 1).",
)
def perceptron_step(w, b, x, y, eta):
    """One step of the perceptron rule for a label y of -1 or +1; returns the new w and b."""
    if sign(w @ x + b) == y:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake(
    "Your step has the wrong sign: after it the neuron is even surer of its mistake."
)
def _away_from_y(w, b, x, y, eta):
    if sign(w @ x + b) == y:
        return w, b
    return w - eta * y * x, b - eta * y


@perceptron_step.mistake(
    "The weights are right, but the bias never moves: it is the weight of a constant "
    "input 1, so it moves by η y."
)
def _bias_stays(w, b, x, y, eta):
    if sign(w @ x + b) == y:
        return w, b
    return w + eta * y * x, b


perceptron_step.mistake(
    "You also move after a right answer. The perceptron learns from its mistakes only.",
    lambda w, b, x, y, eta: (w + eta * y * x, b + eta * y),
)


@perceptron_step.mistake(
    "With labels -1 and +1 the difference y - ŷ is -2 or +2: your step is twice as long as η y x."
)
def _twice_as_far(w, b, x, y, eta):
    error = y - sign(w @ x + b)
    return w + eta * error * x, b + eta * error


@perceptron_step.mistake(
    "That is (1.9) with `step`, for labels 0 and 1. Here the labels are -1 and +1: ask "
    "whether `sign` gives y, and after a mistake move by η y x."
)
def _error_of_step(w, b, x, y, eta):
    error = y - step(w @ x + b)
    return w + eta * error * x, b + eta * error


@perceptron_step.mistake("You left out y: for a label of -1 the step must go the other way.")
def _without_y(w, b, x, y, eta):
    if sign(w @ x + b) == y:
        return w, b
    return w + eta * x, b + eta


@perceptron_step.mistake("You left out η, the learning rate.")
def _without_eta(w, b, x, y, eta):
    if sign(w @ x + b) == y:
        return w, b
    return w + y * x, b + y


@perceptron_step.mistake(
    "You ask for the sign of w·x alone. The neuron's answer depends on b too: w·x + b."
)
def _bias_not_asked(w, b, x, y, eta):
    if sign(w @ x) == y:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake(
    "`step` answers 0 or 1, and the labels here are -1 and +1: a silent neuron is never "
    "right for you. Use `sign`."
)
def _step_not_sign(w, b, x, y, eta):
    if step(w @ x + b) == y:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake(
    "At z = 0 the perceptron answers +1, and you treat that as a mistake when y is +1. "
    "Note that `np.sign(0)` is 0, and that y z <= 0 is true there whatever y is."
)
def _numpy_sign(w, b, x, y, eta):
    if np.sign(w @ x + b) == y:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake("`w += …` changes the array of the caller. Make a new one: `w + …`.")
def _in_place(w, b, x, y, eta):
    if sign(w @ x + b) != y:
        w += eta * y * x
        b += eta * y
    return w, b
