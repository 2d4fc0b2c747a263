"""The fixture of bilag-sandbox's own tests."""
import pytest

from sandbox_api import Sandbox

FREE = {"rate_limit": 100000, "read_lag_ms": 0}


@pytest.fixture
def start(tmp_path):
    """Starts sandboxes that are stopped, and must stop cleanly, at the end of the test."""
    started = []

    def run(ledger=None, companies=None, seed=1, **settings):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        sandbox = Sandbox(folder, companies, ledger, seed, **{**FREE, **settings})
        started.append(sandbox)
        return sandbox

    yield run
    for sandbox in started:
        if sandbox.process.poll() is None:
            assert sandbox.stop() == 0
        log = (sandbox.folder / "log").read_text()
        assert "Sanitizer" not in log and "bug=" not in log, log
