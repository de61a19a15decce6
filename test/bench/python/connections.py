"""Short connections: connections.py ADDRESS PORT RATE [reset]; RATE 0: as many as can be.

Both ends are in this process: on loopback connect(2) finishes the handshake before it returns, so that no other process
has to be woken, and one core makes some 25,000 a second. With `reset` every second one is ended by the server's RST.
`count` answers how many there were so far.
"""
import socket
import struct
import sys

import helper

BATCH = 100
PAUSE = 0.001
RESET = struct.pack("ii", 1, 0)  # struct linger, on and 0 s: close(2) sends RST


def connect(listener, place, is_reset):
    client = socket.socket()
    client.connect(place)
    server, _ = listener.accept()
    if is_reset:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    server.close()
    client.close()


def main(address, port, rate, has_resets):
    helper.prepare()
    place = (address, port)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(place)
    listener.listen(128)
    made = 0
    started = helper.now()
    while True:
        due = BATCH if rate == 0 else min(BATCH, (helper.now() - started) * rate // 1_000_000_000 - made)
        for _ in range(due):
            connect(listener, place, has_resets and made % 2 == 1)
            made += 1
        if helper.is_asked(0 if due == BATCH else PAUSE):
            helper.obey(lambda words: {"count": made, "at": helper.now()})


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["reset"])
