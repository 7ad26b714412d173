"""``emotigram serve`` as a process of its own, as for a user."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A server at work; its files are in ``home``, its log in ``log``."""

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[str]

    def files(self) -> list[Path]:
        """What it has on disk, but for its log."""
        return [path for path in self.home.rglob("*") if path.is_file() and path != self.log]


@contextmanager
def served(home: Path, *options: str, **settings: str) -> Iterator[Process]:
    """Serve with options of the command line and EMOTIGRAM_ settings; it is terminated on leaving."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    ours = {f"EMOTIGRAM_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "EMOTIGRAM_WRITER": "embedded", **ours}
    command = [sys.executable, "-m", "emotigram", "--interface", "en", "serve", "--port", port, *options]
    log = home / "server.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, env=environment, cwd=home, text=True, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        said = process.stdout.readline()
        assert f":{port}" in said, log.read_text()
        try:
            yield Process(f"http://127.0.0.1:{port}", home, log, process)
        finally:
            process.terminate()
            process.stdout.read()
