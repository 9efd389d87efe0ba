#!/usr/bin/env python3
"""Checks the house style of everything in the tree that a script can judge.

    check_style.py [ROOT]

Prints `file:line: rule: what` per fault and exits 1 when there is one. Exceptions, each with its
reason, stand in scripts/style_exceptions.txt as `rule | file[:name] | reason`.
"""
import fnmatch
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source_text  # noqa: E402

FUNCTION_LINES = 70
KERNEL_LINES = 120
FILE_LINES = 600
LINE_COLUMNS = 100
TEXT_COLUMNS = 130
SKIPPED_FOLDERS = {".git", "build", "__pycache__", "corpus", "node_modules"}
TEXT_FILE = re.compile(r"(\.(h|cc|c|cpp|py|sh|cmake|txt|md|json|yaml|yml|ir|inc)|/run|LICENSE|NOTICE)$")
CODE_FILE = re.compile(r"\.(h|cc|c)$")
TEST_FILE = re.compile(r"(_test|_fuzzer|_bench)\.cc$")

# rule, pattern on text without comments and literals, where it does not hold, what to do instead
BANNED = [
    ("print", r"\b(?:std::)?(?:v?f?printf|puts|putchar|fputs|fwrite|perror)\s*\(|"
              r"\bstd::(?:cout|cerr|clog)\b",
     r"^src/(cli|tools)/|^(examples|bench|tests)/|_test\.cc$|_fuzzer\.cc$", "return it; the library prints nothing"),
    ("exit", r"(?<![\w.>])(?:std::)?(?:exit|_exit|quick_exit|abort|terminate)\s*\(",
     r"^(examples|bench|tests)/|_test\.cc$|_fuzzer\.cc$|^src/cli/", "return an error"),
    ("environment", r"\b(?:std::)?(?:secure_)?(?:getenv|setenv|putenv|unsetenv)\s*\(",
     r"^src/(cli|config)/|^(examples|bench|tests)/|_test\.cc$|_fuzzer\.cc$|_(for_test|testing)\.h$",
     "only config reads the environment"),
    ("random", r"(?<![\w.>])(?:std::)?s?rand\s*\(|\brandom_device\b", r"^$", "a generator with a stated seed"),
    ("c-string", r"\b(?:strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok)\s*\(", r"^$", "std::string or cat()"),
    ("locale", r"\b(?:std::)?(?:atoi|atol|atof|strtod|strtof|strtold|stoi|stol|stod|stof|stoul|stoull|stoll)\s*\(",
     r"^tests/|_test\.cc$",
     "std::from_chars: the others read the locale, or throw"),
    ("throw", r"\bthrow\b", r"^$", "Result<T>"),
    ("new", r"\bnew\b(?!\s*\()\s*[\w:<]", r"^$", "make_unique; with a private constructor, straight into a smart pointer"),
    ("delete", r"(?<![=\w])\s\bdelete\b(?:\s*\[\s*\])?\s+[\w*(]", r"^$", "an owner"),
    ("malloc", r"(?<![\w.>])(?:std::)?(?:malloc|calloc|realloc|free|alloca)\s*\(", r"^$", "a container, or AlignedBuffer"),
    ("goto", r"\bgoto\b", r"^$", "a function"),
    ("regex", r"\bstd::w?regex\b", r"^$", "it recurses on input: write the parser"),
    ("using-namespace", r"\busing\s+namespace\s+std\b", r"^$", "name it"),
]
BOOL_PARAMETER = re.compile(r"[(,]\s*(?:const\s+)?bool(?:\s+\w+)?\s*(?:=\s*\w+\s*)?(?=[,)])")
OWNED_AT_ONCE = r"(?:_ptr<[^;{}]*>|%s)\s*\(\s*$"
POINTER_ALIAS = re.compile(r"\busing\s+(\w+)\s*=\s*std::(?:unique|shared)_ptr<")
FORBIDDEN_WORDS = [
    ("unfinished", re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")),
    ("machine-path", re.compile(r"(?<![\w.])/(work|root|home)/\w")),
    ("registry-host", re.compile(r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs|crates\.io|conda\.anaconda|"
                                 r"deb\.debian\.org)\b")),
]
SMALL_HELPERS = re.compile(r"/(index|main|test_main)\.cc$")


def opened_by(code, at):
    """The bracket, `(` or `<`, that the comma or bracket at `at` stands in."""
    depth = 0
    for character in reversed(code[max(0, at - 2000):at + 1].replace("->", "  ")):
        if character in ")>":
            depth += 1
        elif character in "(<":
            if depth == 0:
                return character
            depth -= 1
    return ""


class Checker:
    def __init__(self, root):
        self.root = root
        self.faults = []
        self.exceptions = []
        self.used = set()
        self.read_exceptions()

    def read_exceptions(self):
        path = os.path.join(self.root, "scripts/style_exceptions.txt")
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip() or line.startswith("#"):
                    continue
                cells = [cell.strip() for cell in line.split("|")]
                if len(cells) != 3 or len(cells[2]) < 10:
                    self.faults.append("scripts/style_exceptions.txt:%d: rule | file[:name] | reason" % number)
                else:
                    self.exceptions.append((cells[0], cells[1], number))

    def fault(self, path, line, rule, text, name=None):
        for known_rule, pattern, number in self.exceptions:
            subject = path if name is None or ":" not in pattern else "%s:%s" % (path, name)
            if known_rule == rule and fnmatch.fnmatch(subject, pattern):
                self.used.add(number)
                return
        self.faults.append("%s:%d: %s: %s" % (path, line, rule, text))

    def check_text(self, path, text):
        is_prose = path.endswith((".md", ".txt", "LICENSE", "NOTICE", ".json"))
        limit = TEXT_COLUMNS if is_prose or path.endswith((".py", ".sh", "/run")) else LINE_COLUMNS
        fenced = False
        for number, line in enumerate(text.split("\n"), 1):
            fenced ^= path.endswith(".md") and line.startswith("```")
            if len(line) > limit and not fenced and not (is_prose and line.lstrip().startswith(("|", "http", "- http"))) \
                    and not path.endswith((".json", ".ir", ".inc")):
                self.fault(path, number, "line-length", "%d columns, at most %d" % (len(line), limit))
            if line != line.rstrip():
                self.fault(path, number, "trailing-space", "white space at the end of the line")
            for rule, pattern in FORBIDDEN_WORDS:
                word = pattern.search(line)
                if word and path != "scripts/check_style.py":
                    self.fault(path, number, rule, "%r does not belong here" % word.group(0))
        if text and not text.endswith("\n"):
            self.fault(path, text.count("\n") + 1, "last-line", "no line end")

    def check_code(self, path, text):
        if text.count("\n") > FILE_LINES:
            self.fault(path, FILE_LINES, "file-length", "%d lines, at most %d" % (text.count("\n"), FILE_LINES))
        code = source_text.blank(text)
        limit = KERNEL_LINES if path.startswith("src/kernels/") else FUNCTION_LINES
        for name, first, last in source_text.functions(code):
            if last - first + 1 > limit:
                self.fault(path, first, "function-length",
                           "%s has %d lines, at most %d" % (name, last - first + 1, limit), name)
        plain = source_text.blank_preprocessor(code)
        owned_at_once = re.compile(OWNED_AT_ONCE % "|".join(POINTER_ALIAS.findall(plain) + [r"\b_\b"]))
        for rule, pattern, exempt, instead in BANNED:
            if re.search(exempt, path):
                continue
            for match in re.finditer(pattern, plain):
                if rule == "new" and owned_at_once.search(plain[max(0, match.start() - 200):match.start()]):
                    continue
                self.fault(path, code.count("\n", 0, match.start()) + 1, rule,
                           "%s: %s" % (match.group(0).strip(), instead))
        if path.endswith(".h") and not path.endswith(".inl.h"):
            self.check_header(path, code)

    def check_header(self, path, code):
        for match in BOOL_PARAMETER.finditer(code):
            stored = re.search(r"\b(value|fallback|on)\b", match.group(0))
            if stored or opened_by(code, match.start()) == "<":
                continue  # a value that is stored, a setter's `on`, a template's argument
            self.fault(path, code.count("\n", 0, match.start() + 1) + 1, "bool-parameter",
                       "an enum or an options struct says what true means")
        guard = "TUNDISH_" + re.sub(r"\W", "_", re.sub(r"^(src|include/tundish)/", "", path)).upper() + "_"
        if path.startswith(("src/", "include/")) and "#define %s\n" % guard not in code \
                and "#pragma once" not in code:
            self.fault(path, 1, "header-guard", "expected %s, or #pragma once" % guard)
        if path.startswith("include/") and code.count("\n") > 200:
            self.fault(path, 200, "public-header-length", "%d lines, at most 200" % code.count("\n"))

    def check_missing_test(self, path, text):
        """A file of logic has a test of its own name, or the test of the name it begins with."""
        if not path.startswith("src/") or not path.endswith(".cc") or TEST_FILE.search(path):
            return
        if SMALL_HELPERS.search(path) or not source_text.functions(source_text.blank(text)):
            return
        folder, name = os.path.split(path)
        words = name[:-3].split("_")
        for count in range(len(words), 0, -1):
            for place in (folder, os.path.dirname(folder)):
                stem = "_".join(words[:count])
                if os.path.exists(os.path.join(self.root, place, stem + "_test.cc")):
                    return
        module = path.split("/")[1] if path.startswith("src/") else ""
        if os.path.exists(os.path.join(self.root, "tests", module, name[:-3] + "_test.cc")):
            return  # a part that is tested whole, from outside
        if os.path.exists(os.path.join(self.root, "tests", module, name[:-3] + ".ir")):
            return  # cases as graphs before and after
        if os.path.exists(os.path.join(self.root, folder + "_test.cc")) or self.interface_is_tested(folder, name, text):
            return
        self.fault(path, 1, "missing-test", "no %s_test.cc beside it" % name[:-3])

    def interface_is_tested(self, folder, name, text):
        """A test of the header that the file implements will do; and, for a file without a header of
        its own, the test named after its folder."""
        place = os.path.join(self.root, folder)
        own = os.path.exists(os.path.join(place, name[:-3] + ".h"))
        if not own and os.path.exists(os.path.join(place, os.path.basename(folder) + "_test.cc")):
            return True
        header = re.search(r'^#include "([^"]+)"', text, re.M)
        for test in os.listdir(place) if header else ():
            if test.endswith("_test.cc"):
                with open(os.path.join(place, test), encoding="utf-8") as file:
                    if '#include "%s"' % header.group(1) in file.read():
                        return True
        return False

    def run(self):
        for place, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
            inside = os.path.relpath(place, self.root)
            if inside == "tests/golden":
                folders[:] = []
            for name in sorted(files):
                path = os.path.normpath(os.path.join(inside, name))
                if TEXT_FILE.search("/" + path) and not os.path.islink(os.path.join(place, name)):
                    self.check_file(path)
        for rule, pattern, number in self.exceptions:
            if number not in self.used:
                self.faults.append("scripts/style_exceptions.txt:%d: %s | %s is needed no more" % (number, rule, pattern))
        print("\n".join(self.faults) if self.faults else "style: nothing to mend")
        return 1 if self.faults else 0

    def check_file(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        if path != "LICENSE":
            self.check_text(path, text)
        if CODE_FILE.search(path):
            self.check_code(path, text)
            self.check_missing_test(path, text)


if __name__ == "__main__":
    sys.exit(Checker(sys.argv[1] if len(sys.argv) > 1 else
                     os.path.dirname(os.path.dirname(os.path.abspath(__file__)))).run())
