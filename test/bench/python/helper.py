"""What every helper of the benchmark does: one command a line on stdin, one JSON answer a line on stdout.

It ends with its stdin, so that it never outlives the benchmark, however that ends. Times are CLOCK_MONOTONIC in
nanoseconds, which is process.hrtime() of Node's too: they can be compared between processes.
"""
import json
import resource
import select
import signal
import sys
import time

now = time.monotonic_ns


def answer(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def prepare():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the benchmark's to answer
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def obey(command):
    """Calls `command(words)` for one line; what it raises is the answer. Ends the process with stdin."""
    line = sys.stdin.readline()
    if line == "":
        sys.exit()
    try:
        answer(command(line.split()))
    except Exception as error:  # whatever it is, the benchmark has to hear of it
        answer({"error": f"{type(error).__name__}: {error}"})


def serve(command):
    prepare()
    while True:
        obey(command)


def is_asked(within):
    """Whether a command waits, at the latest after so many seconds."""
    return bool(select.select([sys.stdin], [], [], within)[0])
