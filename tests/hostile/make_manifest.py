#!/usr/bin/env python3
"""Copies the pickles and joblib files of CORPUS/golden/hostile and writes manifest.tsv from the
reactions that its README asks for: make_manifest.py CORPUS/golden/hostile

A line of the manifest: file, exit statuses that `convert` may end with, words of which the message
must hold each (`a;b`; `a|b`: one of two), or `-`. Reactions are those of the command line's table:
3 damaged, 4 unknown, 6 would call something, 8 a limit.
"""
import os
import re
import shutil
import sys

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden", "hostile")

# (name pattern, statuses); the first that fits holds
STATUSES = [
    # damage and danger in one file: either is a right answer
    (r"exec_(inst|obj)_opcode|exec_newobj_ex|exec_ext_registry|exec_(bin)?persid|exec_next_buffer", "3 6"),
    (r"exec_after_stop|exec_dead_code|exec_real_logreg|exec_real_model|exec_discarded", "3 6"),
    (r"exec_stack_global_nonstring", "3 6"),
    (r"exec_name_surrogate|exec_confusable|exec_name_with_newline", "3 4 6"),
    (r"exec_joblib_(old_ndarraywrapper|nested_wrappers)", "3 4 6"),
    (r"exec_build_setstate", "3 6"),
    (r"exec_sklearn_gadget|exec_dotted|exec_newobj_class|exec_builtins_map|exec_copyreg", "4 6"),
    (r"exec_", "6"),
    (r"unknown_function|lambda_", "4 6"),
    (r"unknown_", "4"),
    (r"damaged_", "3 4 8"),
    (r"not_a_model|just_an_array|double_compressed|git_lfs", "3 4"),
    (r"trunc_|trailing_|empty", "3"),
    (r"huge_|frame_|bad_|ndarray_|array_|lz4_size", "3 4 8"),
    (r"bomb_(zlib|bz2|xz)_100mb", "8"),
    (r"bomb_dup_flood", "3 4 6 8"),
    (r"bomb_", "3 4 8"),
    (r"cycle_", "3 4"),
    (r"depth_", "3 4 8"),
    (r"vm_", "3 4"),
    (r"tree_|logreg_", "3 4"),
]


def message_words(name, reaction):
    """Names that the message must hold, from the README's line."""
    if name == "git_lfs_pointer.joblib":
        return "Git LFS"
    named = re.search(r"names `([^`]+)`", reaction)
    if not named or " " in named.group(1).split(" (")[0]:
        return "-"
    text = named.group(1).split(" (")[0]
    if text.startswith("builtins."):
        text += "|" + text.replace("builtins.", "__builtin__.")
    return text if text.isascii() and "," not in text else "-"


def main(source):
    with open(os.path.join(source, "README.md"), encoding="utf-8") as file:
        lines = re.findall(r"^\| (\S+\.(?:pkl|joblib)) \| \d+ \| (.*) \|$", file.read(), re.M)
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    out = ["# file\tstatuses\twords of the message"]
    for name, reaction in lines:
        statuses = next(statuses for pattern, statuses in STATUSES if re.match(pattern, name))
        if "may load" in reaction and "ratio" not in reaction or "accept or refuse" in reaction:
            statuses = "0 " + statuses
        shutil.copyfile(os.path.join(source, name), os.path.join(FOLDER, name))
        out.append("%s\t%s\t%s" % (name, statuses, message_words(name, reaction)))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "manifest.tsv"), "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
