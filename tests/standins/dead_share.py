#!/usr/bin/env python3
"""dead_share.py FOLDER: mounts an empty folder over FOLDER by FUSE, and answers until it is sent
SIGUSR1; from then on whoever looks at the folder waits, as with a network share that is gone.
SIGTERM unmounts. Needs root. Says its number when it is mounted."""
import ctypes
import os
import signal
import struct
import sys

INIT, GETATTR, STATFS, OPENDIR, READDIR, RELEASEDIR, ACCESS = 26, 3, 17, 27, 28, 29, 34
ROOT = struct.pack("<QQQQQQIIIIIIIIII", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o040777, 2, 0, 0, 0, 4096, 0)

libc = ctypes.CDLL(None, use_errno=True)
folder = sys.argv[1].encode()
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"dead_share", folder, b"fuse", 0, options) < 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")


def end(*_):
    libc.umount2(folder, 2)
    os._exit(0)


silent = []
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGUSR1, lambda *_: silent.append(1))
print(os.getpid(), flush=True)
while True:
    request = os.read(fuse, 1 << 20)
    opcode, unique = struct.unpack_from("<4xIQ", request)
    error, body = 0, b""
    if opcode == INIT:
        body = struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 16, 12, 65536, 1, 0, 0, 0)
    elif opcode == GETATTR:  # valid for no time, so that it is asked for each time
        body = struct.pack("<QII", 0, 0, 0) + ROOT
    elif opcode in (OPENDIR, READDIR, RELEASEDIR, ACCESS):
        body = struct.pack("<QII", 1, 0, 0) if opcode == OPENDIR else b""
    else:
        error = -38  # ENOSYS
    if silent:
        continue
    os.write(fuse, struct.pack("<IiQ", 16 + len(body), error, unique) + body)
