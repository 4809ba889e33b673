"""Gates and XOR.

The exercises of notebook 01.
"""

from itertools import product

import numpy as np

from course_lib.activations import sigmoid, sign, step
from course_lib.exercises.engine.answers import describe, describe_call, same
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


_is_not = judge_gate(1, (1, 0))


def _not_seen(value):
    """The table of a neuron with one input, and whether w and b are exchanged in it."""
    table = _table_of(1)(value)
    return table, _is_not([()], [tuple(value)[::-1]]) is CORRECT


@exercise(
    stars=1,
    cases=_once,
    judge=_is_not,
    seen_as=_not_seen,
    hints=[
        "At x = 0 the weight does not count. Which sign must b have for an output near 1?",
        "At x = 1 the sum is w + b, and it must be clearly negative.",
        "Try b = 10. How negative must w be, so that w + b is about -10?",
    ],
    lesson="The bias makes the neuron fire by itself, and the weight silences it when x is 1.",
)
def not_gate():
    """w and b of a neuron with one input that computes NOT."""
    w = -20
    b = 10
    return w, b


not_gate.mistake(
    "Your neuron copies its input, because a positive weight pushes z up when x is 1. NOT needs a "
    "weight that pushes z down, and a bias that makes it fire at x = 0.",
    lambda: (20, -10),
)
not_gate.mistake(
    "With w and b exchanged your neuron would be right. The weight comes first: `return w, b`.",
    lambda: (10, -20),
)
not_gate.mistake(
    "Your neuron never fires. At x = 0 the bias stands alone, so the second number that you "
    "return, b, must be positive.",
    lambda: (-20, -10),
)
not_gate.mistake(
    "Your neuron always fires. At x = 1 the sum is w + b: the weight must be negative, and "
    "larger in size than the bias.",
    lambda: (20, 10),
)
not_gate.mistake(
    "NOT has one input, so there is one weight: let w be a single number.",
    lambda: ([-20, -20], 10),
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
    lesson="A negative weight forbids: when x2 is 1, it cancels what x1 brings.",
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
    "Your neuron follows x1 whatever x2 is. Give x2 a negative weight, large enough to cancel "
    "what x1 brings.",
    lambda: ([20, 0], -10),
)
x1_and_not_x2.mistake(
    "Your neuron follows x2 whatever x1 is. It is x1 that should make it fire, and x2 that should "
    "keep it silent.",
    lambda: ([0, 20], -10),
)
x1_and_not_x2.mistake(
    "Your neuron is silent only at (0, 1). At (0, 0) nothing but b is left, and the output "
    "there should be 0: make b negative.",
    lambda: ([20, -20], 10),
)
x1_and_not_x2.mistake(
    "Your neuron is silent at (1, 0) and fires everywhere else, the exact opposite of what is "
    "asked. Reverse all signs, of both weights and of b.",
    lambda: ([-20, 20], 10),
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
    "That is NOR: your neuron fires at (0, 0), where nothing but b is left, and nowhere else. "
    "Make b negative, and let x1 lift the sum above 0.",
    lambda: ([-20, -20], 10),
)
x1_and_not_x2.mistake(
    "That is NAND: your neuron is silent at (1, 1) only. It should be silent at (0, 0) as well, "
    "where nothing but b is left: b must be negative.",
    lambda: ([-20, -20], 30),
)
x1_and_not_x2.mistake(
    "That is NOT x2: your neuron does not listen to x1, and fires at (0, 0) too. Make b negative, "
    "and let x1 lift the sum above 0.",
    lambda: ([0, -20], 10),
)
x1_and_not_x2.mistake(
    "That is NOT x1: the weight of x1 pushes z down, and x2 has no say. It is x1 that should "
    "make your neuron fire, and x2 that should keep it silent.",
    lambda: ([-20, 0], 10),
)
x1_and_not_x2.mistake(
    "Your neuron never fires: even at (1, 0) the sum w1 + b is negative. There w1 must be larger "
    "than what b takes away.",
    lambda: ([20, -20], -30),
)
x1_and_not_x2.mistake(
    "Your neuron always fires, even at (0, 0), where nothing but b is left: b must be negative.",
    lambda: ([20, -20], 30),
)
x1_and_not_x2.mistake(
    "Your w has three entries, and there are two inputs. If the third is the bias, it does not "
    "belong to w: return it as b, on its own.",
    lambda: ([20, -20, -10], 0),
)
x1_and_not_x2.mistake(
    "There are two inputs, so w is a list of two weights: `[…, …]`. Yours is a single number.",
    lambda: (20 - 20, -10),
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
    "You divided by |w|², that is by w·w. The length of w is the square root of that.",
    lambda w, b, x: (w @ x + b) / (w @ w),
)
distance_to_line.mistake(
    "You multiplied by the length of w. Larger weights enlarge z, not the distance: divide.",
    lambda w, b, x: (w @ x + b) * np.sqrt(w @ w),
)
distance_to_line.mistake(
    "You left out b, so your line always goes through the origin.",
    lambda w, b, x: w @ x / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "That is the distance of the origin from the line: x does not count in it. Put w·x + b in "
    "place of b alone.",
    lambda w, b, x: b / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "The size is right and the sign is lost: points where the neuron is silent should get "
    "a negative distance. Leave out the absolute value.",
    lambda w, b, x: abs(w @ x + b) / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "You divided by |w1| + |w2| + …. The length of an arrow follows Pythagoras: it is the root of "
    "the sum of the squares.",
    lambda w, b, x: (w @ x + b) / np.abs(w).sum(),
)
distance_to_line.mistake(
    "You divided by the sum of the weights. The length of an arrow follows Pythagoras: square "
    "each weight, add up, take the root.",
    lambda w, b, x: (w @ x + b) / w.sum(),
)
distance_to_line.mistake(
    "Only b was divided, because `/` comes before `+`. Put w·x + b in brackets.",
    lambda w, b, x: w @ x + b / np.sqrt(w @ w),
)
distance_to_line.mistake(
    "Only w·x was divided, because `/` comes before `+`. Put w·x + b in brackets.",
    lambda w, b, x: w @ x / np.sqrt(w @ w) + b,
)
distance_to_line.mistake(
    "You subtract b, but z is w·x plus b.", lambda w, b, x: (w @ x - b) / np.sqrt(w @ w)
)
distance_to_line.mistake(
    "The sign is reversed: the distance should be positive where z is positive, on the side to "
    "which w points.",
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
    "You divided by w itself, entry by entry. The length of the arrow w is one number, the root "
    "of w·w.",
    lambda w, b, x: (w @ x + b) / w,
)
distance_to_line.mistake(
    "You divided by the length of x. The point may lie anywhere: it is the length of w by which z "
    "is too large.",
    lambda w, b, x: (w @ x + b) / np.linalg.norm(x),
)
distance_to_line.mistake(
    "You divided by the length of x as well. Dividing by the length of w is enough.",
    lambda w, b, x: (w @ x + b) / (np.linalg.norm(w) * np.linalg.norm(x)),
)
distance_to_line.mistake(
    "Your length counts b as one more entry of w. But b only shifts the line: the arrow w has no "
    "other entries than its weights.",
    lambda w, b, x: (w @ x + b) / np.sqrt(w @ w + b**2),
)
distance_to_line.mistake(
    "You put z through the sigmoid before you divided. A distance needs z itself, the sum before "
    "the activation.",
    lambda w, b, x: sigmoid(w @ x + b) / np.linalg.norm(w),
)
distance_to_line.mistake(
    "That is what the neuron answers at x, after the sigmoid. A distance needs z itself, divided "
    "by the length of w.",
    lambda w, b, x: sigmoid(w @ x + b),
)
distance_to_line.mistake(
    "That only says on which side of the line x lies. How far is it from there to the line?",
    lambda w, b, x: sign(w @ x + b),
)
distance_to_line.mistake(
    "That is the distance of x from the origin. It should be the distance from the line "
    "w·x + b = 0, so w and b must count.",
    lambda w, b, x: np.linalg.norm(x),
)
distance_to_line.mistake(
    "You measure to the point where the line meets the first axis. The distance from a line is "
    "measured at a right angle to it, and here it has a sign.",
    lambda w, b, x: np.linalg.norm(x - np.array([-b / w[0], 0])),
)
distance_to_line.mistake(
    "This is right for two inputs and wrong for three or more: `w @ x` adds up as many products as "
    "there are.",
    lambda w, b, x: (w[0] * x[0] + w[1] * x[1] + b) / np.sqrt(w[0] ** 2 + w[1] ** 2),
)
distance_to_line.mistake(
    "Your length of w is right for two weights, but leaves out the third and all that follow: "
    "`np.linalg.norm(w)` takes them all.",
    lambda w, b, x: (w @ x + b) / np.sqrt(w[0] ** 2 + w[1] ** 2),
)


