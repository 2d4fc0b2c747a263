"""A till's way in: a token for whatever venues it sends for, made with `bilag tokens add` as an operator would; a certificate."""
import re
import subprocess

NAMED = re.compile(rb'"venue"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,63})"')
TYPE = {"Content-Type": "application/x-ndjson"}


class Door:
    def __init__(self, add, venues=()):
        """add: runs `bilag tokens add` with these arguments and gives what it printed to stdout."""
        self.add, self.venues, self.token = add, set(venues), None

    def headers(self, body):
        """What a request with this body says: a token for all that it names."""
        named = {name.decode() for name in NAMED.findall(body.encode() if isinstance(body, str) else body or b"")}
        if self.token is None or not named <= self.venues:
            self.venues |= named or {"nobody"}
            first, *more = sorted(self.venues)
            self.token = self.add("--venue", first, *more, "--about", "the tests' tills").strip()
        return {**TYPE, "Authorization": f"Bearer {self.token}"}


def certificate(folder, name="a", names="DNS:localhost,IP:127.0.0.1"):
    """A certificate of its own for localhost, or other names; its files."""
    folder.mkdir(parents=True, exist_ok=True)
    chain, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", "-keyout", key, "-out", chain],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return chain, key
