"""Runs a command on a terminal of its own: on_terminal.py [COLUMNS] PROGRAM... with a dialogue on stdin.

Each line of the dialogue is "TEXT" to wait for, then a tab, then what is typed (\\x03: Ctrl-C).
Prints all that the terminal was shown, then "status N".
"""

import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import fcntl

LIMIT_S = 20


def main():
    dialogue = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    columns = int(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execvp(sys.argv[2], sys.argv[2:])
    shown, looked = b"", 0
    end = time.monotonic() + LIMIT_S
    while True:
        if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(child, signal.SIGKILL)
            sys.exit("it has not ended in %d s; so far: %r" % (LIMIT_S, shown))
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the program has ended
            break
        shown += piece
        while dialogue and dialogue[0][0].encode() in shown[looked:]:
            text, typed = dialogue.pop(0)
            looked = shown.index(text.encode(), looked) + len(text.encode())
            os.write(terminal, typed.encode().decode("unicode_escape").encode())
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
    print("\nstatus %d" % os.waitstatus_to_exitcode(status))
    if dialogue:
        sys.exit("never seen: %r" % dialogue[0][0])


main()
