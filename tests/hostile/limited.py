"""Runs the program on a hostile file: nothing in it may run, and neither time nor memory may grow."""
import os
import resource
import subprocess

MARKER = "/tmp/tundish_hostile_marker"  # what the files try to make
PROCESSOR_S = 2.0
PEAK_KIB = 256 * 1024
WALL_S = 60


def run_limited(test, program, folder, *arguments, sanitized=False):
    """(status, stdout, stderr); `test` fails when the program is slow, large or leaves the marker.
    Under sanitizers time and memory are those of the sanitizer and are not looked at."""
    out, error = os.path.join(folder, "stdout"), os.path.join(folder, "stderr")
    with open(out, "wb") as out_file, open(error, "wb") as error_file:
        child = subprocess.Popen([program, *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                                 stdout=out_file, stderr=error_file,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (WALL_S, WALL_S)))
        _, raw, usage = os.wait4(child.pid, 0)
    child.returncode = -os.WTERMSIG(raw) if os.WIFSIGNALED(raw) else os.WEXITSTATUS(raw)
    texts = []
    for path in (out, error):
        with open(path, "rb") as file:
            texts.append(file.read().decode("utf-8", "replace"))
        os.unlink(path)
    test.assertFalse(os.path.exists(MARKER), "something in the file was run")
    test.assertNotIn("Sanitizer", texts[1])
    if not sanitized:
        test.assertLess(usage.ru_utime + usage.ru_stime, PROCESSOR_S)
        test.assertLess(usage.ru_maxrss, PEAK_KIB)
    return child.returncode, texts[0], texts[1]


def check_one_line(test, error, words):
    """The error is one printable line that holds the words."""
    lines = [line for line in error.splitlines() if line.strip()]
    test.assertEqual(len(lines), 1, error)
    test.assertTrue(lines[0].isprintable(), repr(lines[0]))
    for word in words:
        test.assertTrue(any(form in lines[0] for form in word.split("|")), "%s not in: %s" % (word, lines[0]))


def read_manifest(path):
    """Lines of tab-separated cells."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")
