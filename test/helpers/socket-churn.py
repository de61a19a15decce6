"""Sockets that come and go without end: socket-churn.py tcp|udp group|distinct

group:    1,000 of one SO_REUSEPORT group on 10.0.0.1%lo:80, some hundred of which come and go at once
distinct: 2,000, each on an address and port of its own: 10.1.0.1 to 10.1.7.250, ports 80 to 87
Says "ready" when all are there; ends when stdin ends.
"""
import random
import select
import socket
import sys

protocol, kind = sys.argv[1:]
TYPE = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}[protocol]


def place(index):
    if kind == "group":
        return "10.0.0.1", 80
    return f"10.1.{index % 8}.{index // 8 + 1}", 80 + index % 8


def opened(index):
    s = socket.socket(socket.AF_INET, TYPE)
    if kind == "group":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    else:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(place(index))
    if protocol == "tcp":
        s.listen()
    return s


held = [opened(index) for index in range(1000 if kind == "group" else 2000)]
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    first = random.randrange(len(held))
    some = [index % len(held) for index in range(first, first + random.randrange(1, 300))]
    for index in some:
        held[index].close()
    for index in some:
        held[index] = opened(index)
