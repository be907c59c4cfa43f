"""``qconf serve``: estimates, and what people say of them, as a service."""

from __future__ import annotations

import os
from typing import Annotated, TypeAlias
from warnings import simplefilter

import typer

from qconf.cli.interrupts import hand_over_signals
from qconf.cli.options import DebugOption, PluginsOption, TrustOption, split_names
from qconf.cli.score_options import ModelArgument
from qconf.cli.terminal import tell
from qconf.errors import OptionError

__all__ = ["serve_command"]

#: Where a token may be, beside a file.
TOKEN_VARIABLE = "QCONF_TOKEN"  # noqa: S105 - its name
_LONGEST_TOKEN_FILE = 4096
_MEGABYTE = 1_000_000

StoreOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="STORE",
        help="Where estimates and what is said of them are kept: a file, made if there is none, "
        "or postgresql://...; cases of qconf review queue are reviewed where they are.",
    ),
]
HostOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Where to listen. Any but this machine's own needs a token.",
    ),
]
PortOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="0 is any that is free.")
]
TokenOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help="A file with the token that clients must know. Without it the environment variable "
        f"{TOKEN_VARIABLE}.",
    ),
]
NamesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--names",
        metavar="A,B",
        help="Names that the service goes by; requests for others are refused.  [default: this "
        "machine's own; any, where a token is asked for elsewhere]",
    ),
]
ProxyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--trusted-proxy",
        metavar="A,B",
        help="Addresses or networks of the proxy in front, which ends TLS: what it says in "
        "X-Forwarded-For and X-Forwarded-Proto is believed, and nobody else. It must pass Host on, "
        "and a token is needed.",
    ),
]
KeyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FIELD", help="The field of a row that is its id.  [default: all its inputs]"
    ),
]
SalesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Earlier rows with what came out, of which comparables are chosen.  [default: those "
        "that the model keeps]",
    ),
]


def serve_command(  # noqa: PLR0917 - typer turns each into an option
    model: ModelArgument,
    store: StoreOption,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    token_file: TokenOption = None,
    names: NamesOption = None,
    proxy: ProxyOption = None,
    key: KeyOption = None,
    sales: SalesOption = None,
    max_rows: Annotated[int, typer.Option(metavar="NUMBER", help="Most rows of a request.")] = 1000,
    max_explained: Annotated[
        int,
        typer.Option(metavar="NUMBER", help="Most rows of a request that asks for explanations."),
    ] = 20,
    max_megabytes: Annotated[
        float, typer.Option(metavar="NUMBER", help="Largest size of a request.")
    ] = 2.0,
    requests_per_minute: Annotated[
        int, typer.Option(metavar="NUMBER", help="How often one client may ask.")
    ] = 60_000,
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    debug: DebugOption = False,
) -> None:
    """Serve estimates, their explanations, and the review of those that were off.

    Pages for people and JSON for programs, on this machine only unless told otherwise; the
    description of the latter is at /openapi.json. Ends with Ctrl-C, when what it is at is done.

    For example:

    qconf serve avm.qconf --store feedback.db

    qconf serve avm.qconf --store feedback.db --token-file token --trusted-proxy 127.0.0.1
    """
    del debug  # seen by the program, before the command
    from qconf.serve.hosts import LOCAL_NAMES, is_local  # noqa: PLC0415 - help must not wait
    from qconf.serve.proxies import trusted_proxies  # noqa: PLC0415

    proxies, token = trusted_proxies(split_names(proxy) or ()), _token(token_file)
    local = is_local(host) and not proxies
    if not local and token is None:
        where = f"Behind {proxy}" if proxies else f"At {host}"
        msg = (
            f"{where} others than this machine reach the service, so it needs a token: "
            f"--token-file FILE, or the environment variable {TOKEN_VARIABLE}."
        )
        raise OptionError(msg)
    own = split_names(names)
    hosts = None if own is None and not local else {*(own or ()), *LOCAL_NAMES, host}

    from qconf.serve.app import create_app  # noqa: PLC0415 - help must not wait for all of it
    from qconf.serve.limits import Limits  # noqa: PLC0415
    from qconf.serve.listening import bound, listen  # noqa: PLC0415
    from qconf.serve.logs import log_to_stderr  # noqa: PLC0415

    limits = Limits(
        body_bytes=int(max_megabytes * _MEGABYTE), rows=max_rows, explained_rows=max_explained,
        requests_per_minute=requests_per_minute,
    )  # fmt: skip
    # Before the model is opened: that the port is taken can be told at once.
    with bound(host, port) as at:
        app = create_app(
            model, store, key=key, sales=sales, token=token, hosts=hosts, limits=limits,
            plugins=plugins, trust=tuple(split_names(trust) or ()),
        )  # fmt: skip
        context = app.state.context
        with context.store:
            context.served.warm_up()
            place = host, at.getsockname()[1]
            tell(_told(*place, context.served.name, local=local, token=token, proxy=proxy))
            log_to_stderr()
            # What there is to say of rows is for those who sent them.
            simplefilter("ignore")
            hand_over_signals()
            listen(app, at, proxies)


def _token(path: str | None) -> str | None:
    """Read the token.

    Raises
    ------
    OptionError
    """
    if path is None:
        return os.environ.get(TOKEN_VARIABLE, "").strip() or None
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as it was typed
            text = file.read(_LONGEST_TOKEN_FILE).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        msg = f"--token-file: cannot read {path!r}: {why}."
        raise OptionError(msg) from error
    if not text:
        msg = f"--token-file: {path!r} is empty; it must hold the token."
        raise OptionError(msg)
    return text


def _told(
    host: str, port: int, name: str, *, local: bool, token: str | None, proxy: str | None
) -> str:
    """Say where the service is, and what is exposed to whom."""
    where = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    if local and token is None:
        return f"{name} is served at {where}, to this machine only. End with Ctrl-C."
    whom, plain = "this machine", ""
    if proxy is not None:
        whom = f"all who reach the proxy at {proxy}"
    elif not local:
        whom, plain = f"all who reach {host}", " Nothing is encrypted: put TLS in front of it."
    return (
        f"{name} is served at {where}, to {whom} with the token: estimates, the inputs of all rows "
        f"that are kept, what people said, and the review.{plain} End with Ctrl-C."
    )
