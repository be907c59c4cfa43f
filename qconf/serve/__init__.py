"""A small service: estimates where they are asked for, and what people say of them.

Built on FastAPI and uvicorn, the extra ``qconf[serve]``.
"""

from __future__ import annotations

from importlib.util import find_spec

from qconf.errors import OptionError

for _name in ("fastapi", "uvicorn", "prometheus_client", "sqlalchemy", "jinja2"):
    if find_spec(_name) is None:
        _MSG = (
            f"The service needs {_name}, which is not installed. Install it with: "
            "pip install 'qconf[serve]'"
        )
        raise OptionError(_MSG)
