"""What a process holds in its memory, and whether a secret is in it."""
import pathlib

CHUNK = 1 << 22


def memory_of(pid):
    """All that the process has of its own; what is mapped of a file is searched for there. (where, bytes), in chunks that overlap."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, _, _, _, *name = line.split(None, 5)
            if rights[0] != "r" or name and (name[0].startswith("/") and rights[3] == "s" or name[0] in ("[vvar]", "[vsyscall]")):
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            for at in range(start, end, CHUNK):
                mem.seek(at)
                try:
                    yield f"{name[0] if name else 'anonymous'} at {at:x}", mem.read(min(CHUNK + 512, end - at))
                except OSError:                          # a guard page, or gone meanwhile
                    continue


def found_in_memory(pid, secrets):
    """{name of the secret: where}"""
    found = {}
    for where, data in memory_of(pid):
        found.update({name: where for name, secret in secrets.items() if secret.encode() in data})
    return found
