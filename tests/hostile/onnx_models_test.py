#!/usr/bin/env python3
"""Every hostile ONNX model gets the reaction that onnx_models.tsv asks for.

    onnx_models_test.py TUNDISH [--sanitized]

`run` in both engines, on zeros of the declared shape, must end with one of the line's statuses and,
where that is an error, with one line that holds the line's words and without a file; `inspect` may
show something but must not crash. Below 2 s of processor time and 256 MB. A model that would run
for ever gets a time limit.
"""
import os
import shutil
import struct
import sys
import tempfile
import unittest

import limited

FOLDER = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(os.path.dirname(FOLDER), "golden", "hostile_onnx")


def save_zeros(path, shape):
    """A float32 array as numpy.save writes it."""
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }" % ", ".join(map(str, shape))
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    count = 1
    for size in shape:
        count *= size
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + bytes(4 * count))


class OnnxModelsTest(unittest.TestCase):
    program = ""
    sanitized = False

    def check(self, name, shape, options, statuses, words):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        models = os.path.join(folder, "models")
        shutil.copytree(FILES, models)
        path = os.path.join(models, name)
        if name.startswith("ext_symlink"):
            secret = os.path.join(folder, "secret.bin")
            with open(secret, "wb") as file:
                file.write(bytes(64))
            os.symlink(secret, os.path.join(os.path.dirname(path), "link.bin"))
        arguments = ["run", path, "--output", os.path.join(folder, "out.npz"), *options]
        if shape:
            save_zeros(os.path.join(folder, "x.npy"), shape)
            arguments += ["--input", os.path.join(folder, "x.npy")]
        for engine in ("native", "reference"):
            status, _, error = limited.run_limited(self, self.program, folder, *arguments, "--engine", engine,
                                                   sanitized=self.sanitized)
            self.assertIn(status, statuses, error)
            written = os.path.join(folder, "out.npz")
            self.assertEqual(os.path.exists(written), status == 0)
            if status == 0:
                os.unlink(written)
            else:
                limited.check_one_line(self, error, words)
        status, _, error = limited.run_limited(self, self.program, folder, "inspect", path, sanitized=self.sanitized)
        self.assertIn(status, {0, 3, 4, 6, 7, 8}, error)


def add_case(name, shape, options, statuses, words):
    def test(self):
        self.check(name, shape, options, statuses, words)
    setattr(OnnxModelsTest, "test_" + name.replace(".", "_").replace("/", "_"), test)


if __name__ == "__main__":
    OnnxModelsTest.program = os.path.abspath(sys.argv[1])
    OnnxModelsTest.sanitized = "--sanitized" in sys.argv
    if not os.path.exists(OnnxModelsTest.program):
        print("no %s" % OnnxModelsTest.program)
        sys.exit(77)
    for cells in limited.read_manifest(os.path.join(FOLDER, "onnx_models.tsv")):
        case_name, case_shape, case_options, case_statuses, case_words = cells
        add_case(case_name, [int(size) for size in case_shape.split("x")] if case_shape != "-" else [],
                 case_options.split() if case_options != "-" else [],
                 {int(status) for status in case_statuses.split()},
                 [] if case_words == "-" else case_words.split(";"))
    unittest.main(argv=sys.argv[:1])
