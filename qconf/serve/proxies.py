"""Whose word is taken for where a request comes from, and how.

Behind a proxy that ends TLS, all requests come from the proxy and none is encrypted. It writes into
X-Forwarded-For and X-Forwarded-Proto what it knows; anybody else could write there, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from qconf.errors import OptionError

__all__ = ["trusted_proxies"]

_OLD, _MAPPED = 4, 96
#: All clients of the old kind, as a socket that listens to both calls them.
_OLD_IN_NEW = IPv6Network(f"::ffff:0.0.0.0/{_MAPPED}")
#: A wider network than any company has.
_NARROWEST = 8


def trusted_proxies(addresses: Iterable[str]) -> list[str]:
    """Check the addresses of proxies, and write them as uvicorn reads them.

    Parameters
    ----------
    addresses : iterable of str
        Addresses or networks, such as ``10.0.0.7`` or ``10.0.0.0/24``.

    Raises
    ------
    OptionError
        If one is none, or is everybody's.

    Examples
    --------
    >>> trusted_proxies(["10.0.0.7"])
    ['10.0.0.7/32', '::ffff:10.0.0.7/128']
    """
    told = []
    for one in addresses:
        network = _network(one)
        told.append(str(network))
        if network.version == _OLD:
            # So a socket that listens to both kinds calls them.
            told.append(f"::ffff:{network.network_address}/{_MAPPED + network.prefixlen}")
    return told


def _network(address: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(address)
    except ValueError as error:
        msg = (
            f"--trusted-proxy must be addresses or networks, such as 10.0.0.7 or 10.0.0.0/24; got "
            f"{address!r}."
        )
        raise OptionError(msg) from error
    everybody = network.prefixlen < _NARROWEST
    if isinstance(network, IPv6Network):
        everybody |= network.supernet_of(_OLD_IN_NEW)
    if everybody:
        msg = f"--trusted-proxy {address} would believe everybody; name the proxy's own address."
        raise OptionError(msg)
    return network
