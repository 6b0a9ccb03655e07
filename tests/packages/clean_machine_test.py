#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packages on a Debian 12 that has nothing of ours: installed, started, removed, purged.

Not part of the default run: `tools/test clean-machine`. debootstrap makes the machine once, from the mirror that apt here uses,
below build/deps/clean-machine; each run works on a copy, in namespaces of its own. As root only.

The second half starts that machine's own systemd as the first process of a PID namespace, so that the unit's locks are
real: porteurd has to work under them, with a plugin process. Where systemd does not start so, that half is left out, aloud.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = os.environ["PORTEUR_SOURCE_DIR"]
BUILD = os.environ["PORTEUR_BUILD_DIR"]
CPACK = os.environ.get("CPACK", "cpack")
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


class CleanMachine(unittest.TestCase):
    """One story, told in the order of the names; each step stands on the one before."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="porteur-clean-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = os.path.join(cls.folder, "root")
        run("cp", "-a", BASE, cls.root)
        with open(cls.root + "/etc/apt/sources.list", "w", encoding="utf-8") as file:
            file.write("\n".join(mirrors()[1]) + "\n")
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            shutil.copyfile(name, cls.root + name)
        for proxy in glob.glob("/etc/apt/apt.conf.d/*proxy*"):
            shutil.copy(proxy, cls.root + "/etc/apt/apt.conf.d/")
        run(CPACK, "-G", "DEB", "-B", cls.root + "/packages", "--config", os.path.join(BUILD, "CPackConfig.cmake"), cwd=BUILD)
        shutil.rmtree(cls.root + "/packages/_CPack_Packages")

    def inside(self, command, check=True):
        """Runs it in the machine, whose processes end with it."""
        return run(
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private", "sh", "-c",
            'mount -t proc proc "$0/proc" && exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin '
            'DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -c "$1" 2>&1', self.root, command, check=check,
        )

    def stat(self, name):
        return self.inside("stat --format='%U:%G %a' " + name).strip()

    def test_1_apt_installs_them_and_starts_nothing(self):
        said = self.inside(
            "apt-get -q=2 update && apt-get -y -q=2 install --no-install-recommends /packages/porteurd_*.deb /packages/porteur_*.deb "
            "/packages/porteur-plugin-*.deb"
        )
        self.assertIn("runuser -u porteur -- porteurd init", said)
        self.assertEqual(self.stat("/var/lib/porteur"), "porteur:porteur 700")
        self.assertEqual(self.stat("/etc/porteur"), "root:porteur 750")
        self.assertEqual(self.stat("/etc/porteur/secrets"), "porteur:porteur 700")
        self.assertEqual(self.inside("ls -A /var/lib/porteur").strip(), "")
        self.assertRegex(self.inside("porteurd --version"), r"^porteurd \d")
        self.assertRegex(self.inside("porteur --version"), r"\d")

    def test_2_the_check_finds_all_that_was_installed_fit(self):
        said = self.inside("runuser -u porteur -- porteurd --check-config")
        self.assertIn(" is fit: 3 accounts, 0 enabled; 4 plugins\n", said)
        self.assertNotIn("DejaVuSans", said)

    def test_3_the_first_start_makes_key_and_store(self):
        self.inside("runuser -u porteur -- porteurd init")
        self.assertEqual(self.stat("/var/lib/porteur/porteur.key"), "porteur:porteur 400")
        self.assertIn("anna", self.inside("runuser -u porteur -- porteurd token create --name anna >/dev/null; runuser -u porteur -- porteurd token list"))

    def test_4_under_systemd_it_serves_with_all_its_locks_and_a_plugin_process(self):
        """The carrier `openphone` is served by the plugin `other` in a process of its own; asking what it requires runs that."""
        shutil.copy(self.root + "/etc/porteur/carriers/openphone.toml.example", self.root + "/etc/porteur/carriers/openphone.toml")
        machine = Machine(self.root)
        try:
            if not machine.starts():
                self.skipTest("systemd does not start in a PID namespace of this machine: " + machine.said())
            machine.run("systemctl start porteurd")
            self.assertEqual(machine.run("systemctl is-active porteurd").strip(), "active")
            self.assertIn("listening on http://127.0.0.1:8480", machine.run("systemctl status --no-pager porteurd"))
            token = machine.run("runuser -u porteur -- porteurd token create --name unit").strip()
            said = machine.run("PORTEUR_TOKEN=%s porteur --url http://127.0.0.1:8480 requirements openphone" % token)
            self.assertIn("OpenPhone", said)
            log = machine.run("journalctl --no-pager -u porteurd", check=False)
            self.assertNotRegex(log, r"cannot lock itself|does not start|SIGSYS|not permitted")
            # The locks are there: of the unit's process, as the kernel says.
            status = machine.run("cat /proc/$(systemctl show --value -p MainPID porteurd)/status")
            for line in (r"NoNewPrivs:\s+1", r"Seccomp:\s+2", r"CapBnd:\s+0000000000000000"):
                self.assertRegex(status, line)
            machine.run("systemctl reload porteurd")
            self.assertIn("listening on ", machine.run("systemctl status --no-pager porteurd"))
            machine.run("systemctl stop porteurd")
            # systemd listens, and the first caller starts the daemon.
            machine.run("systemctl start porteurd.socket")
            self.assertEqual(machine.run("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8480/healthz").strip(), "200")
            self.assertEqual(machine.run("systemctl is-active porteurd").strip(), "active")
            machine.run("systemctl stop porteurd.socket porteurd")
        finally:
            machine.end()
            os.remove(self.root + "/etc/porteur/carriers/openphone.toml")

    def test_5_settings_that_were_changed_outlive_an_installation(self):
        self.inside("echo '# mine' >> /etc/porteur/porteur.toml; chmod 640 /etc/porteur/porteur.toml; apt-get -y -q=2 install --reinstall --no-install-recommends "
                    "-o Dpkg::Options::=--force-confold /packages/porteurd_*.deb")
        self.assertIn("# mine", self.inside("cat /etc/porteur/porteur.toml"))
        self.assertEqual(self.stat("/etc/porteur"), "root:porteur 750")

    def test_6_remove_leaves_settings_and_data(self):
        self.inside("echo secret > /etc/porteur/secrets/thinktel_user; apt-get -y -q=2 remove porteurd")
        self.assertFalse(os.path.lexists(self.root + "/usr/bin/porteurd"))
        for name in ("etc/porteur/porteur.toml", "var/lib/porteur/porteur.key", "var/lib/porteur/porteur.db"):
            self.assertTrue(os.path.exists(os.path.join(self.root, name)), name)

    def test_7_purge_deletes_its_settings_and_neither_data_nor_secrets(self):
        said = self.inside("apt-get -y -q=2 purge porteurd porteur 'porteur-plugin-*'")
        self.assertIn("/var/lib/porteur is kept", said)
        left = sorted(os.path.relpath(os.path.join(path, name), self.root) for path, _, names in os.walk(self.root + "/etc/porteur") for name in names)
        self.assertEqual(left, ["etc/porteur/secrets/thinktel_user"])
        for name in ("var/lib/porteur/porteur.key", "var/lib/porteur/porteur.db"):
            self.assertTrue(os.path.exists(os.path.join(self.root, name)), name)
        self.assertFalse(os.path.exists(self.root + "/usr/lib/porteur"))


class Machine:
    """systemd as the first process of namespaces of its own. It ends with them."""

    def __init__(self, root):
        self.root = root
        self.log = open(os.path.join(os.path.dirname(root), "machine.log"), "w+", encoding="utf-8", errors="replace")
        # A network of its own, so that the port is free; its cgroups are those of this process and below.
        script = (
            'ip link set lo up 2>/dev/null; mount --bind "$0" "$0" && cd "$0" && mount -t proc proc proc && mount -t sysfs -o ro sysfs sys && '
            "mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp && mount -t tmpfs tmpfs sys/fs/cgroup && mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified; "
            "mount -t cgroup -o none,name=systemd systemd sys/fs/cgroup/systemd; mount -t cgroup2 cgroup2 sys/fs/cgroup/unified; "
            "mount -t tmpfs tmpfs dev && mkdir dev/shm dev/pts && for each in null zero full random urandom tty; do touch dev/$each && mount --bind /dev/$each dev/$each; done; "
            "exec env -i container=porteur-test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /lib/systemd/systemd --unit=multi-user.target --log-target=console --show-status=no"
        )
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "--propagation=private", "sh", "-c", script, root],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
        )

    def init(self):
        children = run("ps", "-o", "pid=", "--ppid", str(self.process.pid), check=False).split()
        return children[0] if children else None

    def run(self, command, check=True):
        return run(
            "nsenter", "--target", self.init(), "--all", "--root", "--wd", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
            "SYSTEMD_PAGER=cat", "sh", "-c", command + " 2>&1", check=check,
        )

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


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root can make another machine")
        sys.exit(77)
    if missing := make_base():
        print(missing)
        sys.exit(77)
    unittest.main()
