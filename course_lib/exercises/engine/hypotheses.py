"""What students do in every exercise: results negated, doubled, divided by m, turned round.

An hypothesis says what would have come if one thing were done otherwise. It is told only if it
explains the values of all cases, and if no other does: a false diagnosis is worse than none.
"""

import numpy as np

__all__ = ["explanation", "words_for"]


def _of_numbers(change):
    """An hypothesis from a function of the right value alone."""
    return lambda right, m: change(right)


def _opposite(right):
    """1 for 0 and 0 for 1; None for other numbers."""
    return 1 - right if np.isin(right, (0, 1)).all() else None


def _turned(right):
    return right[::-1] if right.ndim else None


def _transposed(right):
    return right.T if right.ndim == 2 and right.shape[0] == right.shape[1] else None


def _rooted(right):
    return np.sqrt(right) if (right >= 0).all() else None


HYPOTHESES = (
    (_of_numbers(np.negative), "{what} {are} minus what {they} should be: a sign is turned round."),
    (_of_numbers(lambda right: 2 * right), "{what} {are} twice what {they} should be."),
    (_of_numbers(lambda right: right / 2), "{what} {are} half of what {they} should be."),
    (
        lambda right, m: m and m * right,
        "{what} {are} m times what {they} should be, where m is the number of examples.",
    ),
    (
        lambda right, m: m and right / m,
        "{what} {are} divided by m, the number of examples, once too often.",
    ),
    (_of_numbers(np.square), "{what} {are} the square of what {they} should be."),
    (_of_numbers(_rooted), "{what} {are} the square root of what {they} should be."),
    (_of_numbers(_opposite), "{what} {are} turned round: 1 in place of 0, and 0 in place of 1."),
    (_of_numbers(_turned), "{what} {are} right, but in the opposite order."),
    (_of_numbers(_transposed), "{what} {are} transposed."),
    (_of_numbers(np.round), "{what} {are} rounded to whole numbers: decimals are lost on the way."),
)


def explanation(what, cases, values, expected, rtol=1e-5, atol=1e-5):
    """A sentence about all `values`, arrays of the shapes of those `expected`, or "".

    `what` names the value.
    """
    triples = list(zip(values, expected, map(_examples, cases), strict=True))
    found = [
        sentence
        for change, sentence in HYPOTHESES
        if all(_fits(value, change(right, m), rtol, atol) for value, right, m in triples)
    ]
    return found[0].format(what=what, **words_for(what)) if len(found) == 1 else ""


def words_for(what):
    """The verb and the pronoun for the name of a value, such as "dW" or "The answers"."""
    is_plural = what.startswith("The ") and what.endswith("s")
    return {"are": "are", "they": "they"} if is_plural else {"are": "is", "they": "it"}


def _examples(case):
    """The number of examples of a case, or None: the rows that two of its arrays share, or those
    of its only one."""
    arrays = [argument for argument in case if isinstance(argument, np.ndarray) and argument.ndim]
    if len(arrays) == 1:
        return len(arrays[0]) if arrays[0].ndim > 1 else None
    lengths = [len(array) for array in arrays]
    return next((length for length in lengths if lengths.count(length) > 1), None)


def _fits(value, other, rtol, atol):
    return (
        other is not None
        and np.shape(other) == value.shape
        and np.allclose(value, other, rtol=rtol, atol=atol)
    )
