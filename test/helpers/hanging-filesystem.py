"""Mounts a file system that answers nothing, then becomes the command: whatever looks below the folder hangs there.

hanging-filesystem.py FOLDER COMMAND [ARGUMENT…], in a mount namespace of its own. It goes with the last process that has it."""
import ctypes
import os
import sys

folder, *command = sys.argv[1:]
# Who opened it would answer what the kernel asks: fuse(4). Nobody reads, not even its first question.
fuse = os.open("/dev/fuse", os.O_RDWR)
os.set_inheritable(fuse, True)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0".encode()
if libc.mount(b"nobody", folder.encode(), b"fuse", 0, options) != 0:
    raise OSError(ctypes.get_errno(), "mount")
os.execvp(command[0], command)
