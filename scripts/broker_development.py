"""The local development server (noida-db, scripts/development-server.txt): quick to start, no Java; not Apache Kafka."""

import os
from importlib.metadata import distributions
from pathlib import Path

from broker_process import Failed, Node

PACKAGES = Path(__file__).resolve().parent.parent / ".venv" / "lib"


class DevelopmentServer:
    def __init__(self):
        # The server itself, not .venv/bin/noida-db: that is a Python wrapper that dies of SIGTERM and leaves its child,
        # the server, running.
        self.program = next(PACKAGES.glob("python3*/site-packages/noida_db/noida-db"), None)
        if self.program is None:
            raise Failed("the local development broker is not installed: make deps; or name Apache Kafka's folder: KAFKA_HOME=DIR")
        if not os.access(self.program, os.X_OK):  # A wheel may lose the bit; the wrapper sets it too.
            self.program.chmod(0o755)
        found = distributions(name="noida-db", path=[str(self.program.parent.parent)])
        self.name = f"noida-db {next((one.version for one in found), '')}".strip() + " (development broker)"


class DevelopmentNode(Node):
    def __init__(self, server, directory, port):
        super().__init__(1, directory)
        self.server, self.port = server, port

    def command(self):
        return [str(self.server.program), "start", "--data-dir", str(self.directory / "data"), "--only", "kafka",
                "--kafka-port", str(self.port)]