_is_majority = judge_gate(3, (0, 0, 0, 1, 0, 1, 1, 1))


def _judge_majority(cases, values):
    verdict = _is_majority(cases, values)
    for value in values if verdict is not CORRECT else ():
        table = _table_of(3)(value)
        for voters in (inputs(3)[[4, 2, 1]], inputs(3)[[3, 5, 6]]):
            answers = [table[np.flatnonzero((inputs(3) == x).all(axis=1))[0]] for x in voters]
            if len(set(answers)) > 1:
                (x, a), *others = zip(voters.astype(int).tolist(), answers, strict=True)
                y, b = next((y, b) for y, b in others if b != a)
                return (
                    f"{verdict} Your neuron does not count every vote alike: rounded, its output "
                    f"is {a:g} for {tuple(x)}, and {b:g} for {tuple(y)}. No voter is special, so "
                    f"all three weights should be equal."
                )
    return verdict


@exercise(
    stars=2,
    cases=_once,
    judge=_judge_majority,
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
    "Your threshold is right for OR: one input that is 1 is enough for your neuron, and it should "
    "not be.",
    lambda: ([20, 20, 20], -10),
)
majority.mistake(
    "Your threshold is right for AND: your neuron waits for all three inputs, and two should be "
    "enough.",
    lambda: ([20, 20, 20], -50),
)
majority.mistake(
    "Your neuron fires when most inputs are 0. Reverse all signs, those of the weights and of b.",
    lambda: ([-20, -20, -20], 30),
)
majority.mistake(
    "Your neuron never fires, not even for (1, 1, 1): there w1 + w2 + w3 + b must be positive.",
    lambda: ([20, 20, 20], -70),
)
majority.mistake(
    "Your neuron always fires, even for (0, 0, 0), where only b is left: b must be negative.",
    lambda: ([20, 20, 20], 30),
)
majority.mistake(
    "That is NOR of three inputs: your neuron fires only if nobody votes. Votes should push z up, "
    "so the weights must be positive, and b negative.",
    lambda: ([-20, -20, -20], 10),
)
majority.mistake(
    "That is NAND of three inputs: your neuron is silent only if all three vote. Votes should push "
    "z up, so the weights must be positive, and b negative.",
    lambda: ([-20, -20, -20], 50),
)
majority.mistake(
    "w should be 3 numbers in a row, shape (3,), and yours is 2 numbers in a row. There are three "
    "inputs, and each needs a weight.",
    lambda: ([20, 20], -30),
)
majority.mistake(
    "There are three inputs, so w is a list of three weights: `[…, …, …]`. Yours is a single "
    "number.",
    lambda: (20, -30),
)
majority.mistake(
    "Your w has four entries, and there are three inputs. If the fourth is the bias, it does not "
    "belong to w: return it as b, on its own.",
    lambda: ([20, 20, 20, -30], 0),
)


