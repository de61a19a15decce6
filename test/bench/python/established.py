"""Established connections that do nothing: `hold COUNT ADDRESS PORT` makes them, both ends in this process."""
import socket

import helper

held = []


def hold(count, address, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(128)
    held.append(listener)
    for _ in range(count):
        client = socket.socket()
        client.connect((address, port))
        held.extend([client, listener.accept()[0]])
    return count


helper.serve(lambda words: hold(int(words[1]), words[2], int(words[3])))
