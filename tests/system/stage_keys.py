"""The stages' CURVE keys, for tests that play a stage: as common/stage/stagekeys.h has them."""
import pathlib

import zmq

STAGES = ("ingest", "mapper", "validator", "uploader", "invoicer", "asker", "drop")     # the last two are no stages: who asks without keys, and for whom keys are sealed


def make(state):
    """What the first stage would make; what is there stays."""
    folder = pathlib.Path(state) / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for stage in STAGES:
        secret = folder / f"stage-{stage}.secret"
        if not secret.exists():
            keys = zmq.curve_keypair()
            for path, key, mode in ((secret, keys[1], 0o600), (secret.with_suffix(".public"), keys[0], 0o644)):
                path.touch(mode)
                path.chmod(mode)
                path.write_bytes(key + b"\n")


def of(state, stage, half):
    return (pathlib.Path(state) / "keys" / f"stage-{stage}.{half}").read_bytes().strip()


def endpoint(run, name):
    return f"ipc://{run}/{name}.curve.ipc"


def listen(socket, run, state, name):
    """As the stage of that name; whoever knows its key may send."""
    socket.curve_secretkey = of(state, name.rsplit("-", 1)[0], "secret")
    socket.curve_server = True
    socket.bind(endpoint(run, name))


def connect(socket, run, state, name, own):
    """As the stage `own`, to one of that name."""
    socket.curve_serverkey = of(state, name.rsplit("-", 1)[0], "public")
    socket.curve_publickey, socket.curve_secretkey = of(state, own, "public"), of(state, own, "secret")
    socket.connect(endpoint(run, name))
