"""Of the cells above an answer, the statements that it needs: a slice of the notebook.

An answer that uses `helper` needs the statements that bind `helper` or change its value, and
those that these need in turn; it does not need the training and the plots between them.
"""

import ast
import codecs
import re
import symtable
from dataclasses import dataclass

__all__ = ["NO_PYTHON", "needed", "parsed"]

MAGIC = re.compile(r"(?m)^[ \t]*[%!?].*$|^.*\?[ \t]*$")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # what `parsed` may raise
codecs.lookup("unicode_escape")  # for ast.unparse, later, as a user who may not read Python's files
EVERYTHING = "*"  # what `from … import *` may bind


@dataclass(frozen=True)
class _Statement:
    """A statement with the names that it imports, binds, changes the values of, and reads."""

    tree: ast.stmt
    imported: set[str]
    bound: set[str]
    changed: set[str]
    read: set[str]


def parsed(source, filename):
    """The syntax tree of a cell, without what only a notebook understands: lines with % or !.

    Raises one of `NO_PYTHON` for what is none.
    """
    try:
        return ast.parse(source, filename)
    except SyntaxError:
        return ast.parse(MAGIC.sub("", source), filename)


def needed(above, cell, name):
    """The statements of the cells `above` that a `cell`, or the name it should define, uses."""
    statements = []
    for source in above:
        try:
            statements += [_statement(tree) for tree in parsed(source, "above").body]
        except NO_PYTHON:
            continue
    imported = {EVERYTHING}.union(*(statement.imported for statement in statements))
    wanted = {name, EVERYTHING} | _wanted_by(cell)
    chosen = set()
    while new := {
        i
        for i, s in enumerate(statements)
        if i not in chosen and wanted & (s.imported | s.bound | (s.changed - imported))
    }:
        chosen |= new
        wanted = wanted.union(*(statements[i].read for i in new))
    return [statements[i].tree for i in sorted(chosen)]


def _wanted_by(cell):
    try:
        return _read(_table(cell))
    except NO_PYTHON:  # what is wrong with it will be said when it is run
        return {node.id for node in ast.walk(cell) if isinstance(node, ast.Name)}


def _statement(tree):
    table = _table(tree)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(a.asname or a.name).partition(".")[0] for node in imports for a in node.names}
    if any(getattr(node, "module", "") == "__future__" for node in imports):
        names.add(EVERYTHING)
    return _Statement(
        tree,
        names,
        {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()},
        set(_changed(tree)),
        _read(table),
    )


def _table(tree):
    return symtable.symtable(ast.unparse(tree), "cell", "exec")


def _read(table, is_inner=False):
    """The names that a piece of code reads from outside of it, local ones left out."""
    read = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_global() if is_inner else symbol.is_referenced())
    }
    return read.union(*(_read(child, True) for child in table.get_children()))


def _changed(node):
    """The names whose values may change: x of `x[0] = 1`, `del x[0]`, `x.append(1)`, `f(x)`."""
    if isinstance(node, SCOPES):
        return
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for part in (node.func, *given):
            if part is not node.func or isinstance(part, ast.Attribute):
                yield from _base(part)
    elif isinstance(node, ast.For):
        yield from _base(node.iter)  # for row in x: row[0] = 1
    elif isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        yield from _base(node)
    for child in ast.iter_child_nodes(node):
        yield from _changed(child)


def _base(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
