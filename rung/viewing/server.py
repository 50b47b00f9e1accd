"""The server behind `rung view`: on loopback alone, read alone, and only for whoever was given the address.

A page on the internet can make a browser ask this machine. So three things hold for every request: it names this
machine as its host (a foreign name that resolves to 127.0.0.1 is refused), its path begins with a word that nobody
can guess, and the answer may neither be read nor framed by another origin.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from rung.viewing.answer import Answer, sentence
from rung.viewing.site import Site

LOOPBACK = "127.0.0.1"
PORT = 7864  # RUNG on the keys of a telephone
TRIES = 50  # ports above the wanted one
NAMES = ("localhost", LOOPBACK)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the word in the address is nobody else's business
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-cache",
    "Connection": "close",  # what is sent along with a request is never taken for the next one
}


class Server(ThreadingHTTPServer):
    """Serves one site. `address` is where to go; `close` frees the port."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # elsewhere it would let another program take the port over

    def __init__(self, site: Site, port: int = PORT):
        self.site, self.word = site, secrets.token_urlsafe(12)
        super().__init__((LOOPBACK, port), Handler)

    @property
    def address(self) -> str:
        """The address of the first page."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.word}/"

    def server_bind(self) -> None:
        """Without asking the network what this machine is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def open_server(site: Site, port: int = PORT) -> Server:
    """A server on the port, or on the next one that is free; port 0 is any."""
    for candidate in range(port, min(port + TRIES, 65536)) if port else ():
        try:
            return Server(site, candidate)
        except OSError:  # taken, or not for everybody
            continue
    return Server(site, 0)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "rung", ""
    timeout = 60  # seconds after which a silent connection is closed

    def do_GET(self) -> None:
        self._send(self._answer())

    do_HEAD = do_GET

    def _refuse(self) -> None:
        self._send(sentence(405, "Only GET and HEAD are answered here."), {"Allow": "GET, HEAD"})

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse

    def _answer(self) -> Answer:
        if not self._is_addressed_to_us():
            return sentence(403, "This server answers to localhost alone.")
        parts = urlsplit(self.path)
        word, slash, address = parts.path.removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(word.encode(), self.server.word.encode()):
            return sentence(404, "There is nothing here; open the address that rung view has printed.")
        try:
            query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20, errors="strict"))
            return self.server.site.answer(unquote(address, errors="strict"), query)
        except ValueError:
            return sentence(400, "The address cannot be understood.")
        except FileNotFoundError:
            return sentence(404, "There is no such file any more.")
        except OSError as error:
            return sentence(500, f"It cannot be read: {error.strerror}.")

    def _is_addressed_to_us(self) -> bool:
        hosts = self.headers.get_all("Host") or []
        return hosts in ([f"{name}:{self.server.server_port}"] for name in NAMES)

    def _send(self, answer: Answer, extra: dict[str, str] | None = None) -> None:
        tag = f'"{hashlib.blake2b(answer.body, digest_size=12).hexdigest()}"'
        same = answer.status == 200 and self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else answer.status)
        headers = HEADERS | {"ETag": tag, "Content-Type": answer.kind, "Content-Security-Policy": answer.policy}
        for name, value in (headers | (extra or {})).items():
            self.send_header(name, value)
        body = b"" if same else answer.body
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the terminal is for the address alone."""
