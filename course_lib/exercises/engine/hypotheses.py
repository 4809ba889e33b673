"""What students do in every exercise: results negated, doubled, divided by m, turned round.

An hypothesis says what would have come if one thing were done otherwise. It is told only if it
explains the values of all cases, and if no other does: a false diagnosis is worse than none.
"""

from itertools import permutations

import numpy as np

__all__ = ["explanation", "order_of_parts", "where_right", "words_for"]


def _of_value(change):
    """An hypothesis from a function of the right value alone."""
    return lambda right, case: change(right)


def _opposite(right):
    """1 for 0 and 0 for 1; None for other numbers."""
    return 1 - right if np.isin(right, (0, 1)).all() else None


def _one_minus(right):
    return 1 - right if _opposite(right) is None else None


def _one_more(right):
    return right + 1 if _is_whole(right) else None


def _one_less(right):
    return right - 1 if _is_whole(right) else None


def _is_whole(right):
    return not np.mod(right, 1).any()


def _turned(right):
    return right[::-1] if right.ndim else None


def _by_half_a_turn(right):
    return right[::-1, ::-1] if right.ndim >= 2 else None


def _transposed(right):
    return right.T if right.ndim == 2 else None


def _squeezed(right):
    return np.squeeze(right) if right.ndim >= 2 and 1 in right.shape else right


def _rooted(right):
    return np.sqrt(right) if (right >= 0).all() else None


def _logarithm(right):
    return np.log(right) if (right > 0).all() else None


def _inverse(right):
    return 1 / right if (right != 0).all() else None


def _summed(right):
    return right.sum() if right.ndim else None


def _averaged(right):
    return right.mean() if right.ndim else None


def _largest(right):
    return right.max() if right.ndim else None


def _first(right):
    return right[0] if right.ndim and len(right) else None


def _last(right):
    return right[-1] if right.ndim and len(right) else None


def _all_but_the_last(right):
    return right[:-1] if right.ndim and len(right) > 1 else None


def _all_but_the_first(right):
    return right[1:] if right.ndim and len(right) > 1 else None


def _times_examples(right, case):
    m = _examples(case)
    return m and m * right


def _over_examples(right, case):
    m = _examples(case)
    return m and right / m


def _times_columns(right, case):
    n = _columns(case)
    return n and n * right


def _over_columns(right, case):
    n = _columns(case)
    return n and right / n


WHOLE = "{what} {have} lost all decimals: `//`, `int`, `round`, or an array of integers does that."
HYPOTHESES = (
    (_of_value(np.negative), "{what} {are} minus what {they} should be: a sign is turned round."),
    (_of_value(lambda right: 2 * right), "{what} {are} twice what {they} should be."),
    (_of_value(lambda right: right / 2), "{what} {are} half of what {they} should be."),
    (
        _times_examples,
        "{what} {are} m times what {they} should be, where m is the number of examples: a sum in "
        "place of a mean?",
    ),
    (
        _over_examples,
        "{what} {are} divided by m, the number of examples, once too often.",
    ),
    (_times_columns, "{what} {are} n times what {they} should be, where n counts the columns."),
    (
        _over_columns,
        "{what} {are} divided by n, the number of columns, once too often.",
    ),
    (_of_value(np.square), "{what} {are} the square of what {they} should be."),
    (_of_value(_rooted), "{what} {are} the square root of what {they} should be."),
    (_of_value(np.exp), "{what} {are} exp of what {they} should be."),
    (_of_value(_logarithm), "{what} {are} the logarithm of what {they} should be."),
    (_of_value(_inverse), "{what} {are} 1 divided by what {they} should be."),
    (_of_value(np.abs), "{what} {have} lost {their} sign: the size is right."),
    (_of_value(_one_more), "{what} {are} too large by 1: count again, from 0 or 1?"),
    (_of_value(_one_less), "{what} {are} too small by 1: count again, from 0 or 1?"),
    (_of_value(_opposite), "{what} {are} turned round: 1 in place of 0, and 0 in place of 1."),
    (_of_value(_one_minus), "{what} {are} 1 minus what {they} should be."),
    (_of_value(_turned), "{what} {are} right, but in the opposite order."),
    (_of_value(_by_half_a_turn), "{what} {are} right, but turned by 180°."),
    (
        _of_value(_transposed),
        "{what} {are} right, but transposed: rows and columns are exchanged.",
    ),
    (
        _of_value(_squeezed),
        "{what} {have} right numbers and a wrong shape: axes of length 1 are lost. Does "
        "`squeeze`, or an index in place of a slice, take them away?",
    ),
    (_of_value(np.round), WHOLE),
    (_of_value(np.floor), WHOLE),
    (_of_value(np.trunc), WHOLE),
    (
        _of_value(lambda right: np.maximum(right, 0)),
        "{what} {have} 0 where {they} should be negative: something cuts {them} off at 0.",
    ),
    (
        _of_value(lambda right: np.clip(right, 0, 1)),
        "{what} {are} cut off at 0 and 1: something clips {them}.",
    ),
    (_of_value(_summed), "That is one number, the sum of all entries that there should be."),
    (_of_value(_averaged), "That is one number, the mean of all entries that there should be."),
    (_of_value(_largest), "That is one number, the largest of all entries that there should be."),
    (_of_value(_first), "That is the first part alone. Is `return` inside the loop?"),
    (_of_value(_last), "That is the last part alone. Is a result overwritten in a loop?"),
    (_of_value(_all_but_the_last), "The last part is missing: does a loop end too early?"),
    (_of_value(_all_but_the_first), "The first part is missing: does a loop begin too late?"),
)


