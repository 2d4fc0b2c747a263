"""The Containerfile and the compose file say what the units, the users, the folders and the lists of packages say."""
import re
import subprocess

import yaml

from pipeline import BIN, ROOT, STAGES, Pipeline
from test_cli import venue

DEPLOY = ROOT / "deploy"
PROGRAMS = (*STAGES, "console", "watch")
COMPOSE = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = re.sub(r"\\\n\s*", "", (DEPLOY / "container/Containerfile").read_text(encoding="utf-8"))


def unit(program):
    return (DEPLOY / f"systemd/bilag-{program}@.service").read_text(encoding="utf-8")


def value(text, name):
    return re.findall(rf"^{name}=(.*)$", text, re.M)


def installed(stage):
    """The packages of each apt-get install."""
    return set(re.findall(r"--no-install-recommends ([^&]+?)(?= &&|\n)", CONTAINERFILE)[stage].split())


# Goal: the image has the users of bilag.sysusers with one group, the folders of bilag.tmpfiles, and runs as the user without keys.
def test_users_and_folders():
    users = dict(re.findall(r"useradd --uid (\d+) --gid bilag .*?/nologin (bilag\S*)", CONTAINERFILE.replace("useradd", "\nuseradd")))
    named = re.findall(r"^u (\S+) ", (DEPLOY / "systemd/bilag.sysusers").read_text(), re.M)
    assert sorted(users.values()) == sorted(named) == ["bilag", "bilag-keys"]
    (group,) = re.findall(r"groupadd --gid (\d+) bilag\b", CONTAINERFILE)
    for folder in re.findall(r"^d (\S+) 0770 bilag bilag$", (DEPLOY / "systemd/bilag.tmpfiles").read_text(), re.M):
        assert re.search(rf"install -d -m 0770 -o bilag -g bilag[^&]* {folder}\b", CONTAINERFILE), folder
        assert f'"{folder}"' in CONTAINERFILE.split("VOLUME")[1]
    assert re.findall(r"^USER (.*)$", CONTAINERFILE, re.M) == ["bilag:bilag"]
    numbers = {name: number for number, name in users.items()}
    for program in PROGRAMS:
        (user,) = value(unit(program), "User")
        assert COMPOSE["services"][program]["user"] == f"{numbers[user]}:{group}", program
    assert f"uid={numbers['bilag']},gid={group},mode=0770" == COMPOSE["volumes"]["run"]["driver_opts"]["o"]


# Goal: each unit's program is a service; what a unit takes away, a container has not either.
def test_services():
    assert set(COMPOSE["services"]) == {"pause", *PROGRAMS}
    pause = COMPOSE["services"]["pause"]
    assert pause["command"] == ["sleep", "infinity"] and pause["network_mode"] == "none" and "volumes" not in pause
    for program in PROGRAMS:
        service, text = COMPOSE["services"][program], unit(program)
        # LMDB knows its readers by the numbers of their processes: apart, each would be number 1.
        assert service["pid"] == f"container:{pause['container_name']}" and service["depends_on"] == ["pause"]
        begin = value(text, "ExecStart")[0].split()[0].rsplit("/", 1)[1]
        assert service["command"] == [begin, "--config", "/etc/bilag"]
        assert service["healthcheck"]["test"] == ["CMD", *service["command"], "--alive"]
        assert service["restart"] == "always", program
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]
        assert value(text, "CapabilityBoundingSet") == [""] and value(text, "NoNewPrivileges") == ["yes"]
        assert str(service["pids_limit"]) == value(text, "TasksMax")[0] and service["mem_limit"].upper() == value(text, "MemoryMax")[0]
        assert (service.get("network_mode") == "none") is (value(text, "PrivateNetwork") == ["yes"]), program
        assert "privileged" not in service and "/run/docker.sock" not in str(service)
        may_write = {volume.split(":")[1] for volume in service["volumes"] if not volume.endswith(":ro")}
        named = {path.strip("-") for line in value(text, "ReadWritePaths") for path in line.split()}
        places = {"%S": "/var/lib", "%t": "/run", "%E": "/etc"}
        assert may_write == {re.sub("^%.", lambda found: places[found[0]], path) for path in named}, program


# Goal: what it is built with is what the Debian package is, and what it runs with is what install-deps says.
def test_packages():
    control = re.sub(r"\n +", " ", (DEPLOY / "debian/control").read_text())
    wanted = {name for name in re.findall(r"[a-z0-9.+-]+", control.split("Build-Depends:")[1].split("\n")[0])} - {"debhelper-compat", "13"}
    assert installed(0) - {"gcc", "libc6-dev", "make"} == wanted
    listed = re.search(r'^run="([^"]*)"', (DEPLOY / "install-deps").read_text(), re.M)[1].split()
    assert installed(1) == set(listed) - {"supervisor", "python3", "python3-yaml"}


# Goal: --alive says whether the one that runs answers, and starts nothing.
def test_alive(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        def alive(stage, *args):
            return subprocess.run([BIN / f"bilag-{stage}", "--config", pipeline.config, "--alive", *args], capture_output=True,
                                  text=True, timeout=60, check=False)

        for stage in STAGES:
            done = alive(stage)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), stage
        assert alive("mapper", "--instance", "1").returncode == 1
        pipeline.stop("mapper")
        assert alive("mapper").returncode == 1 and pipeline.status("mapper") is None
        (pipeline.config / "bilag.yaml").write_text("no: such")
        assert alive("ingest").returncode == 100
