"""Stands between the stages and PowerOffice and spoils answers: the request is lost before it is there, its answer is
lost after it was done, it comes late, or it says something else. Loopback only; what it did is in .seen."""
import http.client
import http.server
import json
import threading
import time

WORDS = {"title": "Valideringsfeil", "status": 400, "detail": "Bilaget er allerede tilbakeført, perioden er låst."}
HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Proxy:
    """spoil("POST", "/Vouchers/Reverse", how, count): the next count requests of that kind."""

    def __init__(self, port):
        self.port_behind, self.rules, self.seen, self.lock = port, [], [], threading.Lock()
        self.agents = set()                                  # who they said they were
        self.put = []                                        # (path, Content-Type, body) of every PUT that came here
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def any(self):
                outer.serve(self)
            do_GET = do_POST = do_PUT = any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def spoil(self, method, part, how, count=1, **more):
        with self.lock:
            self.rules.append({"method": method, "part": part, "how": how, "left": count, **more})

    def rule_of(self, method, path):
        with self.lock:
            for rule in self.rules:
                if rule["left"] and rule["method"] == method and rule["part"] in path:
                    rule["left"] -= 1
                    return rule
        return {"how": ""}

    def count(self, method, part):
        with self.lock:
            return sum(m == method and part in path for m, path, _ in self.seen)

    def behind(self, request, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port_behind, timeout=30)
        try:
            headers = {k: v for k, v in request.headers.items() if k.lower() not in HOP | {"host"}}
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def serve(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)) or None
        if body is None and request.command == "POST":
            body = b""
        rule = self.rule_of(request.command, request.path)
        with self.lock:
            self.seen.append((request.command, request.path, rule["how"]))
            self.agents.add(request.headers.get("User-Agent"))
            if request.command == "PUT":
                self.put.append((request.path, request.headers.get("Content-Type"), body))
        if rule["how"] == "lost before":
            request.close_connection = True
            return
        if rule["how"] == "error":                          # by somebody in front: it never came there
            request.send_response_only(rule["status"])
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        try:
            status, headers, answer = self.behind(request, body)
        except OSError:
            request.close_connection = True
            return
        if rule["how"] == "lost after":
            request.close_connection = True
            return
        if rule["how"] == "late":
            time.sleep(rule["seconds"])
        if rule["how"] == "other":                          # the same was done, another thing is said
            status, answer = rule["status"], json.dumps(rule.get("body", WORDS)).encode()
        request.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
