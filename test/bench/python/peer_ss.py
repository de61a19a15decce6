"""HA2BGP's way of looking, without its delays: each second `ss` and `ip`, as it calls them (check/listen, check/ifup).

peer_ss.py ADDRESS PORT. A stand-in: the original is a Go program, whose own share of the processor time is not in this.
"""
import subprocess
import sys

import helper

INTERVAL = 1


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout.decode()


def is_up(address, port):
    listeners = output("ss", "-l", "-n", "-t", f"( sport = :{port} )")
    addresses = output("ip", "-o", "address", "show", "up")
    listens = any(line.split()[3].rpartition(":")[0] == address for line in listeners.splitlines()[1:])
    # A loopback address of 127.0.0.0/8 is there with the network itself.
    return listens and (address.startswith("127.") or any(line.split()[3].startswith(address + "/") for line in addresses.splitlines()))


def main(address, port):
    helper.prepare()
    was_up = False
    while not helper.is_asked(INTERVAL):  # nobody asks: stdin ends
        if is_up(address, port) != was_up:
            was_up = not was_up
            print("announce" if was_up else "withdraw", f"route {address}/32 next-hop self", flush=True)


main(sys.argv[1], sys.argv[2])