def _all_pairs(rng):
    return [tuple(map(int, pair)) for pair in rng.permutation(inputs(2))]


def _bits(value):
    if isinstance(value, np.ndarray):
        return numbers(value, (2,), "What you return")
    return np.array([numbers(part, (), "Each bit") for part in parts(value, ("total", "carry"))])


def _judge_adder(cases, values):
    bits = np.array([_bits(value) for value in values])
    sums = np.array([(x1 ^ x2, x1 & x2) for x1, x2 in cases])
    for (x1, x2), (total, carry), right in zip(cases, bits, sums, strict=True):
        if np.abs(np.subtract((total, carry), right)).max() <= 0.1:
            continue
        text = (
            f"In binary, {x1} + {x2} is {x1 + x2:02b}: a carry of {right[1]} and a total of "
            f"{right[0]}. You returned total {total:.4g} and carry {carry:.4g}."
        )
        if np.array_equal(np.round(bits), sums):
            return f"{text} Rounded, all bits are right: larger weights make your gates sure."
        for i, name in enumerate(("total", "carry")):
            if np.abs(bits[:, i] - sums[:, i]).max() <= 0.1:
                return f"Your {name} is right for all inputs, the other bit is not. {text}"
        return text
    return CORRECT


@exercise(
    stars=1,
    cases=_all_pairs,
    judge=_judge_adder,
    seen_as=lambda value: np.round(2 * _bits(value)) / 2,  # halves: a carry may be 1 / 2
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
    "Both bits are right, in the wrong order: return the total first, then the carry.",
    lambda x1, x2: (x1 & x2, x1 ^ x2),
)
half_adder.mistake(
    "Your total is OR. 1 + 1 is 10 in binary: there the total is 0, and the 1 is carried.",
    lambda x1, x2: (x1 | x2, x1 & x2),
)
half_adder.mistake(
    "You carry as soon as one input is 1, but a carry needs both. Which gate is it?",
    lambda x1, x2: (x1 ^ x2, x1 | x2),
)
half_adder.mistake(
    "Your total for 1 + 1 is 2, which is no bit. The total is 1 if exactly one input is 1.",
    lambda x1, x2: (x1 + x2, x1 & x2),
)
half_adder.mistake(
    "For 1 + 1 you return a total of 2 and carry nothing, as one does with decimal digits. In "
    "binary the digits are 0 and 1 only: 2 is written 10.",
    lambda x1, x2: (x1 + x2, 0),
)
half_adder.mistake(
    "Your total is the difference of the inputs, so 0 + 1 gives -1, which is no bit. The total "
    "should be 1 if exactly one input is 1, whichever it is.",
    lambda x1, x2: (x1 - x2, x1 & x2),
)
half_adder.mistake(
    "Your total is XNOR: it is 1 where the inputs are equal. It should be 1 where they differ.",
    lambda x1, x2: (1 - (x1 ^ x2), x1 & x2),
)
half_adder.mistake(
    "Your total is NAND, so 0 + 0 gives a total of 1. The total should be 1 if exactly one input "
    "is 1.",
    lambda x1, x2: (1 - (x1 & x2), x1 & x2),
)
half_adder.mistake(
    "Your total is right, and your carry is half of the sum, so 0 + 1 carries 0.5, which is no "
    "bit. `//` drops what is left over, `/` does not.",
    lambda x1, x2: (x1 ^ x2, (x1 + x2) / 2),
)
half_adder.mistake(
    "Your total is right, and your carry is reversed: it is NAND, and a carry is 1 where both "
    "inputs are.",
    lambda x1, x2: (x1 ^ x2, 1 - (x1 & x2)),
)
half_adder.mistake(
    "Your total is right, but your carry is 1 whenever the total is. For 0 + 1 there is nothing "
    "to carry: a carry needs both inputs.",
    lambda x1, x2: (x1 ^ x2, x1 ^ x2),
)
half_adder.mistake(
    "Your total is right, but you never carry. 1 + 1 is 10 in binary: the 1 is the carry.",
    lambda x1, x2: (x1 ^ x2, 0),
)
half_adder.mistake(
    "Your total is right. Your carry looks like one input AND the total; it should be computed "
    "from the two inputs, x1 and x2, as they came.",
    lambda x1, x2: (x1 ^ x2, x1 & (x1 ^ x2)),
)
half_adder.mistake(
    "Your total is right. Your carry looks like x2 AND the total: was x1 overwritten by the total "
    "before the carry was computed?",
    lambda x1, x2: (x1 ^ x2, x2 & (x1 ^ x2)),
)


