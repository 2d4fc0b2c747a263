"""A person at the console: plain HTTP, cookies, and the forms of a page, as a browser without scripts has them."""
import html.parser
import http.client
import urllib.parse

from pipeline import free_port

PASSWORD = "en god og lang setning"


class Forms(html.parser.HTMLParser):
    """The forms of a page: action, fields (ticked boxes only), and the text of the button; and the text of all of it."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self.text, self.tags, self.select = [], [], [], set(), None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        assert not any(name.startswith("on") or name == "style" for name in attrs), (tag, attrs)
        if tag == "form":
            self.forms.append({"action": attrs.get("action"), "method": attrs.get("method", "get"), "fields": [], "button": ""})
        if tag == "input" and self.forms and attrs.get("name"):
            if attrs.get("type") != "checkbox" or "checked" in attrs:
                self.forms[-1]["fields"].append((attrs["name"], attrs.get("value", "")))
        if tag == "select" and self.forms:
            self.select = attrs["name"]
        if tag == "option" and self.select and ("selected" in attrs or self.select not in dict(self.forms[-1]["fields"])):
            self.forms[-1]["fields"] = [f for f in self.forms[-1]["fields"] if f[0] != self.select] + [(self.select, attrs["value"])]
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])

    def handle_data(self, data):
        self.text.append(data)
        if self.forms and not self.forms[-1].get("closed"):
            self.forms[-1]["button"] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.forms[-1]["closed"] = True
        if tag == "select":
            self.select = None


class Page:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8", "replace")
        self.location = headers.get("Location")
        is_page = headers.get("Content-Type", "").startswith("text/html")
        parsed = Forms(self.text) if is_page else None
        self.forms = parsed.forms if parsed else []
        self.links = parsed.links if parsed else []
        self.words = " ".join(" ".join(parsed.text).split()) if parsed else self.text

    def form(self, action, **fields):
        """The first form that does this and has these fields."""
        for form in self.forms:
            if form["action"] == action and form["method"] == "post" and all(dict(form["fields"]).get(k) == v for k, v in fields.items()):
                return form
        raise AssertionError(f"no form {action} {fields} among {[(f['action'], f['fields']) for f in self.forms]}")


class Person:
    """One browser: its cookies, and where it is."""

    def __init__(self, port, language="en", tls=None):
        self.port, self.cookies, self.language, self.tls = port, {}, language, tls

    def ask(self, method, path, fields=None, headers=None, cookies=True):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.tls) if self.tls else \
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Accept-Language": self.language}
        body = None
        if method == "POST":
            body = urllib.parse.urlencode(fields or [])
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"}
        if cookies and self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        sent |= headers or {}
        connection.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
        response = connection.getresponse()
        page = Page(response.status, dict(response.getheaders()), response.read())
        connection.close()
        if "Set-Cookie" in page.headers:
            name, value = page.headers["Set-Cookie"].split(";")[0].split("=", 1)
            self.cookies[name] = value
        return page

    def get(self, path):
        return self.ask("GET", path)

    def post(self, form, **fields):
        """Presses a form's button, with what the person writes into it."""
        merged = [(k, v) for k, v in form["fields"] if k not in fields] + list(fields.items())
        return self.ask("POST", form["action"], merged)

    def sign_in(self, name, password=PASSWORD):
        return self.post(self.get("/sign-in").form("/sign-in"), name=name, password=password)


def add_user(pipeline, name, *args, password=PASSWORD):
    """bilag users add, with the password on standard input."""
    return pipeline.command("users", "add", name, *args, input=password + "\n")


def settings(**more):
    """bilag.yaml's console:, and the port."""
    port = free_port()
    return port, {"console": {"http": f"127.0.0.1:{port}", **more}}
