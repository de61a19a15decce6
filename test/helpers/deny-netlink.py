"""Runs a command without AF_NETLINK, as systemd's RestrictAddressFamilies= would: deny-netlink.py COMMAND [ARGUMENT ...]

A seccomp filter (seccomp(2), classic BPF on struct seccomp_data) lets socket(2) fail with EAFNOSUPPORT for that family. It
stays in force over execve(2).
"""
import ctypes
import os
import platform
import struct
import sys

# include/uapi/linux/prctl.h, seccomp.h, filter.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]
NUMBER = 0
FIRST_ARGUMENT = 16 if sys.byteorder == "little" else 20
AF_NETLINK, EAFNOSUPPORT = 16, 97
# Of the machine's own system call table; `arch` goes unchecked, as no other table is used in a test.
SOCKET = {"x86_64": 41, "aarch64": 198}[platform.machine()]

PROGRAM = [
    (LOAD_WORD, 0, 0, NUMBER),
    (JUMP_IF_EQUAL, 0, 3, SOCKET),
    (LOAD_WORD, 0, 0, FIRST_ARGUMENT),
    (JUMP_IF_EQUAL, 0, 1, AF_NETLINK),
    (RETURN, 0, 0, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
    (RETURN, 0, 0, SECCOMP_RET_ALLOW),
]


class Filter(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def prctl(*arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*arguments) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


code = b"".join(struct.pack("=HBBI", *instruction) for instruction in PROGRAM)
prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(Filter(len(PROGRAM), code)))
os.execvp(sys.argv[1], sys.argv[1:])