XOR = (0, 1, 1, 0)
XNOR = "That is XNOR, right everywhere but upside down: reverse the signs of w2 and b2."
BIASES = "With the signs of {} reversed your network would be right. A bias is minus the threshold."
WOULD_BE = {
    "Your design is right, but its neurons are too unsure of themselves: multiply all nine numbers "
    "by 10.": lambda W1, b1, w2, b2: (10 * W1, 10 * b1, 10 * w2, 10 * b2),
    TRANSPOSED: lambda W1, b1, w2, b2: (W1.T, b1, w2, b2),
    XNOR: lambda W1, b1, w2, b2: (W1, b1, -w2, -b2),
    "With b1 and w2 exchanged your network would be right: end with `return W1, b1, w2, b2`.": (
        lambda W1, b1, w2, b2: (W1, w2, b1, b2)
    ),
    "With the two numbers of b1 exchanged your network would be right: the first belongs to "
    "column 0 of W1, the second to column 1.": lambda W1, b1, w2, b2: (W1, b1[::-1], w2, b2),
    BIASES.format("b1 and b2"): lambda W1, b1, w2, b2: (W1, -b1, w2, -b2),
    BIASES.format("b1"): lambda W1, b1, w2, b2: (W1, -b1, w2, b2),
    BIASES.format("b2"): lambda W1, b1, w2, b2: (W1, b1, w2, -b2),
}
_is_xor = judge_network(XOR)


