"""Changes of the host over rtnetlink(7), with the times right before sendmsg(2) hands each to the kernel and after it.

The kernel makes the change within that very call, so that neither the start of a process nor a queue is in the time.
"""
import socket
import struct

import helper

RTM_NEWLINK, RTM_NEWADDR, RTM_DELADDR = 16, 20, 21
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 0x1, 0x4, 0x200, 0x400
NLMSG_ERROR = 2
IFA_ADDRESS, IFA_LOCAL = 1, 2
IFF_UP = 1

kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
kernel.bind((0, 0))


def change(kind, flags, body):
    message = struct.pack("=IHHII", 16 + len(body), kind, flags | NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body
    at = helper.now()
    kernel.send(message)
    returned = helper.now()
    _, answer_kind, _, _, _, error = struct.unpack_from("=IHHIIi", kernel.recv(4096))
    if answer_kind != NLMSG_ERROR or error != 0:
        raise OSError(-error, "the kernel refused")
    return [at, returned]


def address(kind, flags, text, device):
    """struct ifaddrmsg, and the address as a /32."""
    attribute = struct.pack("=HH4s", 8, IFA_LOCAL, socket.inet_aton(text))
    attribute += struct.pack("=HH4s", 8, IFA_ADDRESS, socket.inet_aton(text))
    return change(kind, flags, struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, socket.if_nametoindex(device)) + attribute)


def link(flags, device):
    """struct ifinfomsg: the flag to set, and the mask of flags that are to be changed."""
    return change(RTM_NEWLINK, 0, struct.pack("=BxHiII", 0, 0, socket.if_nametoindex(device), flags, IFF_UP))


def command(words):
    match words:
        case ["add", text, device]:
            return address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, text, device)
        case ["remove", text, device]:
            return address(RTM_DELADDR, 0, text, device)
        case ["up", device]:
            return link(IFF_UP, device)
        case ["down", device]:
            return link(0, device)
    raise ValueError(f"unknown command: {words}")


helper.serve(command)
