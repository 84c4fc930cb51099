"""A real sshd on this machine, for tests: on a port of its own, with keys of its own, for whoever runs the tests."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Sshd:
    """The server. A context manager: at its end it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("host", "user"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        (folder / "authorized").write_text((folder / "user.pub").read_text())
        (folder / "authorized").chmod(0o600)
        (folder / "config").write_text(
            f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nPidFile none\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nPrintMotd no\n"
            "PrintLastLog no\nListenAddress 127.0.0.1\n"
        )

    def __enter__(self) -> Self:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it goes to be without privileges
        for _ in range(5):
            self.port = _free_port()
            command = [str(SSHD), "-D", "-e", "-f", str(self._folder / "config"), "-p", str(self.port)]
            self._log = (self._folder / "log").open("w")
            self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=self._log)
            if self._listens():
                return self
            self._end()
        raise AssertionError((self._folder / "log").read_text())

    def __exit__(self, *_: object) -> None:
        self._end()

    def command(self, *remote: str) -> tuple[str, ...]:
        """Return what runs a command over it, on a terminal."""
        options = {
            "IdentityFile": self._folder / "user",
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
        }
        given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        user = f"{getpass.getuser()}@127.0.0.1"
        return ("ssh", "-tt", "-F", "none", "-p", str(self.port), *given, user, *remote)

    def _listens(self) -> bool:
        until = time.monotonic() + 20
        while time.monotonic() < until and self._server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _end(self) -> None:
        self._server.terminate()
        self._server.wait()
        self._log.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