def _would_be(value):
    """For each sentence of WOULD_BE, whether that change would make the network right."""
    W1, b1, w2, b2 = (np.array(part, dtype=float) for part in value)
    changed = [change(W1.reshape(2, 2), b1.ravel(), w2.ravel(), b2) for change in WOULD_BE.values()]
    return [_is_xor([()], [network]) is CORRECT for network in changed]


def _network_seen(value):
    return network_tables(value), _would_be(value)


def _judge_xor(cases, values):
    verdict = _is_xor(cases, values)
    if verdict is CORRECT:
        return verdict
    value = next(value for value in values if _is_xor(cases, [value]) is not CORRECT)
    tables, would_be = _network_seen(value)
    if np.array_equal(tables[2], XOR):
        return verdict
    if any(would_be):
        return list(WOULD_BE)[would_be.index(True)]
    return f"{verdict} {_about_hidden(tables[:2].T)}"


def _about_hidden(h):
    """What the answers (4, 2) of the hidden neurons to 00, 01, 10 and 11 make possible."""
    if (h == 0.5).any():
        return "An answer of 0.5 is neither yes nor no: change that neuron's bias."
    points = [tuple(point) for point in h.astype(int).tolist()]
    if any(
        np.array_equal(h @ (w1, w2) + b > 0, XOR)
        for w1, w2, b in product((-1, 0, 1), (-1, 0, 1), (-1.5, -0.5, 0.5, 1.5))
    ):
        wanted = " or ".join(str(p) for p in dict.fromkeys(points[1:3]))
        return (
            f"Your hidden neurons are good enough, so only w2 and b2 need another look: the output "
            f"neuron should fire where (h1, h2) is {wanted}, and be silent elsewhere."
        )
    for i in (1, 2):
        for k in (0, 3):
            if points[i] == points[k]:
                return (
                    f"To {i:02b} and to {k:02b} the hidden neurons give the same answers, "
                    f"{points[i]}, and XOR does not, so no output neuron can tell them apart. "
                    f"Change a hidden neuron first."
                )
    return (
        "Your hidden neurons only copy or reverse the inputs, so the output neuron would have to "
        "compute XOR alone. Let a hidden neuron compute a gate of both inputs."
    )


