"""Program slicing: find the statements of a notebook on which the value of a name depends.

An answer that uses `helper` needs the statements that bind `helper` or change its value, and
those that these need in turn; it does not need the training and the plots between them, nor a
demonstration below the answer.
"""

import ast
import codecs
import symtable
from dataclasses import dataclass

from course_lib.exercises.engine.blanks import is_blank_definition

__all__ = ["FUNCTIONS", "Statement", "binding", "needed", "statement_of"]

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# ast.unparse needs this codec, later, as a user who may not read the files of Python.
codecs.lookup("unicode_escape")
STAR = "*"  # stands for the unknown names that `from … import *` binds


@dataclass(frozen=True)
class Statement:
    """A statement of a cell, and the names that it imports, assigns, changes, passes and reads.

    A value may be changed by an assignment to a part of it (`x[0] = 1`) or by a method
    (`x.append(1)`), and by any function that it is passed to (`f(x)`), unless it is a function.
    `cell` is any mark of where it stands.
    """

    tree: ast.stmt
    cell: object
    imported: frozenset[str]
    assigned: frozenset[str]
    changed: frozenset[str]
    passed: frozenset[str]
    read: frozenset[str]

    @property
    def bound(self):
        """The names that have a value after it."""
        return self.imported | self.assigned

    def is_blank(self, name):
        """Does it define `name` as a blank?"""
        return is_blank_definition(self.tree, name)


def binding(statements, name, own):
    """The positions of the statements that give `name` its value.

    An import counts only in the cells `own`: the lessons import names as well.
    """
    return [
        i
        for i, s in enumerate(statements)
        if name in s.assigned or (s.cell in own and s.imported & {name, STAR})
    ]


def needed(statements, name, last):
    """Those of the `statements` on which `name` depends, bound at position `last` at the latest."""
    imported = {STAR}.union(*(s.imported for s in statements))
    functions = _only_functions(statements)
    names, chosen = {name, STAR}, set()

    def is_needed(i, s):
        passed = s.passed - functions if i < last else frozenset()  # below: a demonstration
        return names & (s.bound | ((s.changed | passed) - imported))

    while new := {i for i, s in enumerate(statements) if i not in chosen and is_needed(i, s)}:
        chosen |= new
        names = names.union(*(statements[i].read for i in new))
    return [statements[i] for i in sorted(chosen)]


def _only_functions(statements):
    """The names that are functions or classes wherever they are bound."""
    functions, others = set(), set()
    for s in statements:
        (functions if isinstance(s.tree, FUNCTIONS) else others).update(s.bound)
    return functions - others


def statement_of(tree, cell):
    """The `Statement` of a syntax tree; raises what `symtable` does for one that is invalid."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {(a.asname or a.name).partition(".")[0] for node in imports for a in node.names}
    if any(getattr(node, "module", "") == "__future__" for node in imports):
        imported.add(STAR)
    try:
        table = symtable.symtable(ast.unparse(tree), "cell", "exec")
    except RecursionError:  # nested too deeply to be written out: then all names that are in it
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assigned = {tree.name} if isinstance(tree, FUNCTIONS) else names
        return _statement(tree, cell, imported, assigned, set(), set(), names)
    assigned = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    changed, passed = set(), set()
    _collect_uses(tree, changed, passed)
    return _statement(tree, cell, imported, assigned, changed, passed, _names_read(table))


def _statement(tree, cell, *names):
    return Statement(tree, cell, *map(frozenset, names))


def _names_read(table, is_inner=False):
    """The names that a piece of code reads, without the local names of its functions."""
    read = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_global() if is_inner else symbol.is_referenced())
    }
    return read.union(*(_names_read(child, True) for child in table.get_children()))


def _collect_uses(node, changed, passed):
    """Add the names of the values that a statement may change: see `Statement`."""
    if isinstance(node, SCOPES):
        return
    if isinstance(node, ast.Call):
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        passed.update(*map(_base_name, arguments))
        if isinstance(node.func, ast.Attribute):
            changed.update(_base_name(node.func))
    elif isinstance(node, ast.For):
        passed.update(_base_name(node.iter))  # for row in x: row[0] = 1
    elif isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        changed.update(_base_name(node))
    for child in ast.iter_child_nodes(node):
        _collect_uses(child, changed, passed)


def _base_name(node):
    """{x} for x, x.y and x[i]; empty for an expression that has no name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
