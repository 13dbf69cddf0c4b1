"""Signatures are those that Amazon's own description gives."""

from datetime import UTC, datetime, timedelta

from shifty.storage.sigv4 import Credentials, presign

# From https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html.
_EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
_NOW = datetime(2013, 5, 24, tzinfo=UTC)


def _signed(method: str = "GET", credentials: Credentials = _EXAMPLE, **headers: str) -> str:
    return presign(
        method,
        "https://examplebucket.s3.amazonaws.com/test.txt",
        {name.replace("_", "-"): value for name, value in headers.items()},
        credentials=credentials,
        region="us-east-1",
        now=_NOW,
        expires_in=timedelta(days=1),
    )


def test_the_example_of_amazon_comes_out() -> None:
    assert _signed() == (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
        "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_every_header_is_in_the_signature() -> None:
    signatures = {
        _signed().rpartition("=")[2],
        _signed("PUT").rpartition("=")[2],
        _signed("PUT", Content_Length="5").rpartition("=")[2],
        _signed("PUT", Content_Length="6").rpartition("=")[2],
        _signed("PUT", Content_Length="5", Content_Type="text/plain").rpartition("=")[2],
    }

    assert len(signatures) == 5
    assert "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost" in _signed(Content_Type="a/b", Content_Length="1")


def test_temporary_keys_bring_their_token() -> None:
    url = _signed(credentials=Credentials("AKIA", "secret", "to/ken="))

    assert "&X-Amz-Security-Token=to%2Fken%3D&" in url
    assert "secret" not in repr(Credentials("AKIA", "secret", "token"))
    assert "token" not in repr(Credentials("AKIA", "secret", "token")).replace("session_token", "")
