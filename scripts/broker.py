#!/usr/bin/env python3
"""A broker on this machine, for trying things out: Apache Kafka where KAFKA_HOME names its folder (the one that has
libs/), else the local development server. It ends with Ctrl-C, with the command it runs, or when who started it has
gone; nothing of it stays but what --data names.

  broker.py run [OPTIONS] [-- COMMAND...]      in the foreground, or as long as COMMAND, which finds it in $FRAMEFEED_BROKER
  broker.py kill|stop|begin|start|suspend|resume DIRECTORY NODE...
                                               nodes of one that runs there (--data, --temporary); start waits until
                                               they serve again, which Kafka does 9 s after a kill, begin does not wait
  broker.py name HOST:PORT                     what runs there
  broker.py prepare                            makes later starts of Kafka quicker (once for each version and Java)

DIRECTORY/cluster.json says where each node listens; DIRECTORY/nN/log is what node N says.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

import broker_wire as wire
from broker_cluster import Cluster, Listener
from broker_development import DevelopmentServer
from broker_kafka import COLLECTOR, Kafka
from broker_prepare import prepare
from broker_process import Failed
from broker_watch import Ended, Watch, tell

USAGE = 64
# As bin/kafka-server-start.sh and bin/kafka-run-class.sh of Kafka 4.3 have them.
PRODUCTION_HEAP = "1g"
PRODUCTION_COLLECTOR = ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
                        "-XX:+ExplicitGCInvokesConcurrent"]


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        self.exit(USAGE, f"broker.py: {message}\n")


def arguments():
    parser = Arguments(prog="broker.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    run = actions.add_parser("run")
    run.add_argument("--nodes", type=int, default=1, help="of Kafka: a cluster of so many brokers")
    run.add_argument("--port", type=int, default=0, help="of the first node, the others follow (default: free ones)")
    run.add_argument("--data", type=Path, metavar="DIR", help="data that stays, and is taken again")
    run.add_argument("--temporary", type=Path, metavar="DIR", help="a directory of its own, removed at the end")
    run.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE", help="of server.properties")
    run.add_argument("--settings", dest="files", action="append", default=[], type=Path, metavar="FILE", help="of more of them")
    run.add_argument("--listener", dest="listeners", action="append", default=[], metavar="NAME=PROTOCOL[@HOST:PORT,...]",
                     help="one more port of each node, and what each tells clients of it")
    run.add_argument("--add-scram", dest="scram", action="append", default=[], metavar="MECHANISM=[name=..,password=..]")
    run.add_argument("--heap", help="of each node (default: 512m; 1g with --production)")
    run.add_argument("--java", dest="options", action="append", default=[], metavar="OPTION", help="of the JVM")
    run.add_argument("--production", action="store_true", help="heap and collector of Kafka's own start script")
    run.add_argument("--jmx", action="store_true", help="Kafka's metrics on ports of this machine, which COMMAND finds in $FRAMEFEED_JMX")
    run.add_argument("--development", action="store_true", help="the development server, also with KAFKA_HOME")
    run.add_argument("--stay", action="store_true", help="also when who started it has gone")
    run.add_argument("--quiet", action="store_true", help="says nothing when it is ready")
    for action in "kill", "stop", "begin", "start", "suspend", "resume":
        told = actions.add_parser(action)
        told.add_argument("directory", type=Path)
        told.add_argument("nodes", type=int, nargs="+")
    actions.add_parser("name").add_argument("address")
    actions.add_parser("prepare")
    given = sys.argv[1:]
    cut = given.index("--") if "--" in given else len(given)
    found = parser.parse_args(given[:cut])
    found.command = given[cut + 1:]
    return found


def java_options(given):
    if not given.production:
        return [f"-Xmx{given.heap or '512m'}", *given.options]
    heap = given.heap or PRODUCTION_HEAP
    own = any(COLLECTOR.fullmatch(option) for option in given.options)
    return [f"-Xms{heap}", f"-Xmx{heap}", *([] if own else PRODUCTION_COLLECTOR), *given.options]


def lay_out(cluster, given):
    home = os.environ.get("KAFKA_HOME")
    if home and not given.development:
        pairs = [line.partition("=")[::2] for line in given.settings]
        for file in given.files:
            lines = [line.strip() for line in file.read_text().splitlines()]
            pairs = [line.partition("=")[::2] for line in lines if line and line[0] != "#"] + pairs
        cluster.kafka(Kafka(home), given.nodes, given.port, [Listener(text) for text in given.listeners], pairs,
                      java_options(given), given.scram, given.jmx)
    elif given.nodes > 1 or given.settings or given.files or given.listeners or given.scram or given.jmx or given.production:
        raise Failed("only Apache Kafka has several nodes, settings, listeners and a JVM: KAFKA_HOME=DIR, its folder that has libs/")
    else:
        cluster.development(DevelopmentServer(), given.port)


def run(given):
    directory = given.data or given.temporary or Path(tempfile.mkdtemp(prefix="framefeed-broker-"))
    directory.mkdir(parents=True, exist_ok=True)
    if given.data is None and any(directory.iterdir()):
        raise Failed(f"{directory} is not empty, and --temporary is removed at the end")
    cluster = Cluster(directory.resolve())
    status = 0
    try:
        with Watch(stay=given.stay) as watch:
            lay_out(cluster, given)
            cluster.start()
            if not given.quiet:
                ready = f"{cluster.name} at {','.join(cluster.addresses)}"
                # A command's standard output is its own.
                print(f"broker: {ready}" if given.command else ready, file=sys.stderr if given.command else sys.stdout, flush=True)
            status = watch.serve(cluster, given.command)
    except Ended as ended:
        status = ended.status
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        cluster.end(in_order=given.data is not None)
        if given.data is None:
            cluster.remove()
    return status


def main():
    # Whoever starts this may block signals in all its threads, which we would inherit, and our watch over it with them.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    given = arguments()
    try:
        if given.action == "run":
            return run(given)
        if given.action == "prepare":
            prepare(os.environ.get("KAFKA_HOME"))
        elif given.action == "name":
            print(f"{wire.name(given.address.split(',')[0])} at {given.address}")
        else:
            tell(given.directory, given.action, given.nodes)
        return 0
    except (Failed, wire.Unanswered, OSError) as error:
        print(f"broker.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
