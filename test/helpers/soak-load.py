"""Services that come and go, always new ones: soak-load.py DEVICE [NETWORK]

Each is an address of its own inside 10.64.0.0/10 and a listener on it, TCP or UDP. With NETWORK, such as 100.64.0, they are
in that /24, and come again after 200 others. Up to 50 are there at a time; of one that
goes, the address or the listener goes first. Ends when stdin ends, and says how many there were.
"""
import random
import select
import socket
import struct
import sys

# include/uapi/linux/rtnetlink.h, netlink.h, if_addr.h
RTM_NEWADDR, RTM_DELADDR = 20, 21
REQUEST_WITH_ANSWER, CREATE = 0x05, 0x400
IFA_ADDRESS, IFA_LOCAL = 1, 2
PAUSE = 0.02
MOST = 50

kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
kernel.bind((0, 0))
device = socket.if_nametoindex(sys.argv[1])


def ask(kind, flags, address):
    body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, device)
    for attribute in IFA_LOCAL, IFA_ADDRESS:
        body += struct.pack("=HH4s", 8, attribute, socket.inet_aton(address))
    kernel.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST_WITH_ANSWER | flags, 1, 0) + body)
    (error,) = struct.unpack_from("=i", kernel.recv(4096), 16)
    if error != 0:
        raise OSError(-error, address)


def opened(address):
    is_tcp = random.random() < 0.5
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM)
    s.bind((address, 80))
    if is_tcp:
        s.listen()
    return s


def address_of(number):
    if len(sys.argv) > 2:
        return f"{sys.argv[2]}.{1 + number % 200}"
    return f"10.{64 + (number >> 16) % 64}.{(number >> 8) & 255}.{number & 255}"


# Address → its listener, and whether the address itself is there.
services = {}
count = 0
while not select.select([sys.stdin], [], [], PAUSE)[0]:
    address = address_of(count)
    if len(services) < random.randrange(1, MOST + 1) and address not in services:
        ask(RTM_NEWADDR, CREATE, address)
        services[address] = [opened(address), True]
        count += 1
        continue
    address = random.choice(list(services))
    listener, is_there = services[address]
    if listener is not None and (not is_there or random.random() < 0.5):
        listener.close()
        services[address][0] = None
    elif is_there:
        ask(RTM_DELADDR, 0, address)
        services[address][1] = False
    if services[address] == [None, False]:
        del services[address]
print(count, flush=True)