@exercise(
    stars=3,
    cases=_once,
    judge=_judge_xor,
    seen_as=_network_seen,
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
    "Your hidden neurons are OR and NAND, as they may be. One of them is always on, and your "
    "output neuron fires as soon as one is; it should wait for both.",
    lambda: ([[20, -20], [20, -20]], [-10, 30], [20, 20], -10),
)
xor_network.mistake(TRANSPOSED, lambda: ([[20, 20], [-20, -20]], [-10, 30], [20, 20], -30))
xor_network.mistake(XNOR, lambda: ([[20, -20], [20, -20]], [-10, 30], [-20, -20], 30))
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
xor_network.mistake(
    "Your hidden neurons are OR and AND, and they may be: XOR is OR without AND. So the second "
    "one should hold the output back, which takes a negative weight in w2.",
    lambda: ([[20, 20], [20, 20]], [-10, -30], [20, 20], -30),
)
xor_network.mistake(
    "Your hidden neurons find (1, 0) and (0, 1), which is a good idea. But they never fire "
    "together, and your output neuron waits for both; one should be enough.",
    lambda: ([[20, -20], [-20, 20]], [-10, -10], [20, 20], -30),
)
xor_network.mistake(
    "W1 should be a list of two rows, one for each input, with two weights in each: "
    "`[[…, …], […, …]]`. Yours is one flat list of four numbers.",
    lambda: ([20, 20, -10, -10], [-10, 14], [20, 20], -30),
)
xor_network.mistake(
    "Your W1 has one column, so there is one hidden neuron. That is not enough for XOR: give W1 "
    "two columns, one for each of two hidden neurons.",
    lambda: ([[20], [20]], [-10], [20], -10),
)
xor_network.mistake(
    "W1 should be a list of two rows, one for each input, with two weights in each: "
    "`[[…, …], […, …]]`. Yours is a list of two numbers.",
    lambda: ([20, 20], -10, 20, -10),
)
xor_network.mistake(
    "There are two hidden neurons, each with a bias of its own: b1 is a list of two numbers. "
    "Yours is a single number.",
    lambda: ([[20, -20], [20, -20]], -10, [20, 20], -30),
)
xor_network.mistake(
    "The output neuron hears two hidden neurons, so w2 is a list of two weights. Yours is a "
    "single number.",
    lambda: ([[20, -20], [20, -20]], [-10, 30], 20, -30),
)
xor_network.mistake(
    "There is one output neuron, so b2 is a single number. Yours is a list of two.",
    lambda: ([[20, -20], [20, -20]], [-10, 30], [20, 20], [-10, -30]),
)


def _steps(rng):
    points = [
        (np.zeros(2), 0.0, np.array([1.0, 2.0]), 0.5),  # z = 0
        (np.array([1.0, 1.0, -5.0]), 1.0, np.ones(3), 0.25),  # the third input; one step of two
    ]
    for n in (2, 3, 4):
        w, x, eta = rng.normal(size=n), rng.normal(size=n), float(rng.uniform(0.1, 0.9))
        points.append((w, float(rng.normal()), x, eta))
        points.append((w, -1.5 * float(w @ x), x, eta))  # the bias decides
    return [(w, b, x, y, eta) for w, b, x, eta in points for y in (-1, 1)]


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
            return (
                f"{here} the neuron does not answer y, so w should move by η y x, which is "
                f"{describe(eta * y * x)}. Yours moved by {describe(new_w - w)}."
            )
        elif not same(new_b, b + eta * y):
            return (
                f"{here} w is right, and b should move by η y, which is {eta * y:.4g}. Yours moved "
                f"by {new_b - b:.4g}."
            )
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
    lesson="After such a step z has moved towards y, by η y (x·x + 1).",
)
def perceptron_step(w, b, x, y, eta):
    """One step of the perceptron rule for a label y of -1 or +1; returns the new w and b."""
    if sign(w @ x + b) == y:
        return w, b
    return w + eta * y * x, b + eta * y


def _moved(w, b, x, y, step_of_w, step_of_b):
    """w and b, after these steps if the neuron does not answer y."""
    return (w, b) if sign(w @ x + b) == y else (w + step_of_w, b + step_of_b)


