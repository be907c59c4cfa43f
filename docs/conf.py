"""How the documentation is built: ``sphinx-build -W docs docs/_build/html`` from the top.

Nothing here needs a network: no font, script or inventory of another place is asked for, so that
the built pages, and the search in them, work from a disk.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]

import qconf  # noqa: E402 - the package of this checkout, not another one that is installed

project = "qconf"
author = "The qconf developers"
copyright = "2026, the qconf developers"  # noqa: A001 - Sphinx's name for it
version = release = qconf.__version__

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "matplotlib.sphinxext.plot_directive",
    "api_pages",
    "command_pages",
    "typed_commands",
    "typography",
]
exclude_patterns = ["_build", "_extensions", "figures", "examples", "**/GALLERY_HEADER.rst"]
root_doc = "index"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# `Names` in docstrings are links where there is something to link to.
default_role = "py:obj"
autodoc_typehints = "none"  # numpydoc's sections have the types, with shapes
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # the pages list them

plot_formats = ["svg"]
plot_html_show_formats = False
plot_html_show_source_link = False
plot_rcparams = {"svg.hashsalt": "qconf", "figure.autolayout": False}

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": "/",  # all are run, whatever they are called
    "abort_on_example_error": True,
    "download_all_examples": False,
    "min_reported_time": 3600,  # seconds differ from machine to machine
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "remove_config_comments": True,
    "ignore_repr_types": r"qconf\.report\.",  # displays, of which only an address is to be read
}

copybutton_exclude = ".linenos, .gp, .go"

html_theme = "pydata_sphinx_theme"
html_title = "qconf"
html_static_path = ["_static"]
html_css_files = ["qconf.css"]
html_js_files = [("qconf.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
# Summaries of hits are fetched from the pages, which browsers refuse to pages on a disk.
html_show_search_summary = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "collapse_navigation": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
    "navigation_depth": 2,
    "header_links_before_dropdown": 6,
    "article_footer_items": [],
    "search_bar_text": "Search",
}
html_sidebars = {"index": [], "start": [], "tutorial": []}
