"""What reads /proc/net/tcp at an interval: peer_proc.py ADDRESS PORT SECONDS."""
import socket
import struct
import sys

import helper

LISTEN = "0A"


def main(address, port, interval):
    helper.prepare()
    # The address is printed as the number that its four bytes are on this machine.
    place = f"{struct.unpack('=I', socket.inet_aton(address))[0]:08X}:{port:04X}"
    was_up = False
    while not helper.is_asked(interval):  # nobody asks: stdin ends
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table.readlines()]
        is_up = any(row[1] == place and row[3] == LISTEN for row in rows)
        if is_up != was_up:
            was_up = is_up
            print("announce" if was_up else "withdraw", f"route {address}/32 next-hop self", flush=True)


main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
