#!/bin/bash
# The Debian package in a clean Debian: installed, started, upgraded, removed, purged. As root, with debootstrap and a network
# to Debian's packages; some minutes, so it is not part of CI. usage: tests/package.sh (KEEP=1 keeps the folder)
# What is upgraded from are the programs of FORMER, a commit: by preset the first that made a package, of one user then.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in debootstrap dh ip unshare; do
    command -v "$tool" >/dev/null || { echo "install what is missing: apt-get install debootstrap debhelper iproute2 util-linux"; exit 1; }
done
work=$(mktemp -d "${BILAG_TMP:-/var/tmp}/bilag-package-XXXXXX")
root=$work/root
first=${FORMER:-2973266}
done_with() {
    git worktree remove --force "$work/former" 2>/dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap done_with EXIT
passed=0
say() { passed=$((passed + 1)); echo "ok  $*"; }

version=$(sed -n 's/^VERSION := //p' Makefile)
git worktree add --quiet --detach "$work/former" "$first" || { echo "FORMER names no commit that is here: $first"; exit 1; }
"$work/former/deploy/debian/build" "$version~former" >/dev/null
cp "$work"/former/build/deb/bilag_*.deb "$work"
make -s deb >/dev/null
cp "build/deb/bilag_${version}_"*.deb "$work"
former=$(basename "$work"/bilag_*former*.deb) current=bilag_${version}_$(dpkg --print-architecture).deb
say "two packages: $former of $(git log -1 --format='%h of %as' "$first"), $current of today"

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror" >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
cp "$work"/*.deb "$root/root"
# must WHAT SCRIPT [--net]: in the clean Debian; --net: with no network beside loopback, so that nothing meets PowerOffice.
must() {
    { echo "set -e; mount -t proc proc /proc; ip link set lo up 2>/dev/null || true; export DEBIAN_FRONTEND=noninteractive"
      echo "$2"; } >"$root/root/step"
    unshare ${3:-} --mount --pid --fork --kill-child chroot "$root" sh -x /root/step >>"$work/log" 2>&1 ||
        { tail -40 "$work/log"; echo "FAILED: $1"; exit 1; }
    say "$1"
}

must "installed, with what it needs" "apt-get install -y --no-install-recommends /root/$former supervisor python3-yaml bash-completion iproute2"
must "the user is there, nothing runs, and the folder is only his group's" \
    'id bilag; if cat /proc/[0-9]*/cmdline | grep -q "[b]ilag-ingest"; then exit 1; fi; [ "$(stat -c %a:%G /etc/bilag)" = 750:bilag ]'
must "manual pages, completion, units" 'for f in man/man1/bilag.1.gz man/man8/bilag-ingest.8.gz bash-completion/completions/bilag \
    doc/bilag/operator.md; do [ -f /usr/share/$f ]; done; [ -f /usr/lib/systemd/system/bilag-ingest@.service ]'
must "bash completes commands and options from the help" 'bash -c ". /usr/share/bash-completion/completions/bilag
    COMP_WORDS=(bilag stat) COMP_CWORD=1; _bilag_words; [ \"\${COMPREPLY[*]}\" = status ]
    COMP_WORDS=(bilag status --js) COMP_CWORD=2; _bilag_words; [ \"\${COMPREPLY[*]}\" = --json ]"'
must "the example's configuration, of one user, with keys of its own" 'cp -r /usr/share/doc/bilag/config-example/. /etc/bilag
    sed -i "/^run_as:/d" /etc/bilag/bilag.yaml
    for key in subscription quickorder oslo-grill; do echo 0123456789abcdef-$key >/etc/bilag/keys/$key; chmod 600 /etc/bilag/keys/$key; done
    chown -R bilag:bilag /etc/bilag; chmod 700 /etc/bilag/keys
    install -d -m 700 -o bilag -g bilag /var/lib/bilag /var/lib/bilag/log /run/bilag
    /usr/share/bilag/make-supervisor-conf /etc/bilag /usr/bin --user bilag >/etc/bilag.supervisor'
trial='runs_as() { for exe in /proc/[0-9]*/exe; do if [ "$(readlink $exe)" = /usr/bin/bilag-$1 ]; then
    [ "$(sed -n "s/^Uid:[[:space:]]*\([0-9]*\).*/\1/p" ${exe%/exe}/status)" = "$(id -u $2)" ]; return; fi; done; false; }
    up() { for i in $(seq 100); do su bilag -s /bin/sh -c "bilag status --json" >/tmp/status || true
    [ "$(grep -o "\"up\": *true" /tmp/status | wc -l)" = 5 ] && return; sleep 0.2; done; cat /tmp/status /var/lib/bilag/log/*; false; }
    supervisord -c /etc/bilag.supervisor & up
    python3 -c "import urllib.request as u; u.urlopen(\"http://127.0.0.1:7420/v1/health\")"
    as_bilag() { su bilag -s /bin/sh -c "$1"; }
    sold() { for i in $(seq 100); do as_bilag "bilag explain oslo-grill/K1/$1" >/tmp/said 2>&1 || true
        grep -q "$2" /tmp/said && return; sleep 0.2; done; cat /tmp/said; false; }
    sells() { cat >/tmp/sale.py <<END
import sys, urllib.request as u
line = "{\"v\":1,\"venue\":\"oslo-grill\",\"register\":\"K1\",\"seq\":%s,\"kind\":\"receipt\",\"time\":\"2026-11-19T19:00:00+01:00\"," \
    "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":%s,\"qty\":1}],\"payments\":[{\"type\":\"card\",\"amount\":%s}]}" % \
    (sys.argv[1], sys.argv[2], sys.argv[2])
u.urlopen(u.Request("http://127.0.0.1:7420/v1/events", line.encode(), {"Authorization": "Bearer " + sys.argv[3], "Content-Type": "application/x-ndjson"}))
END
    python3 /tmp/sale.py $1 $2 $(as_bilag "bilag tokens add --venue oslo-grill --about trial" | tail -1); }'
must "all five start under supervisord as the one user, answer, and take a sale in" "$trial
    runs_as uploader bilag; sells 1 39800; sold 1 398,00; supervisorctl -c /etc/bilag.supervisor shutdown; wait" --net
must "upgraded from the former version while they run without systemd: it stays one of one user, says why, and goes on with the books" "$trial
    dpkg -i /root/$current >/tmp/said 2>&1; grep -q 'processes of bilag run' /tmp/said; grep -q 'stays one of one user' /tmp/said; up
    if grep -q ^run_as: /etc/bilag/bilag.yaml; then exit 1; fi; supervisorctl -c /etc/bilag.supervisor restart all; up; runs_as uploader bilag
    bilag --version | grep -q '$version'; sold 1 398,00; sells 2 12500; sold 2 125,00; as_bilag 'bilag fsck'
    supervisorctl -c /etc/bilag.supervisor shutdown; wait" --net
must "installed over itself while nothing runs: it is one of two users" "dpkg -i /root/$current
    grep -q '^run_as: {stages: bilag, keys: bilag-keys}' /etc/bilag/bilag.yaml; [ ! -e /etc/tmpfiles.d/bilag.conf ]
    [ \"\$(stat -c %U:%a /etc/bilag/keys/subscription)\" = bilag-keys:600 ]; [ \"\$(stat -c %a /var/lib/bilag)\" = 770 ]
    if su bilag -s /bin/sh -c 'cat /etc/bilag/keys/subscription'; then exit 1; fi
    /usr/share/bilag/make-supervisor-conf /etc/bilag /usr/bin >/etc/bilag.supervisor" --net
must "all five start under supervisord as their users, with the books of before, and answer" "$trial
    runs_as uploader bilag-keys; runs_as invoicer bilag-keys; runs_as mapper bilag; sold 1 398,00; sold 2 125,00
    sells 3 7000; sold 3 70,00; as_bilag 'bilag fsck'; supervisorctl -c /etc/bilag.supervisor shutdown; wait" --net
must "installed over itself while they run: they stay up, and are there after a restart" "$trial
    dpkg -i /root/$current; up; supervisorctl -c /etc/bilag.supervisor restart all; up; runs_as uploader bilag-keys; bilag --version | grep -q '$version'
    supervisorctl -c /etc/bilag.supervisor shutdown; wait" --net
must "removed: programs and units are gone, books and set-up stay" 'apt-get remove -y bilag; [ ! -e /usr/bin/bilag ]; [ ! -e /usr/lib/systemd/system/bilag.target ]
    [ -d /var/lib/bilag/ingest ] || ls /var/lib/bilag | grep -q .; [ -f /etc/bilag/bilag.yaml ]'
must "purged: the same, and it says so" 'apt-get purge -y bilag | grep -q "is kept"; [ -f /etc/bilag/bilag.yaml ]'
must "installed again: it goes on with what was there" "dpkg -i /root/$current; su bilag -s /bin/sh -c 'bilag fsck; bilag explain oslo-grill/K1/3' |
    grep -q 70,00"
echo "$passed passed, 0 failed"
