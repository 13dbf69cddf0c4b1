"""Whether a web server of the configuration is up, by Playwright's own rule."""

import contextlib
import socket
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit, urlunsplit

from shifty.worker.playwright.model import WebServer

_PATIENCE_S = 5.0


def answers(server: WebServer) -> bool:
    """A port accepts connections; an address answers with 200 to 403, its ``/index.html`` standing in for ``/``."""
    if server.url is None:
        return False
    parts = urlsplit(server.url)
    if server.port_only:
        return any(_accepts(host, parts.port or 80) for host in ("127.0.0.1", "::1"))
    status = _status(server.url, server.ignore_https_errors)
    if status == 404 and parts.path in ("", "/"):
        status = _status(urlunsplit(parts._replace(path="/index.html")), server.ignore_https_errors)
    return 200 <= status < 404


def _accepts(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=_PATIENCE_S):
        return True
    return False


def _status(url: str, ignore_https_errors: bool) -> int:
    context = ssl.create_default_context()
    if ignore_https_errors:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    # Playwright asks directly, whatever proxies the environment names: servers of the configuration are local.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(url, headers={"Accept": "*/*"})  # noqa: S310 - the user's own configuration
    try:
        with opener.open(request, timeout=_PATIENCE_S) as response:
            return int(response.status)
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code
    except (OSError, ValueError):
        return 0
