#!/usr/bin/env python3
"""A driver of a browser that fails: as .../MODE/chromedriver it fails in the way of MODE. As "tells" it prints
a PDF that says what it can see.

Beside it runs a process that has left its group and session and heeds no SIGTERM, as a browser's do."""
import base64
import http.server
import json
import os
import signal
import sys
import time

MODE = os.path.basename(os.path.dirname(os.path.abspath(sys.argv[0])))
FLOOD = 100 * 1000 * 1000


def leave_orphan():
    if os.fork() > 0:
        return
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() > 0:
        os._exit(0)
    with open(os.path.join(os.environ["TMPDIR"], "orphan"), "w", encoding="utf-8") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(60)


def surroundings():
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    files = {os.readlink(link) for link in links if os.path.lexists(link)}
    with open("/proc/net/dev", encoding="ascii") as file:
        networks = [line.split(":")[0].strip() for line in file if ":" in line]
    return "\n".join([f"ids {os.getuid()} {os.getgid()} {os.getgroups()}",
                      f"variables {' '.join(sorted(os.environ))}",
                      f"files {' '.join(sorted(name for name in files if name.startswith('/')))}",
                      f"networks {' '.join(networks)}"])


class Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def value(self, value, status=200):
        self.answer(json.dumps({"value": value}).encode(), status)

    def error(self, code, message, status=500):
        self.value({"error": code, "message": message + "\n  (Session info)", "stacktrace": "#0"}, status)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        name = self.path.rsplit("/", 1)[1]
        if MODE == "silent":
            with open(os.path.join(os.environ["TMPDIR"], "asked"), "w", encoding="utf-8"):
                time.sleep(600)
        elif name == "session":
            self.session(body)
        elif name == "url":
            self.value(None)
        else:
            self.print(name)

    def session(self, body):
        if MODE == "nonsense":
            self.answer(b"<h1>Hello</h1>")
        elif MODE == "no_id":
            self.value({"sessionId": "../../etc", "capabilities": {}})
        elif MODE == "no_session" or (MODE == "confined" and "--no-sandbox" not in body):
            self.error("session not created", "Chrome failed to start: crashed.")
        else:
            self.value({"sessionId": "b0a710", "capabilities": {}})

    def print(self, name):
        said = surroundings() if MODE == "tells" else name
        pdf = base64.b64encode(b"%PDF-1.4 " + said.encode()).decode()
        if MODE == "refuses":
            self.error("javascript error", "printing failed")
        elif MODE == "dies":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"value":')
            self.wfile.flush()
            os._exit(1)
        elif MODE == "floods":
            self.answer(b'{"value":{"data":"' + b"A" * FLOOD + b'"}}')
        elif MODE == "no_pdf":
            self.value({"data": base64.b64encode(b"GIF89a").decode()})
        elif MODE == "w3c" and name == "execute":
            self.error("unknown command", "there is no such command", 404)
        else:
            self.value({"data": pdf} if name == "execute" else pdf)


if MODE == "ends":
    sys.exit("it does not start")
leave_orphan()
if MODE == "chatters":
    print("x" * 1000000, flush=True)
if MODE in ("no_port", "chatters"):
    time.sleep(600)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
print(f"ChromeDriver was started successfully on port {server.server_port}.", flush=True)
server.serve_forever()
