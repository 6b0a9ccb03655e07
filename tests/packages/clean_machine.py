# SPDX-License-Identifier: Apache-2.0
"""A Debian 12 that has nothing of ours, made by debootstrap from the mirror that apt here uses, and its own systemd as the first
process of namespaces of its own. For clean_machine_test.py. As root only."""

import os
import re
import shutil
import subprocess
import time

SOURCE = os.environ["PORTEUR_SOURCE_DIR"]
BASE = os.path.join(SOURCE, "build/deps/clean-machine/base")
PATIENCE_S = 60


def run(*words, check=True, **more):
    """@return what it said; fails the test with that if it ends with anything but 0"""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if check and done.returncode != 0:
        raise AssertionError("%s ended with %d:\n%s" % (" ".join(words), done.returncode, done.stdout))
    return done.stdout


def mirrors():
    """Where apt gets Debian 12 from: the archive itself, and all of its sources as lines for another machine."""
    lines = run("apt-get", "indextargets", "--format", "$(SITE) $(CODENAME) $(COMPONENT)", "Created-By: Packages").split("\n")
    found = [line.split() for line in lines if re.search(r" bookworm\S* main$", line)]
    sites = [site for site, release, _ in found if release == "bookworm"]
    return (sites or [""])[0], sorted({"deb %s %s main" % (site, release) for site, release, _ in found})


def make_base():
    """@return nothing, or why there is no base"""
    if os.path.exists(BASE + "/.complete"):
        return None
    if not shutil.which("debootstrap"):
        return "debootstrap is not here; apt-get install debootstrap"
    site, _ = mirrors()
    if not site:
        return "apt's configuration names no mirror of Debian 12"
    shutil.rmtree(BASE, ignore_errors=True)
    os.makedirs(BASE)
    run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates,curl", "bookworm", BASE, site)
    open(BASE + "/.complete", "w", encoding="utf-8").close()
    return None


class Machine:
    """systemd as the first process of namespaces of its own. It ends with them.

    @param beside  a machine whose network this one shares"""

    def __init__(self, root, beside=None):
        self.root = root
        self.log = open(os.path.join(os.path.dirname(root), "machine.log"), "w+", encoding="utf-8", errors="replace")
        # A network of its own, so that the port is free; its cgroups are those of this process and below.
        script = (
            'ip link set lo up 2>/dev/null; mount --bind "$0" "$0" && cd "$0" && mount -t proc proc proc && mount -t sysfs -o ro sysfs sys && '
            "mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp && mount -t tmpfs tmpfs sys/fs/cgroup && mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified; "
            "mount -t cgroup -o none,name=systemd systemd sys/fs/cgroup/systemd; mount -t cgroup2 cgroup2 sys/fs/cgroup/unified; "
            "mount -t tmpfs tmpfs dev && mkdir dev/shm dev/pts && for each in null zero full random urandom tty; do touch dev/$each && mount --bind /dev/$each dev/$each; done; ln -s pts/ptmx dev/ptmx; "
            # Not chroot: who is in one may make no user namespace, and the unit has PrivateUsers=.
            "pivot_root . mnt && umount -l /mnt && exec env -i container=porteur-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target --log-target=console --show-status=no"
        )
        enter = ["nsenter", "--target", beside.init(), "--net"] if beside else []
        network = [] if beside else ["--net"]
        self.process = subprocess.Popen(
            [*enter, "unshare", "--mount", "--pid", *network, "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "--propagation=private", "sh", "-c", script, root],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
        )

    def init(self):
        children = run("ps", "-o", "pid=", "--ppid", str(self.process.pid), check=False).split()
        return children[0] if children else None

    def run(self, command, check=True):
        return run(
            "nsenter", "--target", self.init(), "--all", "--root", "--wd", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
            "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_PAGER=cat", "sh", "-c", command + " 2>&1", check=check,
        )

    def until(self, command, holds, seconds=PATIENCE_S):
        """Asks again and again. @return what was said when it held; fails the test when it never does"""
        end = time.monotonic() + seconds
        while True:
            said = self.run(command, check=False)
            if holds(said):
                return said
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError("%s did not come to it within %d s:\n%s" % (command, seconds, said))
            try:
                self.process.wait(timeout=0.2)  # the pause between two looks; the machine's end is heard at once
            except subprocess.TimeoutExpired:
                pass

    def unit(self, unit, name):
        """A property of a unit, as systemd has it."""
        return self.run("systemctl show --value -p %s %s" % (name, unit)).strip()

    def program(self, *words):
        """Starts a program of the building machine in the network of this one, by which alone they can speak. @return it, with its output"""
        words = ["nsenter", "--target", self.init(), "--net", *words]
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def starts(self):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            if self.init() and re.match(r"running|degraded", self.run("systemctl is-system-running --wait", check=False)):
                return True
            try:
                self.process.wait(timeout=0.2)  # nobody tells when the first process answers; its end one hears at once
            except subprocess.TimeoutExpired:
                pass
        return False

    def said(self):
        self.log.flush()
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return " | ".join(file.read().strip().split("\n")[-3:])

    def end(self):
        self.process.kill()  # --kill-child ends systemd, and the kernel all in its namespace
        self.process.wait()
        self.log.close()
