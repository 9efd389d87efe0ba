#!/usr/bin/env python3
"""The commands in the documents work, and what the documents point at exists.

    documents_test.py [BIN_FOLDER]

Each ```sh block whose first line is `# tested` is run with bash in a folder that shows the
repository's files; blocks that call tundish need the program in BIN_FOLDER and are skipped without.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else os.path.join(ROOT, "build/dev/bin")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def documents():
    found = [name for name in sorted(os.listdir(ROOT)) if name.endswith(".md")]
    for place, folders, files in os.walk(os.path.join(ROOT, "docs")):
        folders.sort()
        found += [os.path.relpath(os.path.join(place, name), ROOT) for name in sorted(files) if name.endswith(".md")]
    return found


class DocumentsTest(unittest.TestCase):
    def run_block(self, block):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        for name in os.listdir(ROOT):
            if name not in ("build", ".git"):
                os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        environment = dict(os.environ, PATH=BIN + os.pathsep + os.environ["PATH"], HOME=folder)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=environment, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout.decode("utf-8", "replace"))

    def test_commands_run(self):
        for path in documents():
            for number, block in enumerate(re.findall(r"^```sh\n# tested\n(.*?)^```", read(path), re.S | re.M)):
                with self.subTest(document=path, block=number):
                    if re.search(r"^\s*tundish\b", block, re.M) and not os.path.exists(os.path.join(BIN, "tundish")):
                        self.skipTest("no tundish in %s" % BIN)
                    self.run_block(block)

    def test_links_lead_somewhere(self):
        for path in documents():
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(path)):
                if not re.match(r"[a-z]+:", target):
                    with self.subTest(document=path, link=target):
                        self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)))

    def test_readme_shows_what_the_demo_runs(self):
        shown = re.search(r"<!-- demo -->\n```text\n(.*?)```\n<!-- end -->", read("README.md"), re.S)
        self.assertIsNotNone(shown)
        commands = [line[2:] for line in shown.group(1).splitlines() if line.startswith("$ ")]
        printed = subprocess.run(["bash", "scripts/demo.sh", "--print-commands"], cwd=ROOT, check=True,
                                 stdout=subprocess.PIPE).stdout.decode("utf-8").splitlines()
        self.assertEqual(commands, printed, "run scripts/update_readme.sh")

    def test_reference_is_what_the_program_says(self):
        program = os.path.join(BIN, "tundish")
        if not os.path.exists(program):
            self.skipTest("no tundish in %s" % BIN)
        script = os.path.join(ROOT, "scripts/update_reference.py")
        done = subprocess.run([sys.executable, script, "--check", program], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout.decode("utf-8"))


if __name__ == "__main__":
    unittest.main()