perceptron_step.mistake(
    "You also move after a right answer. The perceptron learns from its mistakes only.",
    lambda w, b, x, y, eta: (w + eta * y * x, b + eta * y),
)
perceptron_step.mistake(
    "Your step has the wrong sign: after it the neuron is even surer of its mistake.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, -eta * y * x, -eta * y),
)
perceptron_step.mistake(
    "The weights are right, but the bias never moves. It is the weight of a constant "
    "input 1, so it moves by η y.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y * x, 0),
)
perceptron_step.mistake(
    "The bias is right, but the weights never move. After a mistake add η y x to them.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, 0 * x, eta * y),
)
perceptron_step.mistake(
    "All your weights move by the same amount, η y. Each weight should move in proportion to its "
    "own input: multiply by x.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y, eta * y),
)
perceptron_step.mistake(
    "Your bias moves by η y x, so it becomes an array. The input of the bias is always 1: leave "
    "out x there.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y * x, eta * y * x),
)
perceptron_step.mistake(
    "The weights are right. For the bias you add up the entries of x, but its input is always 1: "
    "it moves by η y.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y * x, eta * y * x.sum()),
)
perceptron_step.mistake(
    "You left out y: for a label of -1 the step must go the other way.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * x, eta),
)
perceptron_step.mistake(
    "The weights are right, but for the bias you left out y: for a label of -1 it must go down.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y * x, eta),
)
perceptron_step.mistake(
    "The bias is right, but for the weights you left out y: for a label of -1 they must move away "
    "from x.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * x, eta * y),
)
perceptron_step.mistake(
    "You left out η, the learning rate, in both steps.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, y * x, y),
)
perceptron_step.mistake(
    "The weights are right, but for the bias you left out η, the learning rate.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y * x, y),
)
perceptron_step.mistake(
    "The bias is right, but for the weights you left out η, the learning rate.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, y * x, eta * y),
)
perceptron_step.mistake(
    "After a mistake you return the moves alone. Add them to the old w and b.",
    lambda w, b, x, y, eta: (w, b) if sign(w @ x + b) == y else (eta * y * x, eta * y),
)
perceptron_step.mistake(
    "After a right answer you return zeros. There w and b should stay as they are.",
    lambda w, b, x, y, eta: (0 * w, 0) if sign(w @ x + b) == y else (w + eta * y * x, b + eta * y),
)
perceptron_step.mistake(
    "After a mistake you return the new b first. The order is always w, then b.",
    lambda w, b, x, y, eta: (w, b) if sign(w @ x + b) == y else (b + eta * y, w + eta * y * x),
)
perceptron_step.mistake(
    "You return b first. The order is w, then b.",
    lambda w, b, x, y, eta: _moved(w, b, x, y, eta * y * x, eta * y)[::-1],
)


@perceptron_step.mistake(
    "Your condition is reversed: you move after right answers and stay after mistakes. The "
    "perceptron learns from its mistakes only."
)
def _learns_from_right_answers(w, b, x, y, eta):
    if sign(w @ x + b) != y:
        return w, b
    return w + eta * y * x, b + eta * y


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


@perceptron_step.mistake(
    "Your step is as long as y - z. The perceptron only asks whether sign(z) is y, and after a "
    "mistake it moves by η y x, however far off z was."
)
def _error_of_z(w, b, x, y, eta):
    error = y - (w @ x + b)
    return w + eta * error * x, b + eta * error


@perceptron_step.mistake(
    "You ask for the sign of w·x alone. The neuron's answer depends on b too: w·x + b."
)
def _bias_not_asked(w, b, x, y, eta):
    if sign(w @ x) == y:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake(
    "Your z has two inputs only. `w @ x` adds up as many products as there are."
)
def _two_inputs(w, b, x, y, eta):
    if sign(w[0] * x[0] + w[1] * x[1] + b) == y:
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


@perceptron_step.mistake(
    "At z = 0 the perceptron answers +1, so with a label of -1 that is a mistake, and you let it "
    "pass. Note that y z >= 0 is true there whatever y is."
)
def _zero_is_right(w, b, x, y, eta):
    if y * (w @ x + b) >= 0:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake(
    "At z = 0 the perceptron answers +1, and yours answers -1 there: ask for z >= 0, not z > 0."
)
def _zero_is_negative(w, b, x, y, eta):
    if (1 if w @ x + b > 0 else -1) == y:
        return w, b
    return w + eta * y * x, b + eta * y


@perceptron_step.mistake(
    "You ask what the neuron answers after the step. It is the old w and b that decide whether "
    "there is a step at all."
)
def _asks_afterwards(w, b, x, y, eta):
    new_w, new_b = w + eta * y * x, b + eta * y
    return (w, b) if sign(new_w @ x + new_b) == y else (new_w, new_b)


@perceptron_step.mistake(
    "You go on until the answer is right. This is one step of the rule: use `if`, not `while`."
)
def _until_right(w, b, x, y, eta):
    while sign(w @ x + b) != y:
        w, b = w + eta * y * x, b + eta * y
    return w, b
