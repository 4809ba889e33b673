"""How Sphinx builds the web site; `tools/make_site.py` gathers what it is built from."""

import re

from docutils import nodes

project = "Neural networks from scratch, in NumPy"
author = "the course's authors"
copyright = "the course's authors; text CC BY 4.0, code MIT"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx-mathjax-offline",
]
html_extra_path = ["extra"]
exclude_patterns = ["extra"]

# Notebooks are shown as they were committed, executed and checked by the tests.
nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4

# A name in backticks is code, in docstrings as in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_use_rtype = False
add_module_names = False
python_use_unqualified_type_names = True

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["site.css", "site.js"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sourcelink = False
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system says
html_theme_options = {
    "use_download_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "navbar_persistent": [],  # nothing in the upper bar: search and menus stand elsewhere
}
# scikit-learn makes these methods, with references into its own pages.
autodoc_preserve_defaults = True
autodoc_default_options = {
    "no-value": True,
    "exclude-members": "set_fit_request, set_partial_fit_request, set_score_request",
}
mathjax3_config = {"options": {"enableMenu": False}}


def as_they_stand(app, what, name, obj, options, lines):
    """Docstrings are written to be read: |x| is a size in them, and * a product."""
    for i, line in enumerate(lines):
        parts = re.split(r"(``[^`]*``|`[^`]*`)", line)
        parts[::2] = [re.sub(r"[|*]", r"\\\g<0>", part) for part in parts[::2]]
        lines[i] = "".join(parts)


def prose_after_a_section(app, what, name, obj, options, lines):
    """A paragraph that follows the entries of `Returns`, say, is none of them."""
    inside, i = False, 0
    while i < len(lines):
        following = lines[i + 1] if i + 1 < len(lines) else ""
        if re.fullmatch("-{3,}", following):
            inside, i = True, i + 1
        elif inside and lines[i][:1].strip() and not lines[i - 1] and following[:1] != " ":
            lines[i:i] = ["Notes", "-----"]
            inside, i = False, i + 1
        i += 1


def formulae_as_they_stand(app, doctree):
    r"""Sphinx would put lines into an environment of its own, in which \tag is not allowed."""
    for formula in doctree.findall(nodes.math_block):
        formula["no-wrap"] = True
        formula.children = [nodes.Text(rf"\[{formula.astext()}\]")]


def setup(app):
    # Both before napoleon, which writes markup of its own.
    app.connect("autodoc-process-docstring", as_they_stand, priority=400)
    app.connect("autodoc-process-docstring", prose_after_a_section, priority=400)
    app.connect("doctree-read", formulae_as_they_stand)
