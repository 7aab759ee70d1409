"""A real S3 server on the loopback: `rclone serve s3` over a folder of our own."""

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ACCESS, SECRET, BUCKET = "zhuze-test", "a+secret/with=signs", "evidence"
RCLONE = shutil.which("rclone", path=str(Path(sys.executable).parent)) or "rclone"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Rclone:
    """The server and what a client must know of it. `stop` ends it as a power cut would."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"s3://{ACCESS}:a%2Bsecret%2Fwith%3Dsigns@{self.endpoint}/{BUCKET}?secure=0&region=cn-north-1"

    def start(self) -> None:
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [RCLONE, "serve", "s3", "--addr", self.endpoint, "--auth-key", f"{ACCESS},{SECRET}",
             "--config", "/dev/null", str(self.folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 20
        while not self._answers():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError("rclone serve s3 did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
