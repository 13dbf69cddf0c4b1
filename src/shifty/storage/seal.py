"""Signs the addresses of uploads that come to us, with a secret that all replicas share."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from shifty.storage.blobs import UploadTerms
from shifty.storage.errors import BadSignature

_FORGED = "The address of this upload was not signed by this server as it stands."


def sealed_query(secret: bytes, terms: UploadTerms) -> str:
    """The query of an address that is good for ``terms``; its path names the key."""
    given = {
        "expires": str(int(terms.expires_at.timestamp())),
        "max": str(terms.max_bytes),
        **({"size": str(terms.size_bytes)} if terms.size_bytes is not None else {}),
        "type": terms.content_type,
    }
    return urlencode({**given, "signature": _signature(secret, terms.key, given)})


def opened_terms(secret: bytes, key: str, query: Mapping[str, str], now: datetime) -> UploadTerms:
    """What the address was signed for.

    Raises:
        BadSignature: it is forged, or its time is over.
    """
    given = {name: query[name] for name in ("expires", "max", "size", "type") if name in query}
    shown = query.get("signature", "")
    if not hmac.compare_digest(shown.encode(errors="surrogatepass"), _signature(secret, key, given).encode()):
        raise BadSignature(_FORGED)
    # From here on it is our own hand.
    expires_at = datetime.fromtimestamp(int(given["expires"]), UTC)
    if now >= expires_at:
        raise BadSignature(f"The address of this upload was good until {expires_at:%Y-%m-%dT%H:%M:%SZ}.")
    return UploadTerms(
        key=key,
        content_type=given["type"],
        size_bytes=int(given["size"]) if "size" in given else None,
        max_bytes=int(given["max"]),
        expires_at=expires_at,
    )


def _signature(secret: bytes, key: str, given: Mapping[str, str]) -> str:
    # Names and values are encoded, so that no two sets of terms read the same.
    text = f"PUT {key}?{urlencode(sorted(given.items()), errors='surrogatepass')}"
    return hmac.digest(secret, text.encode(errors="surrogatepass"), "sha256").hex()
