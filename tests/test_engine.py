"""The exercise engine on exercises made for the purpose."""

import numpy as np
import pytest

from course_lib.exercises.answers import has_blank, plain, same
from course_lib.exercises.cards import Card, as_html
from course_lib.exercises.exercise import Exercise, Misconception
from course_lib.exercises.judging import CORRECT, Outcome, agrees_with


def double(x):
    """Twice x."""
    return 2 * x


def _zero(x):
    return 0 * x


def make(judge, **changed):
    definition = {
        "cases": lambda rng: [(1.0,), (float(rng.normal()),)],
        "judge": judge,
        "solution": double,
        "misconceptions": [Misconception(_zero, "That is nothing.")],
        "hints": ["Add it to itself."],
        "stars": 1,
    }
    return Exercise(**(definition | changed))


@pytest.mark.parametrize("nothing", [None, True, "correct".upper().lower, 0, ()])
def test_a_judge_that_falls_through_does_not_let_anything_pass(nothing):
    with pytest.raises(TypeError, match="not CORRECT or text"):
        make(lambda cases, values: nothing).check(double)


def test_a_judge_that_says_text_refuses():
    assert make(lambda cases, values: "no").verdict(double).sentence == "no"


def test_judging_is_a_pure_function_of_cases_and_runs():
    exercise = make(agrees_with(lambda x: x + x, "No."))
    cases = exercise.draw(3)
    runs = __import__("course_lib.exercises.answers", fromlist=["x"]).run_answer(double, cases)
    assert exercise.judge_runs(cases, runs) == exercise.judge_runs(cases, runs)
    assert exercise.judge_runs(cases, runs).outcome is Outcome.CORRECT
    assert exercise.judge_runs(cases, [*runs[:-1], runs[0]]).outcome in Outcome


def test_the_first_case_comes_twice():
    exercise = make(lambda cases, values: CORRECT)
    cases = exercise.draw(0)
    assert cases[0] == cases[-1] and len(cases) == 3


def test_an_interrupt_ends_the_check_at_once():
    calls = []

    def stopped(x):
        calls.append(x)
        raise KeyboardInterrupt

    verdict = make(agrees_with(lambda x: 2 * x, "No.")).verdict(stopped)
    assert "you stopped it" in verdict.sentence and len(calls) == 1


def test_an_exception_whose_text_fails_is_survived():
    class Nasty(Exception):
        def __str__(self):
            raise RuntimeError

    def answer(x):
        raise Nasty

    assert "Nasty" in make(agrees_with(lambda x: 2 * x, "No.")).verdict(answer).sentence


def test_a_misconception_that_raises_matches_the_same_exception():
    def needs_two(x):
        return x[1]

    def also_needs_two(x):
        return x[5] + 1

    exercise = make(
        agrees_with(lambda x: 2 * x, "No."), misconceptions=[Misconception(needs_two, "One only.")]
    )
    assert exercise.verdict(also_needs_two).sentence == "One only."


class _Half:
    def forward(self, X):
        return X

    def backward(self, dZ):
        return ...


class _Whole:
    def forward(self, X):
        return X[..., 0]


@pytest.mark.parametrize(
    ("answer", "blank"),
    [
        (..., True),
        ((1, ...), True),
        (_Half, True),
        (_Whole, False),
        (lambda X: X[..., None], False),
        (lambda X: None, True),
        (lambda X: X, False),
        (np.sin, False),
        (3, False),
    ],
)
def test_blanks_are_told_from_indices(answer, blank):
    assert has_blank(answer) is blank


def test_a_blank_is_found_where_no_source_is():
    namespace = {}
    exec("def f(x):\n    w = ...\n    return w * x", namespace)
    assert has_blank(namespace["f"])


def test_plain_makes_everything_anew():
    array = np.ones(3)
    value = plain({"a": [array, (1, np.float32(2.5))], 3: range(2)})
    assert value["a"][1] == (1, 2.5) and type(value["a"][1][1]) is float
    assert value["3"] == [0, 1]
    assert not np.shares_memory(value["a"][0], array)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        (1, 1.0 + 1e-12, True),
        ([1, 2], (1, 2), True),
        ([1, 2], [1, 2, 3], False),
        (np.ones(3), np.ones(2), False),
        (np.nan, np.nan, True),
        ("a", "a", True),
        ("a", 1, False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, None, True),
        (None, 0, False),
    ],
)
def test_same(a, b, alike):
    assert same(a, b) is alike


def test_cards_escape_what_a_student_wrote():
    card = Card("✗", "Not yet: <b>", ("`<script>` & more",), code="if a < b:\n    pass")
    assert "<script>" not in card._repr_html_() and "<b>" not in card._repr_html_()
    assert "<code>&lt;script&gt;</code> &amp; more" in card._repr_html_()
    assert repr(card) == "✗ Not yet: <b>\n`<script>` & more\n\nif a < b:\n    pass"
    assert as_html("no `end") == "no `end"
