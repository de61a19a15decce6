"""Half-open clients: `syn COUNT ADDRESS PORT` sends SYNs of clients that will never finish the handshake, and
`count ADDRESS PORT` counts those that the kernel holds.

The clients are in 198.18.0.0/15, which the benchmark routes to a cable whose other end drops everything: no RST comes
back for the SYN-ACK, and the kernel keeps the request until its timer ends it.
"""
import itertools
import socket
import struct
import subprocess

import helper

raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
clients = itertools.count()
last = {}  # the ports of the last clients of each address


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def syn(source, source_port, target, port):
    """RFC 791 §3.1 and RFC 9293 §3.1, no options; the kernel fills in the checksum and the length of the IP header."""
    tcp = struct.pack("!HHIIBBHHH", source_port, port, 1, 0, 5 << 4, 0x02, 65535, 0, 0)
    pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_TCP, 0, source, target) + tcp


def send(count, address, port):
    target = socket.inet_aton(address)
    last[address] = set()
    for client in itertools.islice(clients, count):
        # Never the same client twice within a run: its request of before may still be there.
        source = struct.pack("!BBH", 198, 18, 1 + client // 50_000 % 60_000)
        source_port = 1_024 + client % 50_000
        raw.sendto(syn(source, source_port, target, port), (address, 0))
        last[address].add(source_port)
    return count


def count_open(address, port):
    """How many of the last ones the kernel knows of. Here: the benchmark itself must not stand still for a process."""
    command = ["ss", "-Htn", "state", "syn-recv", "src", f"{address}:{port}"]
    rows = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return len(last[address] & {int(row.rpartition(":")[2]) for row in rows})


def command(words):
    match words:
        case ["syn", count, address, port]:
            return send(int(count), address, int(port))
        case ["count", address, port]:
            return count_open(address, port)
    raise ValueError(f"unknown command: {words}")


helper.serve(command)
