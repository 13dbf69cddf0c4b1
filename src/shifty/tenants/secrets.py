"""The text of an API key: made, read, compared. Pure but for the random source."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

# Fixed alphabets and lengths, so that a secret scanner can find a leaked key by its form.
_FORM = re.compile(r"shf_([0-9a-f]{16})_([0-9a-f]{64})")


@dataclass(frozen=True)
class KeyText:
    """What a caller holds. Its ``repr`` hides the secret: keys end up in logs by accident."""

    id: str
    secret: str

    @classmethod
    def new(cls) -> "KeyText":
        return cls(secrets.token_hex(8), secrets.token_hex(32))

    @property
    def hash(self) -> bytes:
        """SHA-256: a secret of 256 random bits gains nothing from a slow hash."""
        return hashlib.sha256(self.secret.encode()).digest()

    def matches(self, stored_hash: bytes) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self.hash, stored_hash)

    def __str__(self) -> str:
        return f"shf_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"KeyText(shf_{self.id}_…)"


def read_key(text: str) -> KeyText | None:
    """The key in ``text``, or None where it has not the form of one."""
    match = _FORM.fullmatch(text)
    return KeyText(match[1], match[2]) if match else None


def bearer(authorization: str | None) -> KeyText | None:
    """The key in an Authorization header, or None."""
    scheme, _, rest = (authorization or "").strip().partition(" ")
    return read_key(rest.strip()) if scheme.lower() == "bearer" else None
