#!/usr/bin/env python3
"""Every hostile file gets the reaction that manifest.tsv asks for.

    hostile_test.py TUNDISH [--sanitized]

`convert` must end with one of the line's statuses, with one line that holds the line's words, leave
no file, run nothing (the marker that the files try to make must not appear), and stay below 2 s of
processor time and 256 MB; `inspect` of the same file may show something but must not crash. Under
sanitizers time and memory are those of the sanitizer and are not looked at.
"""
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(os.path.dirname(FOLDER), "golden", "hostile")
MARKER = "/tmp/tundish_hostile_marker"
PROCESSOR_S = 2.0
PEAK_KIB = 256 * 1024
WALL_S = 60


def read_manifest():
    with open(os.path.join(FOLDER, "manifest.tsv"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                name, statuses, words = line.rstrip("\n").split("\t")
                yield name, {int(status) for status in statuses.split()}, [] if words == "-" else words.split(";")


class HostileTest(unittest.TestCase):
    program = ""
    sanitized = False

    def run_limited(self, folder, *arguments):
        """(status, stdout, stderr) of the program; fails when it is slow, large or leaves the marker."""
        out, error = os.path.join(folder, "stdout"), os.path.join(folder, "stderr")
        with open(out, "wb") as out_file, open(error, "wb") as error_file:
            child = subprocess.Popen([self.program, *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                                     stdout=out_file, stderr=error_file,
                                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (WALL_S, WALL_S)))
            _, raw, usage = os.wait4(child.pid, 0)
        child.returncode = -os.WTERMSIG(raw) if os.WIFSIGNALED(raw) else os.WEXITSTATUS(raw)
        texts = []
        for path in (out, error):
            with open(path, "rb") as file:
                texts.append(file.read().decode("utf-8", "replace"))
            os.unlink(path)
        self.assertFalse(os.path.exists(MARKER), "something in the file was run")
        self.assertNotIn("Sanitizer", texts[1])
        if not self.sanitized:
            self.assertLess(usage.ru_utime + usage.ru_stime, PROCESSOR_S)
            self.assertLess(usage.ru_maxrss, PEAK_KIB)
        return child.returncode, texts[0], texts[1]

    def check(self, name, statuses, words):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(FILES, name)
        status, _, error = self.run_limited(folder, "convert", path, "-o", os.path.join(folder, "out.onnx"))
        self.assertIn(status, statuses, error)
        if status != 0:
            self.assertEqual(os.listdir(folder), [])
            lines = [line for line in error.splitlines() if line.strip()]
            self.assertEqual(len(lines), 1, error)
            self.assertIn(name, lines[0])
            self.assertTrue(lines[0].isprintable(), repr(lines[0]))
            for word in words:
                self.assertTrue(any(form in lines[0] for form in word.split("|")), "%s not in: %s" % (word, lines[0]))
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
    if os.path.exists(MARKER):
        os.unlink(MARKER)
    for row in read_manifest():
        add_case(*row)
    unittest.main(argv=sys.argv[:1])
