"""Listeners: many at once in this process, or one each in processes of their own that are there to be killed."""
import ipaddress
import os
import select
import signal
import socket

import helper

sockets = []
# Open for writing in this process alone: whoever reads it ends with this process.
life, life_of_children = os.pipe()


def listener(address, port):
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    return made


def open_many(count, first, port):
    """Opens `count` listeners on the addresses from `first` on: when each began to listen."""
    start = int(ipaddress.ip_address(first))
    times = []
    for index in range(count):
        made = listener(str(ipaddress.ip_address(start + index)), port)
        times.append(helper.now())
        made.listen(16)
        sockets.append(made)
    return times


def close_many():
    times = []
    for made in sockets:
        times.append(helper.now())
        made.close()
    sockets.clear()
    return times


def fork_one(address, port):
    """A process that listens; answers once it does."""
    ready, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        for descriptor in (0, 1, life_of_children, ready):
            os.close(descriptor)
        made = listener(address, port)
        made.listen(16)
        os.write(said, b".")
        # Whoever checks by connecting has to be taken, or a full accept queue makes the next ones hang.
        while life not in select.select([made, life], [], [])[0]:
            made.accept()[0].close()
        os._exit(0)
    os.close(said)
    listens = os.read(ready, 1) == b"."
    os.close(ready)
    if not listens:
        raise RuntimeError("the process that should listen has ended")
    return pid


def command(words):
    match words:
        case ["open", count, first, port]:
            return open_many(int(count), first, int(port))
        case ["close"]:
            return close_many()
        case ["fork", address, port]:
            return fork_one(address, int(port))
    raise ValueError(f"unknown command: {words}")


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed leave no zombies
helper.serve(command)
