#!/usr/bin/env python3
"""Every hostile file gets the reaction that manifest.tsv asks for.

    hostile_test.py TUNDISH [--sanitized]

`convert` must end with one of the line's statuses, with one line that holds the line's words, leave
no file, run nothing (the marker that the files try to make must not appear), and stay below 2 s of
processor time and 256 MB; `inspect` of the same file may show something but must not crash. Under
sanitizers time and memory are those of the sanitizer and are not looked at.
"""
import os
import shutil
import signal
import sys
import tempfile
import unittest

import limited

FOLDER = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(os.path.dirname(FOLDER), "golden", "hostile")


class HostileTest(unittest.TestCase):
    program = ""
    sanitized = False

    def run_limited(self, folder, *arguments):
        return limited.run_limited(self, self.program, folder, *arguments, sanitized=self.sanitized)

    def check(self, name, statuses, words):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(FILES, name)
        status, _, error = self.run_limited(folder, "convert", path, "-o", os.path.join(folder, "out.onnx"))
        self.assertIn(status, statuses, error)
        if status != 0:
            self.assertEqual(os.listdir(folder), [])
            limited.check_one_line(self, error, [name, *words])
        status, _, error = self.run_limited(folder, "inspect", path)
        self.assertIn(status, {0, 3, 4, 6, 8}, error)


def add_case(name, statuses, words):
    def test(self):
        self.check(name, statuses, words)
    setattr(HostileTest, "test_" + name.replace(".", "_"), test)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    HostileTest.program = os.path.abspath(sys.argv[1])
    HostileTest.sanitized = "--sanitized" in sys.argv
    if not os.path.exists(HostileTest.program):
        print("no %s" % HostileTest.program)
        sys.exit(77)
    if os.path.exists(limited.MARKER):
        os.unlink(limited.MARKER)
    for name, statuses, words in limited.read_manifest(os.path.join(FOLDER, "manifest.tsv")):
        add_case(name, {int(status) for status in statuses.split()}, [] if words == "-" else words.split(";"))
    unittest.main(argv=sys.argv[:1])
