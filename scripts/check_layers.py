#!/usr/bin/env python3
"""Checks every #include in src/, include/ and examples/ against the tables of docs/architecture.md.

    check_layers.py [ROOT]

Prints one line per fault, `file:line: what`, and exits 1 when there is one. Checked: the table of
modules (and that it has no cycle), the parts of wire and import, foreign libraries, the leaves in
kernels, the number and the includes of public headers, and cycles between headers.
"""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
# C and POSIX headers; C++ ones have no dot and no slash.
SYSTEM_C = re.compile(r"^(sys/|arpa/|netinet/|linux/|asm/)?[a-z0-9_]+\.h$")
INTRINSICS = re.compile(r"^(immintrin|arm_neon|x86intrin|cpuid|xmmintrin|emmintrin)\.h$")
TEST_FILE = re.compile(r"(_test|_bench|_fuzzer)\.cc$|(_for_test|[_/]testing|/test_\w+)\.h$")
TEST_HEADERS = ("gtest/", "gmock/", "benchmark/", "nlohmann/")
ISA_FOLDER = re.compile(r"^src/kernels/(avx2|avx512|avx512vbmi|neon)/")
ISA_SYSTEM = ("stddef.h", "stdint.h", "string.h", "float.h", "cstddef", "cstdint", "cstring", "cfloat")
PUBLIC_HEADER_LIMIT = 10


def read_tables(path):
    """{table name: [row cells]} of the tables between `<!-- table: name -->` and `<!-- end -->`."""
    with open(path, encoding="utf-8") as document:
        text = document.read()
    tables = {}
    for name, body in re.findall(r"<!-- table: (\w+) -->\n(.*?)<!-- end -->", text, re.S):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
                for line in body.splitlines() if line.startswith("|")]
        tables[name] = rows[2:]
    return tables


def words(cell):
    return [word.strip().strip("`") for word in cell.split(",") if word.strip()]


class Rules:
    def __init__(self, root):
        tables = read_tables(os.path.join(root, "docs/architecture.md"))
        self.modules = {words(row[0])[0]: words(row[-1]) for row in tables["modules"]}
        self.parts = {words(row[0])[0]: words(row[-1]) for row in tables["parts"]}
        self.foreign = {words(row[0])[0]: words(row[-1]) for row in tables["foreign"]}
        self.split_modules = {part.split("/")[0] for part in self.parts} | {"import"}

    def part_of(self, module, inside):
        """The part a file of `module` belongs to: its folder, or the longest part that begins its
        name; None when it belongs to no part."""
        if "/" in inside:
            return module + "/" + inside.split("/")[0]
        stem = inside.split(".")[0]
        names = [part.split("/")[1] for part in self.parts if part.startswith(module + "/")]
        fitting = [name for name in names if stem == name or stem.startswith(name + "_")]
        return module + "/" + max(fitting, key=len) if fitting else None


def find_cycle(edges):
    """One cycle of the graph {node: [node]} as a list of nodes, or None."""
    state = {}
    for start in sorted(edges):
        stack = [(start, iter(edges.get(start, ())))]
        path = [start]
        if state.get(start):
            continue
        state[start] = "open"
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[node] = "done"
                stack.pop()
                path.pop()
            elif state.get(target) == "open":
                return path[path.index(target):] + [target]
            elif target in edges and not state.get(target):
                state[target] = "open"
                stack.append((target, iter(edges[target])))
                path.append(target)
    return None


def source_files(root):
    for folder in ("include", "src", "examples", "bench"):
        for place, folders, files in os.walk(os.path.join(root, folder)):
            folders.sort()
            for name in sorted(files):
                if re.search(r"\.(h|cc|c|inc)$", name):
                    yield os.path.relpath(os.path.join(place, name), root)


def locate(path):
    """(module, path inside the module) of a file or an include that is resolved to the root."""
    if path.startswith("include/tundish/"):
        return "include", path[len("include/tundish/"):]
    if path.startswith("src/"):
        module, _, inside = path[4:].partition("/")
        return module, inside
    return "outside", path


def resolve(root, path, target):
    """The file a quoted include means, as a path from the root; generated files are not found."""
    for base in (os.path.dirname(path), "src", "include"):
        candidate = os.path.normpath(os.path.join(base, target))
        if os.path.exists(os.path.join(root, candidate)):
            return candidate
    return os.path.join("include" if target.startswith("tundish/") else "src", target)


