"""A real S3 server on this machine: SeaweedFS, which checks signatures."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shifty.database import launch
from shifty.storage.sigv4 import Credentials, presign

BUCKET = "artifacts"
_KEY, _SECRET = "shifty-tests", "not-a-secret-of-anyone"
_START_S = 120.0
_TRIES = 5


class ObjectStore:
    """One server. ``stop`` and ``start`` again keep address and data, as a restart does."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="shifty-weed-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._ports: list[int] = []
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }
        (self._folder / "s3.json").write_text(json.dumps({"identities": [identity]}))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a server needs in its environment; ``new_url`` is its SHIFTY_STORAGE_URL."""
        return {
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
        }

    def new_url(self) -> str:
        """A place of one's own in the bucket."""
        return f"s3://{BUCKET}/{uuid4().hex}"

    def client(self, url: str) -> S3Store:
        """To look at what is below ``url``, past Shifty."""
        return S3Store(
            BUCKET,
            prefix=url.removeprefix(f"s3://{BUCKET}/"),
            endpoint=self.endpoint,
            access_key_id=_KEY,
            secret_access_key=_SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )

    def start(self) -> None:
        """Run until it takes objects. A port that somebody else took in between is given up for another."""
        restarting = bool(self._ports)
        for _ in range(1 if restarting else _TRIES):
            ports = self._ports or _free_ports(8)
            self._launch(ports)
            self._ports = ports
            if self._ready(ports[0]):
                return
            self.stop()
            self._ports = ports if restarting else []
        raise RuntimeError(f"SeaweedFS did not start:\n{(self._folder / 'log').read_text()[-3000:]}")

    def stop(self) -> None:
        """At once, as a machine that loses its power."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
        for socket_file in Path("/tmp").glob("seaweedfs-*-grpc-*.sock"):
            if socket_file.stem.rpartition("-")[2] in map(str, self._ports):
                socket_file.unlink(missing_ok=True)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def away(self) -> Generator[None]:
        """Nobody answers at its address; afterwards it is back, with its data."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def _launch(self, ports: list[int]) -> None:
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = ports
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(signal.SIGKILL))),
                    *("-1", "-1", str(Path(sys.executable).parent / "weed")),
                    *("server", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={data}"),
                    *("-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=200"),
                    # It elects itself, also after a restart; the default lets it think that over for 15 s.
                    *("-master.electionTimeout=500ms", "-master.heartbeatInterval=100ms", "-master.resumeState=false"),
                    "-master.peers=none",
                    *(f"-master.port={master}", f"-master.port.grpc={master_grpc}"),
                    *(f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}"),
                    *(f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}"),
                    *(
                        f"-filer.localSocket={self._folder / 'filer.sock'}",
                        f"-s3.localSocket={self._folder / 's3.sock'}",
                    ),
                    *(f"-s3.port={s3}", f"-s3.port.grpc={s3_grpc}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
                    "-s3.autoCreateBucket=false",
                    f"-s3.config={self._folder / 's3.json'}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )

    def _ready(self, port: int) -> bool:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                return False
            if _takes_objects(port):
                return True
            time.sleep(0.05)
        return False


def _takes_objects(port: int) -> bool:
    store = S3Store(
        BUCKET,
        endpoint=f"http://127.0.0.1:{port}",
        access_key_id=_KEY,
        secret_access_key=_SECRET,
        region="us-east-1",
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )
    try:
        _make_bucket(port)
        obstore.put(store, "ready", b"yes")
    except (BaseError, OSError, httpx.HTTPError):
        return False
    return True


def _make_bucket(port: int) -> None:
    """obstore can't; a bucket that is there is left as it is."""
    url = presign(
        "PUT",
        f"http://127.0.0.1:{port}/{BUCKET}",
        {},
        credentials=Credentials(_KEY, _SECRET),
        region="us-east-1",
        now=datetime.now(UTC),
        expires_in=timedelta(minutes=1),
    )
    httpx.put(url, timeout=5, trust_env=False)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as taken:
        sockets = [taken.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
