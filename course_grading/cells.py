"""From the cells of a notebook to the statements that give an answer its value.

IPython's own transformer turns what only IPython understands into Python: magics, shell commands,
help, prompts that were pasted along. Of the magics only those are followed that run their text
as code of the notebook: `%time`, `%%time`, `%%capture`, `%%prun`.
"""

import ast
import re
from dataclasses import dataclass, field

from course_grading.slicing import FUNCTIONS, Statement, binding, needed, statement_of

__all__ = ["NoMagics", "Program", "describe", "filename_of", "import_transformer", "parse",
           "program_of"]  # fmt: skip

PARSE_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)
FOLLOWED = {"run_line_magic": ("time",), "run_cell_magic": ("time", "capture", "prun")}
ONLY_IPYTHON = re.compile(r"(?m)\A[ \t]|^[ \t]*(?:[%!?]|>>>|In \[)|=[ \t]*[%!]|\?[ \t]*$")
MAX_PARTS = 500  # of a cell that does not parse as a whole
MAX_PART = 20  # lines that are not indented, in one statement of such a cell


class _MagicNotRun(Exception):
    """A magic or a shell command, where its value is asked for."""


class NoMagics:
    """What `get_ipython()` returns while an answer is graded: it runs nothing."""

    def __getattr__(self, method):
        def refuse(*arguments, **options):
            sign = {"run_line_magic": "%", "run_cell_magic": "%%"}.get(method, "!")
            raise _MagicNotRun(f"`{sign}{' '.join(map(str, arguments[:2]))}` is not run here")

        return refuse


@dataclass
class Program:
    """The statements to execute, in order: those of its own cells, if nothing defines the name.

    problems : a sentence for each cell that could not be read, or not as a whole
    error : the first error in reading one of the answer's own cells, or None
    defines_others : True if one of these cells defines another function or class
    magic : the cell magic, not followed, with which one of them begins
    """

    statements: list[Statement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    error: Exception | None = None
    defines_others: bool = False
    magic: str = ""


def program_of(answer):
    """The `Program` of an `Answer`.

    As in Jupyter, the last definition above the check wins. A blank never wins over code, and a
    definition below the check counts where there is none above it.
    """
    program, name, own = Program(), answer.name, set(answer.own)
    statements = _read(answer.cells, own, program)
    found = _written(statements, name, own)
    if not found and answer.below:
        statements += _read(answer.below, own, program)
        found = _written(statements, name, own)
    program.defines_others = any(
        s.cell in own and isinstance(s.tree, FUNCTIONS) for s in statements
    )
    if found:
        last = statements[found[-1]]
        statements = [s for s in statements if not s.is_blank(name)]
    elif blanks := binding(statements, name, own):
        last = statements[blanks[-1]]
    else:
        program.statements = [s for s in statements if s.cell in own]  # for what they say
        return program
    program.statements = needed(statements, name, statements.index(last))
    return program


def parse(source, filename):
    """The statements of a cell as syntax trees; raises one of `PARSE_ERRORS`."""
    try:
        return ast.parse(source, filename).body
    except SyntaxError as error:
        if not ONLY_IPYTHON.search(source):
            raise
        try:
            tree = ast.parse(import_transformer()().transform_cell(source), filename)
        except SyntaxError:
            raise error from None
    return _WithoutMagics(filename).visit(tree).body


def import_transformer(sources=None):
    """IPython's transformer, imported if one of the `sources` may need it (None: it does)."""
    if sources is None or any(ONLY_IPYTHON.search(source) for source in sources):
        from IPython.core.inputtransformer2 import TransformerManager

        return TransformerManager
    return None


def filename_of(number):
    """The name of a cell in tracebacks."""
    return f"cell {number}"


class _WithoutMagics(ast.NodeTransformer):
    """Put the code that a magic runs in its place, and `pass` in place of the other magics."""

    def __init__(self, filename):
        self.filename = filename

    def visit_Expr(self, node):
        call = node.value
        if not (isinstance(call, ast.Call) and _is_of_ipython(call.func)):
            return node
        texts = [str(getattr(argument, "value", "")) for argument in call.args]
        if not texts or texts[0] not in FOLLOWED.get(call.func.attr, ()):
            return ast.copy_location(ast.Pass(), node)
        lines_before = node.lineno - (call.func.attr == "run_line_magic")
        code = parse(texts[-1], self.filename) or [ast.copy_location(ast.Pass(), node)]
        return [ast.increment_lineno(statement, lines_before) for statement in code]


def _is_of_ipython(function):
    """Is this `get_ipython().something`?"""
    owner = getattr(function, "value", None)
    return isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "get_ipython"


def _written(statements, name, own):
    """The positions of the definitions of `name` that are not blanks."""
    return [i for i in binding(statements, name, own) if not statements[i].is_blank(name)]


def _read(cells, own, program):
    """The statements of the cells; what could not be read is noted in the program."""
    statements = []
    for number, source in cells:
        errors = []
        try:
            trees = parse(source, filename_of(number))
        except PARSE_ERRORS as error:
            errors.append(error)
            trees = [] if number in own else _readable_parts(source, filename_of(number))
        for tree in trees:
            try:
                statements.append(statement_of(tree, number))
            except PARSE_ERRORS as error:  # such as `return` outside a function
                errors.append(error)
        program.problems += map(describe, errors[:1])
        if number in own:
            program.error = program.error or next(iter(errors), None)
            magic = re.match(r"\s*(%%\w+)", source)
            if magic and magic[1][2:] not in FOLLOWED["run_cell_magic"]:
                program.magic = magic[1]
    return statements


def _readable_parts(source, filename):
    """The statements of a cell that does not parse as a whole, without those that are broken."""
    lines = source.splitlines(keepends=True)
    starts = [
        i
        for i, line in enumerate(lines)
        if re.match(r"(?!else\b|elif\b|except\b|finally\b)[^\s#)\]}]", line)
    ][:MAX_PARTS]
    ends = [*starts[1:], len(lines)]
    first = 0
    while first < len(starts):
        for last in range(first, min(first + MAX_PART, len(starts))):
            part = "\n" * starts[first] + "".join(lines[starts[first] : ends[last]])
            try:
                yield from parse(part, filename)
            except PARSE_ERRORS:
                continue
            first = last
            break
        first += 1


def describe(error):
    """The kind of an error, its message, and the line of source in which it was found."""
    line = (getattr(error, "text", None) or "").strip()
    place = f", in the line `{line}`" if line else ""
    return f"{type(error).__name__}: {getattr(error, 'msg', error)}{place}"