def explanation(what, cases, values, expected, names=(), *, rtol=1e-5, atol=1e-5):
    """A sentence about all `values`, arrays, in place of those `expected`, or "".

    `what` names the value, and `names` are those of the arguments of a case.
    """
    triples = list(zip(values, expected, cases, strict=True))
    found = {
        sentence.format(what=what, **words_for(what))
        for change, sentence in HYPOTHESES
        if all(_fits(value, change(right, case), rtol, atol) for value, right, case in triples)
    }
    found |= _unsummed(what, values, expected) | _argument_itself(names, triples)
    return found.pop() if len(found) == 1 else ""


def _unsummed(what, values, expected):
    """An axis too many, whose sum or mean is right."""
    axes = [
        (axis, name)
        for axis in (0, -1)
        for name in ("sum", "mean")
        if all(
            value.ndim == right.ndim + 1
            and value.shape[axis] > 0
            and _fits(getattr(value, name)(axis=axis), right)
            for value, right in zip(values, expected, strict=True)
        )
    ]
    if len(axes) != 1:
        return set()
    [(axis, name)] = axes
    over = "the examples, `axis=0`" if axis == 0 else "the last axis"
    return {f"{what} should be the {name} of what you return, over {over}."}


def _argument_itself(names, triples):
    """The value of an argument, unchanged."""
    if any(not right.ndim for _, right, _ in triples):
        return set()
    returned = [
        {i for i, a in enumerate(case) if isinstance(a, np.ndarray) and _fits(value, a)}
        for value, _, case in triples
    ]
    same = set.intersection(*returned) & set(range(len(names)))
    return {f"You return `{names[same.pop()]}` as it came."} if same else set()


def order_of_parts(values, expected, names, rtol=1e-5, atol=1e-5):
    """Into which order `values`, tuples, have brought the parts that are `expected`, or ()."""
    for order in permutations(range(len(names))):
        if list(order) != sorted(order) and all(
            _fits(np.asarray(part), right[i], rtol, atol)
            for value, right in zip(values, expected, strict=True)
            for part, i in zip(value, order, strict=True)
        ):
            return tuple(names[i] for i in order)
    return ()


def words_for(what):
    """The verb and the pronouns for the name of a value, such as "dW" or "The answers"."""
    if what.startswith("The ") and what.endswith("s"):
        return {"are": "are", "they": "they", "have": "have", "their": "their", "them": "them"}
    return {"are": "is", "they": "it", "have": "has", "their": "its", "them": "it"}


def where_right(names, cases, wrongs):
    """What all cases that are right have in common, and no wrong one, or "".

    `wrongs` are the indices of the wrong cases.
    """
    kinds = [_kinds(names, case) for case in cases]
    right = [kinds[i] for i in range(len(cases)) if i not in wrongs]
    if not right or len(names) != len(cases[0]):
        return ""
    common = set.intersection(*right) - set.union(*(kinds[i] for i in wrongs))
    return f"It is right where {common.pop()}, and wrong elsewhere." if len(common) == 1 else ""


def _kinds(names, case):
    kinds = set()
    for name, argument in zip(names, case, strict=False):
        if type(argument) is int and argument in (0, 1):
            kinds.add(f"{name} is {argument}")
        if isinstance(argument, np.ndarray) and argument.ndim == 2:
            kinds |= {f"{name} is square"} if len(set(argument.shape)) == 1 else set()
        if isinstance(argument, np.ndarray) and argument.ndim and argument.dtype.kind == "f":
            kinds |= {f"{name} has no negative entry"} if (argument >= 0).all() else set()
    if _examples(case) == 1:
        kinds.add("there is one example")
    return kinds


def _examples(case):
    """The number of examples of a case, or None: the rows that two of its arrays share, or those
    of its only one."""
    arrays = [argument for argument in case if isinstance(argument, np.ndarray) and argument.ndim]
    if len(arrays) == 1:
        return len(arrays[0]) if arrays[0].ndim > 1 else None
    lengths = [len(array) for array in arrays]
    return next((length for length in lengths if lengths.count(length) > 1), None)


def _columns(case):
    """The number of columns of the first matrix of a case, or None."""
    return next((a.shape[1] for a in case if isinstance(a, np.ndarray) and a.ndim == 2), None)


def _fits(value, other, rtol=1e-5, atol=1e-5):
    try:
        return (
            other is not None
            and np.shape(other) == np.shape(value)
            and np.allclose(value, other, rtol=rtol, atol=atol)
        )
    except TypeError:  # parts that are no numbers
        return False
