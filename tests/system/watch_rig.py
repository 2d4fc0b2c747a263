"""Who listens to bilag-watch: a mail server (aiosmtpd) and a web server on loopback, which can be down, refuse, or take a letter
and say nothing; and a pipeline whose time is set."""
import asyncio
import contextlib
import datetime
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pipeline import free_port

PASSWORD = "mail-password-5d1f"
SECRET = "webhook-secret-0123456789"


class Inbox:
    """aiosmtpd's handler."""

    def __init__(self):
        self.raw, self.letters, self.mute, self.refuse, self.tried = [], [], 0, None, 0

    async def handle_DATA(self, server, session, envelope):
        self.tried += 1
        if self.refuse:
            return self.refuse
        self.raw.append(envelope.content)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        letter.envelope = envelope.mail_from, envelope.rcpt_tos
        letter.user = session.auth_data
        self.letters.append(letter)
        if self.mute:                    # it has taken it, and dies before it says so
            self.mute -= 1
            server.transport.abort()
        return "250 taken"

    def text(self, to=None):
        """The texts of all letters, once each: who gets one twice knows it by its id."""
        seen, texts = set(), []
        for letter in list(self.letters):
            if (to is None or to in letter.envelope[1][0]) and letter["Message-ID"] not in seen:
                seen.add(letter["Message-ID"])
                texts.append(letter.get_content())
        return "\n".join(texts)


class Mail:
    """A mail server at a port that stays the same while it is down."""

    def __init__(self, **options):
        self.port, self.inbox, self.options, self.controller = free_port(), Inbox(), options, None

    def up(self):
        self.controller = Controller(self.inbox, hostname="127.0.0.1", port=self.port, **self.options)
        if "ssl_context" in self.options:        # it looks whether it is up by its own context, which is a server's
            self.controller._trigger_server = self.knock
        self.controller.start()

    def down(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    def knock(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as plain, context.wrap_socket(plain) as s:
            s.recv(1)

    @property
    def url(self):
        return f"smtp{'s' if 'ssl_context' in self.options else ''}://127.0.0.1:{self.port}"


def judge(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password.decode() == PASSWORD, handled=False, auth_data=data.login.decode())


@contextlib.contextmanager
def mail_server(up=True, **options):
    mail = Mail(**options)
    if up:
        mail.up()
    try:
        yield mail
    finally:
        mail.down()


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.server.taken.append((self.headers["Bilag-Message"], self.headers["Bilag-Signature"] == right, json.loads(body)))
        if self.server.mute:
            self.server.mute -= 1
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass

    def finish(self):
        with contextlib.suppress(OSError, ValueError):
            super().finish()


@contextlib.contextmanager
def web_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.taken, server.mute, server.status = [], 0, 204
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def set_time(pipeline, text):
    """Wall clock of all processes from now on: "2026-11-21T10:01+01:00"."""
    pipeline.set_clock(round(datetime.datetime.fromisoformat(text).timestamp() - time.time()))


def settings(recipients, smtp, **more):
    return {"smtp": smtp, "from": "bilag@example.no", "recipients": recipients, "look_s": 1, "patience_s": 86400, "retry_first_s": 1,
            "retry_max_s": 2, "summary": "", "disk_free_percent": 1, **more}


__all__ = ["PASSWORD", "SECRET", "Mail", "asyncio", "judge", "mail_server", "set_time", "settings", "web_server"]
