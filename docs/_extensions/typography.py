"""Set figures and names as they are meant to be read.

A number and its sign stay on one line: ``5 %`` is not broken before the sign. And in the reference,
where words are copied from, quotes and dashes stay as they are typed: ``--time`` is no dash.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

#: Where what stands there is typed as it stands.
TYPED = ("reference/api/", "reference/commands/")
_SIGN = re.compile(r"(?<=\d) (?=%)")
_NO_BREAK = "\N{NO-BREAK SPACE}"


def _words(document: nodes.document) -> list[nodes.Text]:
    return [text for text in document.findall(nodes.Text) if not _is_typed(text)]


def _is_typed(text: nodes.Text) -> bool:
    kinds = (nodes.literal, nodes.FixedTextElement, nodes.raw)
    node: Any = text.parent
    while node is not None:
        if isinstance(node, kinds):
            return True
        node = node.parent
    return False


class Typography(SphinxTransform):
    """Keep signs beside their numbers, and typed words as they are typed."""

    default_priority = 740  # before Sphinx makes quotes and dashes, at 750

    def apply(self, **kwargs: Any) -> None:
        """Go through all words of a page that are no code."""
        del kwargs
        if self.env.docname.startswith(TYPED):
            self.document["support_smartquotes"] = False
        for text in _words(self.document):
            if _SIGN.search(text):
                text.parent.replace(text, nodes.Text(_SIGN.sub(_NO_BREAK, text)))


def setup(app: Any) -> dict[str, Any]:
    """Let Sphinx do so on every page that it reads."""
    app.add_transform(Typography)
    return {"parallel_read_safe": True}
