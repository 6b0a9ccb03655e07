#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The SDK as it is installed: plugins that know nothing of Porteur's tree build against it and work.

Everything stands in one temporary folder, which goes away: PREFIX, copies of the examples, and what
`porteur plugin new` writes. ccache serves it wherever that folder is.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request

SOURCE = os.environ["PORTEUR_SOURCE_DIR"]
BUILD = os.environ["PORTEUR_BUILD_DIR"]
CMAKE = os.environ.get("CMAKE", "cmake")
NM = os.environ.get("NM", "nm")
READELF = os.environ.get("READELF", "readelf")
STRICT = "-O0 -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror"

ALL_OPERATIONS = [
    "requirements", "validate", "split", "read_mail", "read_webhook", "check_account", "list_numbers", "discover",
    "preflight", "release_packet", "check_release", "check_portability", "list_targets", "submit_port", "check_port",
    "supplement_port", "cancel_port", "activate_port", "search_numbers", "reserve_numbers", "purchase",
    "check_purchase", "cancel_purchase", "release_numbers",
]


def run(*words, **more):
    """@return what it said; fails the test with that if it ends with anything but 0"""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise AssertionError("%s ended with %d:\n%s" % (" ".join(words), done.returncode, done.stdout))
    return done.stdout


def files_below(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(path, name)


LONE_SIMULATOR = """
#include <porteur/simulator.hpp>
using namespace porteur::sim;
struct Lone { int visits = 0; };
Simulator porteur_simulator() {
    FarEnd<Lone> lone("lone", "counts its visits");
    lone.get("/visits", [](Lone& state, Call&) { return answer_json(200, {{"visits", ++state.visits}}); });
    return lone;
}
"""


class InstalledSdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.realpath(tempfile.mkdtemp(prefix="porteur-sdk-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix = os.path.join(cls.folder, "prefix")
        run(CMAKE, "--install", BUILD, "--component", "sdk", "--prefix", cls.prefix)

    def configure(self, source, build, *more, prefix=None):
        """With CMAKE_PREFIX_PATH alone; the launcher only makes it quicker."""
        launcher = "env;CCACHE_BASEDIR=%s;CCACHE_NOHASHDIR=1;ccache" % self.folder
        quicker = []
        if shutil.which("ccache"):
            quicker = ["-DCMAKE_%s_COMPILER_LAUNCHER=%s" % (each, launcher) for each in ("C", "CXX")]
        return run(
            CMAKE, "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_PREFIX_PATH=" + (prefix or self.prefix),
            "-DCMAKE_CXX_FLAGS=" + STRICT, "-DCMAKE_C_FLAGS=" + STRICT, *quicker, *more, cwd=self.folder,
        )

    def example(self, name):
        """@return where a copy of the installed example stands"""
        copy = os.path.join(self.folder, name)
        if not os.path.exists(copy):
            shutil.copytree(os.path.join(self.prefix, "share/porteur/examples", name), copy)
        return copy

    def expect_plugin(self, path):
        """One exported symbol, and the descriptor in its section."""
        exported = [line.split()[-1] for line in run(NM, "-D", "--defined-only", path).splitlines() if line.strip()]
        self.assertEqual(exported, ["porteur_entry_v0"], path)
        self.assertIn(".porteur_descriptor", run(READELF, "-S", "-W", path), path)

    def test_names_neither_the_source_nor_the_build_tree(self):
        """A sanitizer brings the place of each lambda, as its type's name, and of each source; nothing else may. packages_test looks at what is shipped."""
        brought = re.compile(rb"\(lambda at [^)]*\)|" + re.escape(os.fsencode(SOURCE)) + rb"/[\w/]+\.cpp\x00")
        for path in files_below(self.prefix):
            with open(path, "rb") as file:
                text = file.read()
            if b"__ubsan_" in text:
                text = brought.sub(b"", text)
            for name in (SOURCE, BUILD):
                self.assertFalse(os.fsencode(name) in text, f"{path} names {name}")

    def test_has_every_header(self):
        for folder in ("sdk/include", "sdk/testkit/include", "sdk/simulator/include"):
            for path in files_below(os.path.join(SOURCE, folder)):
                name = os.path.relpath(path, os.path.join(SOURCE, folder))
                self.assertTrue(os.path.exists(os.path.join(self.prefix, "include", name)), name)

    def test_builds_the_example_and_its_tests_pass(self):
        build = os.path.join(self.folder, "build-acme")
        self.configure(self.example("acme"), build)
        run(CMAKE, "--build", build)
        self.assertTrue(os.path.exists(os.path.join(build, "simulators/sim-acme_example")))
        self.expect_plugin(os.path.join(build, "plugins/porteur-acme.so"))
        run("ctest", "--test-dir", build, "--output-on-failure", "--no-tests=error")

    def test_builds_a_simulator_that_runs_and_stops(self):
        """One of a single file with nothing beside it; the example's is built and tried with the example."""
        source, build = os.path.join(self.folder, "lone"), os.path.join(self.folder, "build-lone")
        os.mkdir(source)
        with open(os.path.join(source, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(lone LANGUAGES C CXX)\n")
            file.write("find_package(PorteurSdk REQUIRED)\nporteur_add_simulator(lone SOURCES lone.cpp)\n")
        with open(os.path.join(source, "lone.cpp"), "w", encoding="utf-8") as file:
            file.write(LONE_SIMULATOR)
        self.configure(source, build)
        run(CMAKE, "--build", build)
        program = os.path.join(build, "simulators/sim-lone")
        with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as child:
            said = json.loads(child.stdout.readline())
            self.assertEqual(said["simulator"], "lone")
            for wanted in ({"visits": 1}, {"visits": 2}):
                with urllib.request.urlopen(said["url"] + "/visits") as answer:
                    self.assertEqual(json.load(answer), wanted)
            with urllib.request.urlopen(said["url"] + "/_sim/journal") as answer:
                self.assertEqual(json.load(answer)["lines"][0]["acted"], 2)
            child.terminate()
            self.assertEqual(child.wait(), 0)
        # Its headers hold nothing heavy: an author's file is compiled without Asio and Beast.
        included = run(
            os.environ.get("CXX", "clang++-19"), "-std=c++23", "-M", "-I", os.path.join(self.prefix, "include"), os.path.join(source, "lone.cpp")
        )
        self.assertIn("porteur/simulator.hpp", included)
        self.assertNotRegex(included, "boost/(asio|beast)/")

    def test_builds_the_example_in_c_without_a_compiler_for_c_plus_plus(self):
        build = os.path.join(self.folder, "build-plain_c")
        self.configure(self.example("plain_c"), build, "-DCMAKE_CXX_COMPILER=/nowhere")
        run(CMAKE, "--build", build)
        self.expect_plugin(os.path.join(build, "plugins/porteur-plain_c.so"))

    def test_builds_against_what_is_installed_and_nothing_else(self):
        """A header less, and it does not build: so no header comes from Porteur's own tree."""
        prefix = os.path.join(self.folder, "short-of-one")
        for part in ("include", "lib", "share"):
            shutil.copytree(os.path.join(self.prefix, part), os.path.join(prefix, part))
        os.remove(os.path.join(prefix, "include/porteur/failure.hpp"))
        build = os.path.join(self.folder, "build-short")
        self.configure(self.example("acme"), build, prefix=prefix)
        with self.assertRaisesRegex(AssertionError, "porteur/failure.hpp"):
            run(CMAKE, "--build", build, "--target", "porteur_plugin_acme_objects")

    def new(self, name, api, operations):
        program = os.path.join(self.prefix, "bin/porteur")
        return run(program, "plugin", "new", name, "--api", api, "--ops", ",".join(operations), cwd=self.plugins)

    def failed_tests(self, build, name):
        """@return all tests of the plugin's program, and those that failed"""
        report = os.path.join(self.folder, name + ".json")
        program = os.path.join(build, "tests", name + "_contract_test")
        subprocess.run(
            [program, "--gtest_output=json:" + report], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        with open(report, encoding="utf-8") as file:
            suites = json.load(file)["testsuites"]
        tests = {each["name"] + "." + test["name"]: "failures" in test for each in suites for test in each["testsuite"]}
        return set(tests), {test for test, failed in tests.items() if failed}

    def test_new_plugins_build_and_fail_only_the_tests_that_say_what_is_left(self):
        self.plugins = os.path.join(self.folder, "plugins")
        os.mkdir(self.plugins)
        wanted = {"all_by_rest": ("rest", ALL_OPERATIONS), "by_mail": ("mail", ["purchase"]), "by_hand": ("portal", ["submit_port"])}
        for name, (api, operations) in wanted.items():
            said = self.new(name, api, operations)
            for each in operations:
                self.assertIn(each, said)
        # One tree of the three, as each of them alone would compile Boost.JSON once more.
        with open(os.path.join(self.plugins, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(three LANGUAGES C CXX)\nenable_testing()\n")
            file.writelines("add_subdirectory(%s)\n" % name for name in wanted)
        build = os.path.join(self.folder, "build-new")
        self.configure(self.plugins, build)
        run(CMAKE, "--build", build)
        for name in wanted:
            self.expect_plugin(os.path.join(build, "plugins/porteur-%s.so" % name))
            tests, failed = self.failed_tests(build, name)
            left = {each for each in tests if each.startswith("LeftToFillIn.the_author_says_")}
            self.assertGreater(len(left), 3, name)
            self.assertGreater(len(tests - left), 2, name)
            self.assertEqual(failed, left, name)
        run("ctest", "--test-dir", build, "-L", "simulators", "--output-on-failure", "--no-tests=error")
        rest, _ = self.failed_tests(build, "all_by_rest")
        self.assertIn("LeftToFillIn.the_author_says_how_purchase_finds_an_order_again", rest)

        # The author fills in: each line goes, and no test fails any more.
        for path in ("descriptor.toml", "src/by_mail.cpp"):
            path = os.path.join(self.plugins, "by_mail", path)
            with open(path, encoding="utf-8") as file:
                lines = [line for line in file if not re.search("fill in: the_author_says_", line)]
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(lines)
        self.assertEqual(self.failed_tests(build, "by_mail")[1], set())


if __name__ == "__main__":
    unittest.main(verbosity=1, argv=sys.argv)