def check_own_include(rules, path, target):
    """What is wrong with `path` including our file `target`, or None."""
    module, inside = locate(path)
    other, other_inside = locate(target)
    if module == "outside":
        if path.startswith("bench/") or other == "include" or other == "outside":
            return None
        return "examples include public headers only, not %s" % target
    if module not in rules.modules:
        return "module %s is not in the table" % module
    if other not in rules.modules:
        return "%s belongs to no module of the table" % target
    if module != other:
        allowed = rules.modules[module]
        if other in allowed:
            return None
        part = rules.part_of(other, other_inside) if other in rules.split_modules else None
        if part in allowed:
            return None
        return "%s may not include %s" % (module, part or other)
    return check_parts(rules, path, module, inside, other_inside)


def check_parts(rules, path, module, inside, other_inside):
    if module not in rules.split_modules or TEST_FILE.search(path):
        return None
    part, other = rules.part_of(module, inside), rules.part_of(module, other_inside)
    if module == "import":
        crosses = "/" in other_inside and part != other
        # import/sklearn.cc (and its test) is the door of import/sklearn/.
        crosses = crosses and re.sub(r"(_test)?\.cc$", "/", inside) != other_inside[:other_inside.find("/") + 1]
        crosses = crosses and not re.match(r"(index|registry)[^/]*\.cc$", inside)
        return "%s may reach %s only through the registry" % (part or path, other) if crosses else None
    for name, file in ((part, inside), (other, other_inside)):
        if name is None:
            return "%s/%s belongs to no part in the table" % (module, file)
    if part != other and other not in rules.parts.get(part, ()):
        return "%s may not include %s" % (part, other)
    return None


def check_system_include(rules, path, target):
    module, _ = locate(path)
    is_test = TEST_FILE.search(path)
    if ISA_FOLDER.match(path) and not is_test:
        if INTRINSICS.match(target) or target in ISA_SYSTEM or target.startswith("hwy/"):
            return None
        return "an ISA folder includes intrinsics and C headers only, not <%s>" % target
    if target.startswith(TEST_HEADERS):
        return None if is_test or module == "outside" else "<%s> outside a test" % target
    for prefix, modules in rules.foreign.items():
        if target.startswith(prefix):
            if module in modules or module == "outside":
                return None
            return "<%s> is for %s only" % (target, ", ".join(modules))
    if INTRINSICS.match(target):
        return None if module == "kernels" else "intrinsics belong to kernels"
    if "." not in target and "/" not in target:
        return None
    if SYSTEM_C.match(target):
        if module == "include" and target != "stdint.h" and target != "stddef.h":
            return "a public header includes the standard library only, not <%s>" % target
        return None
    return "<%s> is in no table of docs/architecture.md" % target


def main(root):
    rules = Rules(root)
    faults = []
    cycle = find_cycle({name: [a for a in allowed if "/" not in a]
                        for name, allowed in rules.modules.items()})
    if cycle:
        faults.append("docs/architecture.md:1: the table has a cycle: %s" % " -> ".join(cycle))
    headers = {}
    public = 0
    for path in source_files(root):
        public += path.startswith("include/tundish/")
        with open(os.path.join(root, path), encoding="utf-8") as source:
            text = source.read()
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            target = match.group(2)
            if match.group(1) == '"':
                resolved = resolve(root, path, target)
                fault = check_own_include(rules, path, resolved)
                if path.endswith((".h", ".inc")) and not resolved.endswith(".inl.h"):
                    headers.setdefault(path, []).append(resolved)
            else:
                fault = check_system_include(rules, path, target)
            if fault:
                faults.append("%s:%d: %s" % (path, line, fault))
    if public > PUBLIC_HEADER_LIMIT:
        faults.append("include/tundish:1: %d public headers, at most %d" % (public, PUBLIC_HEADER_LIMIT))
    cycle = find_cycle(headers)
    if cycle:
        faults.append("%s:1: headers in a cycle: %s" % (cycle[0], " -> ".join(cycle)))
    print("\n".join(faults) if faults else "layers: all includes as in docs/architecture.md")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
