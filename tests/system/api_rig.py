"""A program at the console's interface: it shows its user's token, and judges each answer by docs/api.yaml."""
import http.client
import json
import pathlib
import re
import urllib.parse

import yaml

DESCRIPTION = yaml.safe_load((pathlib.Path(__file__).parents[2] / "docs/api.yaml").read_text())
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def resolved(schema):
    while "$ref" in schema:
        at = DESCRIPTION
        for piece in schema["$ref"].removeprefix("#/").split("/"):
            at = at[piece]
        schema = at
    return schema


def faults(value, schema, where="$"):
    """What of the value is not as the schema says; what the schema does not know of is a fault too."""
    schema = resolved(schema)
    unknown = set(schema) - {"type", "description", "required", "additionalProperties", "properties", "items", "enum", "nullable",
                             "pattern", "allOf", "oneOf", "minimum", "maximum", "maxItems", "default", "format", "maxLength",
                             "minLength", "minItems"}
    assert not unknown, (where, unknown)
    if value is None and schema.get("nullable"):
        return []
    if "allOf" in schema:
        return [f for part in schema["allOf"] for f in faults(value, part, where)]
    if "oneOf" in schema:
        tried = [faults(value, part, where) for part in schema["oneOf"]]
        return [] if sum(not t for t in tried) == 1 else [f"{where}: fits none, or several: {tried}"]
    kind = KINDS[schema["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{where}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{where}: {value!r} is not {schema['pattern']}"]
    if isinstance(value, list):
        return [f for i, item in enumerate(value) for f in faults(item, schema["items"], f"{where}[{i}]")]
    if not isinstance(value, dict):
        return []
    found = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
    more = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in schema.get("properties", {}):
            found += faults(item, schema["properties"][name], f"{where}.{name}")
        elif more is False:
            found.append(f"{where}.{name}: the description does not know it")
        elif isinstance(more, dict):
            found += faults(item, more, f"{where}.{name}")
    return found


def operations():
    """(method, path, operation) of the description."""
    return [(method.upper(), path, operation) for path, methods in DESCRIPTION["paths"].items() for method, operation in methods.items()]


def operation_of(method, path):
    """The operation of a request; NULL pieces of the path are {}."""
    plain = path.split("?")[0]
    for wanted, pattern, operation in operations():
        if wanted == method and re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")),
                                             plain):
            return operation
    return None


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, dict(response.getheaders())
        self.bytes = response.read()
        self.type = self.headers.get("Content-Type", "").split(";")[0]
        self.json = json.loads(self.bytes) if self.type == "application/json" else None


class Program:
    def __init__(self, port, token=None, language="en", tls=None):
        self.port, self.token, self.language, self.tls, self.bodies = port, token, language, tls, []

    def ask(self, method, path, body=None, headers=None, judged=True):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.language:
            sent["Accept-Language"] = self.language
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        if judged and isinstance(body, dict) and operation_of(method, path):
            self.bodies.append((method, path, body, faults(body, operation_of(method, path)["requestBody"]["content"]["application/json"]["schema"])))
        raw = body if body is None or isinstance(body, (bytes, str)) else json.dumps(body)
        connection.request(method, path, raw.encode() if isinstance(raw, str) else raw, {k: v for k, v in sent.items() if v is not None})
        answer = Answer(connection.getresponse())
        connection.close()
        if answer.status == 200 and body is not None and self.bodies:
            assert not self.bodies[-1][3], ("done, and not as the description says", self.bodies[-1])
        if judged:
            self.judge(method, path, answer)
        return answer

    def judge(self, method, path, answer):
        """Status, type and body are as the description says."""
        operation = operation_of(method, path)
        responses = operation["responses"] if operation else {}
        said = resolved(responses.get(str(answer.status)) or responses.get("default") or DESCRIPTION["components"]["responses"]["Refused"])
        assert answer.status < 400 or answer.json, (method, path, answer.status, answer.bytes[:300])
        assert answer.type in said["content"], (method, path, answer.status, answer.type, answer.bytes[:300])
        if answer.json is not None:
            wrong = faults(answer.json, said["content"][answer.type]["schema"])
            assert not wrong, (method, path, answer.status, wrong[:5], answer.bytes[:600])

    def get(self, path, **query):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, body):
        return self.ask("POST", path, body)

    def patch(self, path, body):
        return self.ask("PATCH", path, body)
