"""Run a search on this machine by a chief and several workers.

    python tuning/workers.py --workers 2 --dataset digits --max-trials 12 --directory runs/workers

What is not its own is handed to search.py. A process that is killed is started again under its name, and goes on; one
that ends with an error ends them all. Workers share the machine's GPUs: with --gpus each worker sees one.
"""

import argparse
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

SEARCH = pathlib.Path(__file__).with_name("search.py")
GRACE = 60  # seconds for the workers to end after the chief


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2, help="default %(default)s")
    parser.add_argument("--port", type=int, help="of the chief; default: a free one")
    parser.add_argument("--gpus", type=int, default=0, help="GPUs to divide among the workers; default %(default)s")
    parser.add_argument("--restarts", type=int, default=3, help="of each killed process; default %(default)s")
    options, rest = parser.parse_known_args(arguments)
    if options.workers < 1:
        parser.error(f"--workers must be at least 1. Received: {options.workers}")
    return options, rest


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Process:
    """One process of the search, whose lines are printed under its name."""

    def __init__(self, name, arguments, environment):
        self.name = name
        self.arguments = arguments
        self.environment = {**os.environ, **environment, "KERASTUNER_TUNER_ID": name, "PYTHONUNBUFFERED": "1"}
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        self.process = subprocess.Popen(
            [sys.executable, str(SEARCH), *self.arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self.show, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def show(self, lines):
        for line in lines:
            print(f"[{self.name}] {line}" if line.strip() else "", end="" if line.strip() else "\n", flush=True)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.reader.join()


def watch(processes, restarts):
    """Wait until the chief has ended; start what was killed again. Return the exit code."""
    chief, finished_at = processes[0], None
    while True:
        codes = {process: process.process.poll() for process in processes}
        for process, code in codes.items():
            if code is None or code == 0:
                continue
            if code > 0 or process.starts > restarts:
                process.reader.join()
                print(f"{process.name} ended with code {code}: the search stops; the same command goes on")
                return 1
            print(f"{process.name} was killed by {signal.Signals(-code).name} and is started again", flush=True)
            process.start()
        if codes[chief] == 0:
            finished_at = finished_at or time.monotonic()
            if all(code == 0 for code in codes.values()) or time.monotonic() - finished_at > GRACE:
                return 0
        time.sleep(0.5)


def main(arguments: list[str] | None = None) -> None:
    options, rest = parse_arguments(arguments)
    # keras-tuner's chief asks nobody for a password: nothing but this machine may reach it.
    environment = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(options.port or free_port())}
    processes = [Process("chief", rest, {**environment, "CUDA_VISIBLE_DEVICES": ""})]
    try:
        for i in range(options.workers):
            gpu = {"CUDA_VISIBLE_DEVICES": str(i % options.gpus)} if options.gpus else {}
            processes.append(Process(f"worker-{i}", rest, {**environment, **gpu}))
        code = watch(processes, options.restarts)
    except KeyboardInterrupt:
        print("stopped: the same command goes on with the trials that were interrupted")
        code = 130
    finally:
        for process in processes:
            process.end()
    raise SystemExit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
