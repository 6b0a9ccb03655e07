# SPDX-License-Identifier: Apache-2.0
"""A carrier over TLS whose clock is an hour ahead, a mail server that wants STARTTLS, and a mailbox, on loopback.

doctor_servers.py FOLDER: writes cert.pem, smtp.port and pop3.port there, and says where the carrier listens.
"""
import base64
import http.server
import os
import socketserver
import ssl
import subprocess
import sys
import threading
import time

os.chdir(sys.argv[1])
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "cert.pem", "-days", "9",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, stderr=subprocess.DEVNULL)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "tls.key")


class Carrier(http.server.BaseHTTPRequestHandler):
    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + 3600)

    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        pass


class Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word = line.strip().upper()
            if word == b"STARTTLS":
                self.wfile.write(b"220 go on\r\n")
                return self.over_tls(context.wrap_socket(self.request, server_side=True).makefile("rwb"))
            self.wfile.write(b"250-here\r\n250 STARTTLS\r\n" if word.startswith(b"EHLO") else b"221 bye\r\n")
            if word == b"QUIT":
                return None
        return None

    @staticmethod
    def over_tls(stream):
        for line in stream:
            word = line.strip().upper()
            if word.startswith(b"EHLO"):
                stream.write(b"250-here\r\n250 AUTH PLAIN\r\n")
            elif word.startswith(b"AUTH PLAIN "):
                known = base64.b64decode(line.split()[2]) == b"\0u\0secret"
                stream.write(b"235 welcome\r\n" if known else b"535 not with that\r\n")
            else:
                stream.write(b"221 bye\r\n")
            stream.flush()
            if word == b"QUIT":
                return


class Pop3(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"+OK ready\r\n")
        for line in self.rfile:
            word = line.strip()
            if word == b"UIDL":
                answer = b"+OK\r\n1 first\r\n2 second\r\n.\r\n"
            elif word == b"LIST":
                answer = b"+OK\r\n1 10\r\n2 10\r\n.\r\n"
            elif word.startswith(b"PASS ") and word != b"PASS secret":
                answer = b"-ERR no\r\n"
            elif word.startswith((b"USER", b"PASS", b"QUIT", b"STAT")):
                answer = b"+OK 2 20\r\n"
            else:
                answer = b"-ERR nothing else is asked of a mailbox here\r\n"
            self.wfile.write(answer)
            if word == b"QUIT":
                return


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


carrier = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Carrier)
carrier.socket = context.wrap_socket(carrier.socket, server_side=True)
for name, handler in (("smtp", Smtp), ("pop3", Pop3)):
    with open(f"{name}.port", "w", encoding="ascii") as file:
        file.write(f"{serve(socketserver.ThreadingTCPServer(('127.0.0.1', 0), handler))}\n")
print(f"listening on http://127.0.0.1:{carrier.server_address[1]}", flush=True)
carrier.serve_forever()
