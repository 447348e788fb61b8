"""How Sphinx makes the site of the pages that `build.py` wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))  # for lesson.anchor_of

project = html_title = "rnnlib"
author = "The rnnlib authors"
extensions = ["myst_nb", "sphinx_copybutton"]

html_theme = "furo"
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {"color-brand-primary": "#0072b2", "color-brand-content": "#0067a3"},
    "dark_css_variables": {
        "color-brand-primary": "#56b4e9",
        "color-brand-content": "#6fc0ee",
        "color-background-primary": "#0d1015",
        "color-sidebar-background": "#111418",
    },
}
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_favicon = "static/icon.svg"
html_copy_source = html_use_index = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch every page that was found, and from a disk it cannot
html_permalinks_icon = "#"

nb_execution_mode = "off"  # build.py ran the lessons
nb_merge_streams = True
nb_code_prompt_show, nb_code_prompt_hide = "Show the {type}", "Hide the {type}"
copybutton_selector = ".cell_input pre, .highlight-sh pre, .highlight-python pre"

myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
myst_html_meta = {
    "description": "A course on PyTorch's recurrent layers that you can touch: drag a slider, and every tensor follows"
}
myst_heading_slug_func = "lesson.anchor_of"
html_math_renderer = "mathml"


def setup(app: Sphinx) -> None:
    """Typeset formulas when the site is made, in what browsers show by themselves."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_mathml(node))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def _mathml(node: nodes.Element, **how: bool) -> str:
    return tex2mathml(node.astext(), **how)
