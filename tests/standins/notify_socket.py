"""A stand-in for the service manager at the other end of $NOTIFY_SOCKET (sd_notify(3)).

notify_socket.py FILE NAME: listens at NAME ("/path", or "@name" for an abstract socket) until it is
ended, and writes each message to FILE as one line: the milliseconds since the start of the machine, the
sender's process number as the kernel tells it, and the message with ";" for its newlines.
"""
import socket
import struct
import sys
import time


def main():
    target, name = sys.argv[1], sys.argv[2]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    listener.bind("\0" + name[1:] if name.startswith("@") else name)
    with open(target, "w", encoding="utf-8", buffering=1) as file:
        file.write("0 0 LISTENING\n")
        while True:
            message, ancillary, _, _ = listener.recvmsg(65536, socket.CMSG_SPACE(12))
            pid = struct.unpack("3i", ancillary[0][2][:12])[0]
            now = time.monotonic_ns() // 1000000
            file.write(f"{now} {pid} {message.decode().replace(chr(10), ';')}\n")


main()
