# SPDX-License-Identifier: Apache-2.0
"""Receives web hooks as an integrator would: checks the signature with the standard library alone, writes each
message down, and answers as the file MODE says at that moment.

Usage: receiver.py PORT LOG MODE SECRET [PEM]     PORT 0: any free one; PEM: certificate and key, for https
MODE: "200", "500" and the like; "hang": no answer; "drop": the connection is cut before the answer
"""
import base64
import hashlib
import hmac
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, log, mode_file, secret = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]


def is_signed(headers, body):
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(open(secret).read().strip().removeprefix("whsec_"))
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, each) for each in headers["webhook-signature"].split())


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        mode = open(mode_file).read().strip()
        status = int(mode) if mode.isdigit() else 0
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = json.dumps(
            {"path": self.path, "headers": headers, "body": body.decode(), "answered": status, "signed": is_signed(headers, body)}
        )
        with open(log, "ab") as file:
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if mode == "hang":
            threading.Event().wait(60)
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
server.daemon_threads = True
if len(sys.argv) > 5:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
