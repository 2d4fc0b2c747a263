"""What objects define and need, asked of nm once for all of them: a process for each of hundreds costs half a minute."""
import subprocess


def symbols(paths, defining):
    """{path: (defined, needed)}; defining: the letters of nm that count as a definition."""
    found = {path: (set(), set()) for path in paths}
    if not paths:
        return found
    said = subprocess.run(["nm", "-A", *map(str, paths)], check=True, capture_output=True, text=True)
    names = {str(path): path for path in paths}
    for line in said.stdout.splitlines():
        path, _, rest = line.partition(":")
        kind, name = rest.split()[-2:]
        defined, needed = found[names[path]]
        (needed if kind == "U" else defined if kind in defining else set()).add(name)
    return found
