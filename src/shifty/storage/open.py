"""The store that the settings name."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from shifty.config import Settings
from shifty.errors import UsageError
from shifty.storage.blobs import BlobStore
from shifty.storage.local import LocalBlobs
from shifty.storage.s3 import Bucket, S3Blobs, credentials_in

FOLDER: Final = "artifacts"
_PLAIN = re.compile(r"[A-Za-z0-9._/-]*")
_REMEDY = "write it as s3://bucket/prefix or file:///folder"


def open_blobs(settings: Settings, environment: Mapping[str, str] = os.environ) -> BlobStore:
    """The folder in ``data_dir``, or what ``storage_url`` names. Nothing is asked of it yet: see ``check``.

    Raises:
        UsageError: the URL is malformed, or half of the credentials is missing.
    """
    if settings.storage_url is None:
        return LocalBlobs(settings.data_dir / FOLDER)
    try:
        url = urlsplit(settings.storage_url)
        _ = url.port
    except ValueError as error:
        raise UsageError(f"SHIFTY_STORAGE_URL is malformed ({error}): {_REMEDY}.") from None
    if url.username or url.password or url.query or url.fragment:
        raise UsageError(
            f"SHIFTY_STORAGE_URL holds more than a place: {_REMEDY}. Keys and endpoint come from AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL."
        )
    match url.scheme:
        case "file" if url.netloc in ("", "localhost") and url.path:
            return LocalBlobs(Path(unquote(url.path)))
        case "s3" if url.netloc and url.port is None and _is_plain(url.path):
            return S3Blobs(_bucket(url.netloc, url.path.strip("/"), settings.storage_public_endpoint, environment))
        case _:
            raise UsageError(f"SHIFTY_STORAGE_URL is {settings.storage_url!r}, and that is no place: {_REMEDY}.")


def _bucket(name: str, prefix: str, public_endpoint: str | None, environment: Mapping[str, str]) -> Bucket:
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    in_host = environment.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "").lower() in ("1", "true", "yes", "on")
    given = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    host = f"https://{name}.s3.{region}.amazonaws.com" if in_host else f"https://s3.{region}.amazonaws.com"
    endpoint = (given or host).rstrip("/")
    public = (public_endpoint or endpoint).rstrip("/")
    for variable, value in (("AWS_ENDPOINT_URL", endpoint), ("SHIFTY_STORAGE_PUBLIC_ENDPOINT", public)):
        if not _is_http(value):
            raise UsageError(f"{variable} is {value!r}: write it as https://host:port.")
    return Bucket(
        name=name,
        prefix=prefix,
        region=region,
        endpoint=endpoint,
        public_endpoint=public,
        in_host=in_host,
        credentials=credentials_in(environment),
    )


def _is_plain(path: str) -> bool:
    return (
        bool(_PLAIN.fullmatch(path)) and not any(part in (".", "..") for part in path.split("/")) and "//" not in path
    )


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
