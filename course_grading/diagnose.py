"""How wrong answers are received: python -m course_grading.diagnose --help"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from course_grading.job import Limits
from course_grading.marking import OUTCOMES, marks_of
from course_grading.sandbox import UNPROTECTED, NoProtection, open_sandbox
from course_grading.submission import read_notebook
from course_grading.texts import one_line
from course_lib.exercises.contents import EXERCISES, NOTEBOOKS

__all__ = ["KINDS", "main", "received"]

EPILOG = """
FILE is a JSON list of answers, such as
  [{"exercise": "ch05.relu_backward", "code": "def relu_backward(dA, Z):\\n    ...",
    "right": false}]
Each is put into its cell of the course's notebook, and graded in a sandbox as if it had been
handed in. Printed are the wrong answers that were accepted, the right ones that were refused, and
the wrong ones whose diagnosis only shows a value and does not name the mistake; then the counts.
"""
KINDS = ("correct", "ACCEPTED", "REFUSED", "named", "case only", "not started")


def received(answers, sandbox, seed=0):
    """For each answer, a dict, a pair: how it was received, one of `KINDS`, and the diagnosis."""
    submissions = {path.stem[:2]: read_notebook(path.read_bytes()) for path in NOTEBOOKS}
    found = []
    for answer in answers:
        exercise = EXERCISES[answer["exercise"]]
        cells = submissions[exercise.key[2:4]].find(exercise)
        first = cells.own[0].index
        own = {cell.index for cell in cells.own}
        above = tuple(
            replace(cell, source=answer["code"] if cell.index == first else "")
            if cell.index in own
            else cell
            for cell in cells.above
        )
        own_cells = tuple(cell for cell in above if cell.index in own)
        found.append((exercise, replace(cells, own=own_cells, above=above, below=())))
    marks = marks_of(found, sandbox, Limits(), seed)
    return [
        (_kind(mark, answer.get("right", False)), mark.diagnosis)
        for mark, answer in zip(marks, answers, strict=True)
    ]


def _kind(mark, right):
    if mark.outcome == OUTCOMES[0]:
        return "correct" if right else "ACCEPTED"
    if right:
        return "REFUSED"
    if mark.outcome == "not started":
        return "not started"
    return "named" if mark.named else "case only"


def main(arguments=None):
    """Print how the answers of a file are received."""
    parser = argparse.ArgumentParser(
        prog="python -m course_grading.diagnose",
        description="Say how the answers of a file are received.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="answers, as JSON")
    parser.add_argument("--all", action="store_true", help="print what was named, too")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for the random cases")
    parser.add_argument("--unprotected", action="store_true", help="do without bubblewrap")
    chosen = parser.parse_args(arguments)
    try:
        answers = json.loads(chosen.file.read_text(encoding="utf-8"))
        sandbox = open_sandbox(chosen.unprotected)
        outcomes = received(answers, sandbox, chosen.seed)
    except (OSError, ValueError, KeyError, TypeError, NoProtection) as error:
        sys.exit(f"{type(error).__name__}: {one_line(str(error))}")
    if chosen.unprotected:
        print(UNPROTECTED)
    _report(answers, outcomes, chosen.all)


def _report(answers, outcomes, show_all):
    counts = {}
    for answer, (kind, diagnosis) in zip(answers, outcomes, strict=True):
        counts.setdefault(answer["exercise"], Counter())[kind] += 1
        if show_all or kind in ("ACCEPTED", "REFUSED", "case only", "not started"):
            note = f"\n    # {answer['slip']}" if answer.get("slip") else ""
            code = answer["code"].rstrip().replace("\n", "\n    ")
            print(f"{kind}: {answer['exercise']}{note}\n    {code}\n  {diagnosis}\n")
    print(f"{'exercise':<26}" + "".join(f"{kind:>12}" for kind in KINDS))
    for key in sorted(counts):
        print(f"{key:<26}" + "".join(f"{counts[key][kind]:>12}" for kind in KINDS))
    total = sum(counts.values(), Counter())
    print(f"{'all':<26}" + "".join(f"{total[kind]:>12}" for kind in KINDS))
    wrong = total.total() - total["correct"] - total["REFUSED"]
    if wrong:
        print(f"{total['named'] / wrong:.0%} of {wrong} wrong answers were told what is wrong.")


if __name__ == "__main__":
    main()
