"""Gives a device 2,000 addresses, half of which come and go without end: address-churn.py DEVICE

10.9.0.0/16 holds those that stay, 10.8.0.0/16 the others. The kernel lists addresses of a narrower scope first
(__inet_insert_ifa), and an address that goes moves all that stand behind it: a dump that was begun before skips one that
stays. Says "ready" when all are there; ends when stdin ends.
"""
import os
import select
import socket
import struct
import sys

# include/uapi/linux/rtnetlink.h, netlink.h, if_addr.h
RTM_NEWADDR, RTM_DELADDR = 20, 21
REQUEST_WITH_ANSWER, CREATE = 0x05, 0x400
IFA_ADDRESS, IFA_LOCAL = 1, 2
SCOPE_GLOBAL, SCOPE_LINK = 0, 253

kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
kernel.bind((0, 0))
device = socket.if_nametoindex(sys.argv[1])


def ask(kind, flags, address, scope):
    number = socket.inet_aton(address)
    body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, scope, device)
    for attribute in IFA_LOCAL, IFA_ADDRESS:
        body += struct.pack("=HH4s", 8, attribute, number)
    kernel.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST_WITH_ANSWER | flags, 1, 0) + body)
    (error,) = struct.unpack_from("=i", kernel.recv(4096), 16)
    if error != 0:
        raise OSError(-error, os.strerror(-error), address)


changing = []
for index in range(1000):
    place = f"{index >> 8}.{index & 255}"
    changing.append(f"10.8.{place}")
    ask(RTM_NEWADDR, CREATE, f"10.8.{place}", SCOPE_LINK)
    ask(RTM_NEWADDR, CREATE, f"10.9.{place}", SCOPE_GLOBAL)
print("ready", flush=True)
turns = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    some = changing[100 * (turns % 10) :][:100]
    for address in some:
        ask(RTM_DELADDR, 0, address, SCOPE_LINK)
    for address in some:
        ask(RTM_NEWADDR, CREATE, address, SCOPE_LINK)
    turns += 1
print(turns, flush=True)
