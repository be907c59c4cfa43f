"""What people say of estimates, kept: appended, never changed.

Built on SQLAlchemy, the extra ``qconf[review]``.
"""

from __future__ import annotations

from importlib.util import find_spec

from qconf.errors import OptionError

if find_spec("sqlalchemy") is None:
    _MSG = (
        "A store of feedback needs SQLAlchemy, which is not installed. Install it with: "
        "pip install 'qconf[review]'"
    )
    raise OptionError(_MSG)
