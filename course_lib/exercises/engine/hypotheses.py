"""What students do in every exercise: results negated, doubled, divided by m, transposed.

An hypothesis says what would have come if one thing were done otherwise. It is told only if it
explains the values of all cases, and if no other does: a false diagnosis is worse than none.
"""

from itertools import permutations

import numpy as np

__all__ = [
    "explanation",
    "is_plural",
    "order_of_parts",
    "where_right",
    "which_entries",
    "words_for",
]


def _of_value(change):
    """An hypothesis from a function of the right value alone."""
    return lambda right, case: change(right)


def _if_bits(change):
    """An hypothesis about right values that are all 0 or 1."""
    return lambda right, case: change(right) if _are_bits(right) else None


def _are_bits(right):
    return np.isin(right, (0, 1)).all()


def _one_minus(right):
    return None if _are_bits(right) else 1 - right


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


def _reduced(method, axis=None):
    """An hypothesis: right numbers that were summed, averaged, … over an axis too many."""

    def change(right):
        axes = 1 if axis is None else 2
        return getattr(right, method)(axis=axis) if right.ndim >= axes else None

    return _of_value(change)


def _softmax(right):
    if right.ndim != 2:
        return None
    E = np.exp(right - right.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


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


WHOLE = (
    "{what} {have} lost all decimals: `//`, `int`, `round`, a comparison, or an array of integers "
    "does that."
)
ROUNDED = "{what} {are} rounded: return all decimals, and round only what you print."
HYPOTHESES = (
    (_of_value(np.negative), "{what} {are} minus what {they} should be: a sign is reversed."),
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
    (
        _if_bits(lambda right: 1 - right),
        "{what} {are} reversed: 1 in place of 0, and 0 in place of 1.",
    ),
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
    (
        _reduced("sum"),
        "{what} {are} one number, the sum of all entries that there should be. Is `axis` missing?",
    ),
    (
        _reduced("mean"),
        "{what} {are} one number, the mean of all entries that there should be. Is `axis` missing?",
    ),
    (
        _reduced("max"),
        "{what} {are} one number, the largest of all that there should be. Is `axis` missing?",
    ),
    (_reduced("sum", 0), "{what} {are} summed over the first axis, and should not be."),
    (_reduced("sum", 1), "{what} {are} summed over axis 1, and should not be."),
    (_reduced("mean", 0), "{what} {are} averaged over the first axis, and should not be."),
    (_reduced("mean", 1), "{what} {are} averaged over axis 1, and should not be."),
    (_reduced("max", 1), "That is the largest of each row; all entries are wanted."),
    (_reduced("argmax", 1), "That is where the largest of each row stands; all are wanted."),
    (
        _if_bits(lambda right: np.flatnonzero(right).astype(float)),
        "Those are the places where it holds. Asked is a yes or no for every one: do without "
        "`np.where` and `nonzero`.",
    ),
    (_if_bits(lambda right: 2 * right - 1), "You answer -1 and 1 in place of 0 and 1."),
    (_if_bits(np.sum), "That is how many there are. Asked is a yes or no for every one."),
    (_of_value(lambda right: right.round(1)), ROUNDED),
    (_of_value(lambda right: right.round(2)), ROUNDED),
    (_of_value(lambda right: right.round(3)), ROUNDED),
    (_of_value(lambda right: right.round(4)), ROUNDED),
    (
        _of_value(lambda right: 1 / (1 + np.exp(-right))),
        "{what} {have} gone through a sigmoid too many.",
    ),
    (_of_value(_softmax), "{what} {have} gone through a softmax too many."),
    (_of_value(np.tanh), "{what} {have} gone through tanh, and should not."),
    (
        _of_value(lambda right: right.ravel() if right.ndim > 1 else None),
        "{what} {have} right numbers, in one long row: keep the rows and columns.",
    ),
    (
        _of_value(_first),
        "Only the first part came back. If there is a loop, is `return` inside it?",
    ),
    (
        _of_value(_last),
        "Only the last part came back. If there is a loop, does it overwrite a result?",
    ),
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
    found |= _unsummed(values, expected) | _argument_itself(names, triples)
    found |= _too_much(values, expected)
    if len(found) == 1:
        return found.pop()
    return "" if found else _by_a_factor(what, values, expected)


def _unsummed(values, expected):
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
    return {f"A {name} over {over} is missing: with it, all numbers would be right."}


# Parts of a value, as functions of it, that may be right where the whole has too much.
PARTS = (
    (lambda a: a[-1], "The last part of what you return is right, and all that is wanted."),
    (lambda a: a[0], "The first part of what you return is right, and all that is wanted."),
    (lambda a: a[1:], "The first part is too much; all behind it is right."),
    (lambda a: a[:-1], "The last part is too much; all before it is right."),
    (lambda a: a[:, 1:], "The first column is too much; the others are right."),
    (lambda a: a[:, :-1], "The last column is too much; the others are right."),
    (lambda a: a[1:-1, 1:-1], "There is a border too much around it; the inside is right."),
)


def _too_much(values, expected):
    """Sentences about values of which a part is right."""
    found = set()
    for part, sentence in PARTS:
        try:
            if all(_fits(part(v), e) and v.size for v, e in zip(values, expected, strict=True)):
                found.add(sentence)
        except IndexError:
            continue
    return found if len(found) == 1 else set()


def _by_a_factor(what, values, expected):
    """A sentence if all entries of a case are wrong by the same factor, or ""."""
    factors = []
    for value, right in zip(values, expected, strict=True):
        if value.shape != right.shape or not np.isfinite(value).all():
            return ""
        counts = np.abs(right) > 1e-9
        ratios = value[counts] / right[counts]
        if not counts.any() or np.abs(value[~counts]).max(initial=0) > 1e-9:
            return ""
        if not np.allclose(ratios, ratios.flat[0]):
            return ""
        factors.append((float(ratios.flat[0]), ratios.size))
    numbers = [factor for factor, _ in factors]
    words = words_for(what)
    if not all(numbers):
        return ""
    if len(factors) > 2 and np.allclose(numbers, numbers[0]):
        return f"{what} {words['are']} {numbers[0]:.4g} times what {words['they']} should be."
    if min(size for _, size in factors) > 1:
        first, other = numbers[0], max(numbers, key=lambda f: abs(f - numbers[0]))
        return (
            f"{what} {words['are']} right but for a factor, {first:.3g} in one case and "
            f"{other:.3g} in another: by what is it divided or multiplied?"
        )
    return ""


def which_entries(names, cases, values, expected, rtol=1e-5, atol=1e-5):
    """Which entries are wrong, if the wrong cases agree on it, or "": the first, those where an
    argument is negative, and so on."""
    found = None
    for case, value, right in zip(cases, values, expected, strict=True):
        if value.shape != right.shape or not right.ndim:
            return ""
        wrong = ~np.isclose(value, right, rtol=rtol, atol=atol)
        if wrong.any() and right.size > 1:
            kinds = {text for text, mask in _masks(names, case, right) if (mask == wrong).all()}
            found = kinds if found is None else found & kinds
    return found.pop() if found and len(found) == 1 else ""


def _masks(names, case, right):
    """Pairs of a sentence and the mask of the entries that are wrong if it is true."""
    rows, columns = np.indices(right.shape)[0], np.indices(right.shape)[-1]
    last_row, last_column = rows == len(right) - 1, columns == right.shape[-1] - 1
    if right.ndim == 1:
        yield "All entries are right but the first.", rows == 0
        yield "All entries are right but the last.", last_row
        yield "The first entry is right, the others are not.", rows > 0
        yield "The last entry is right, the others are not.", ~last_row
    if right.ndim == 2 and min(right.shape) > 1:
        yield "All rows are right but the first.", rows == 0
        yield "All rows are right but the last.", last_row
        yield "The first row is right, the others are not.", rows > 0
        yield "All columns are right but the first.", columns == 0
        yield "All columns are right but the last.", last_column
        yield "The first column is right, the others are not.", columns > 0
        if right.shape[0] == right.shape[1]:
            yield "Only the entries on the diagonal are wrong.", rows == columns
            yield "Only the entries on the diagonal are right.", rows != columns
    for name, a in zip(names, case, strict=False):
        if isinstance(a, np.ndarray) and a.shape == right.shape and a.dtype.kind in "if":
            for sign, mask in (("> 0", a > 0), ("< 0", a < 0), ("= 0", a == 0),
                               (">= 0", a >= 0), ("<= 0", a <= 0)):  # fmt: skip
                if mask.any() and not mask.all():
                    yield f"It is wrong where {name} {sign}, and right elsewhere.", mask


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
            _fits(part, right[i], rtol, atol)
            for value, right in zip(values, expected, strict=True)
            for part, i in zip(value, order, strict=True)
        ):
            return tuple(names[i] for i in order)
    return ()


def is_plural(what):
    """True for the name of several values, such as "The answers"."""
    return what.startswith("The ") and what.endswith("s")


def words_for(what):
    """The verb and the pronouns for the name of a value, such as "dW" or "The answers"."""
    if is_plural(what):
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
    except (TypeError, ValueError):  # parts that are no numbers, or no array
        return False
