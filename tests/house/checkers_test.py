#!/usr/bin/env python3
"""The checkers find what they are there to find: each rule is broken once in a small tree."""
import io
import os
import shutil
import sys
import tempfile
import unittest
from contextlib import redirect_stdout

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import check_layers  # noqa: E402
import check_style  # noqa: E402
import count_tests  # noqa: E402
import source_text  # noqa: E402


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class Tree(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        self.write("docs/architecture.md", read("docs/architecture.md"))
        self.write("scripts/style_exceptions.txt", "")

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def layers(self):
        out = io.StringIO()
        with redirect_stdout(out):
            status = check_layers.main(self.root)
        return status, out.getvalue()

    def style(self):
        out = io.StringIO()
        with redirect_stdout(out):
            status = check_style.Checker(self.root).run()
        return status, out.getvalue()


class LayersTest(Tree):
    def refuses(self, path, include, words):
        self.write(path, "#include %s\n" % include)
        status, out = self.layers()
        self.assertEqual(status, 1, out)
        self.assertIn(words, out)

    def allows(self, path, include):
        self.write(path, "#include %s\n" % include)
        self.assertEqual(self.layers()[0], 0, self.layers()[1])

    def test_allows_what_the_row_names(self):
        self.allows("src/passes/fold.cc", '"ir/graph.h"')

    def test_refuses_what_the_row_does_not_name(self):
        self.refuses("src/passes/fold.cc", '"ops/add.h"', "passes may not include ops")

    def test_kernels_include_nothing_of_ours(self):
        self.refuses("src/kernels/table.cc", '"tundish/result.h"', "kernels may not include include")

    def test_isa_folders_hold_no_standard_header(self):
        self.refuses("src/kernels/avx2/forest.cc", "<vector>", "ISA folder")

    def test_import_reaches_siblings_through_the_registry_only(self):
        self.refuses("src/import/sklearn/forest.cc", '"import/xgboost/tree.h"', "only through the registry")
        self.write("src/import/sklearn/forest.cc", '#include "import/source.h"\n')
        self.assertEqual(self.layers()[0], 0)

    def test_parts_of_wire_do_not_know_each_other(self):
        self.refuses("src/wire/npy.cc", '"wire/pickle.h"', "wire/npy may not include wire/pickle")
        self.allows("src/wire/npy.cc", '"wire/cursor.h"')

    def test_a_longer_name_belongs_to_its_part(self):
        self.allows("src/wire/pickle_machine.cc", '"wire/pickle.h"')

    def test_a_part_of_a_module_can_be_allowed_alone(self):
        self.allows("src/registry/store.cc", '"wire/json.h"')
        self.refuses("src/registry/store.cc", '"wire/npy.h"', "registry may not include wire/npy")

    def test_foreign_libraries_stay_behind_their_module(self):
        self.refuses("src/ops/hash.cc", "<openssl/sha.h>", "is for base")
        self.refuses("src/ops/hash.cc", "<curl/curl.h>", "is in no table")

    def test_libraries_of_tests_stay_in_tests(self):
        self.allows("src/cli/report_test.cc", "<nlohmann/json.hpp>")
        self.refuses("src/cli/report.cc", "<nlohmann/json.hpp>", "outside a test")

    def test_examples_see_public_headers_only(self):
        self.write("src/ir/graph.h", "")
        self.refuses("examples/embed.cc", '"ir/graph.h"', "public headers only")

    def test_finds_cycles_between_headers(self):
        self.write("src/ir/a.h", '#include "ir/b.h"\n')
        self.refuses("src/ir/b.h", '"ir/a.h"', "headers in a cycle")

    def test_finds_a_cycle_in_the_table(self):
        text = read("docs/architecture.md")
        self.write("docs/architecture.md", text.replace("no word of the domain | include", "| tensor"))
        self.assertIn("the table has a cycle", self.layers()[1])

    def test_counts_public_headers(self):
        for number in range(11):
            self.write("include/tundish/h%d.h" % number, "")
        self.assertIn("11 public headers", self.layers()[1])


class StyleTest(Tree):
    def finds(self, rule, text, path="src/ops/thing.cc"):
        self.write("src/ops/thing_test.cc", "")
        self.write(path, text)
        status, out = self.style()
        self.assertEqual(status, 1, "nothing found in %r" % text)
        self.assertIn("%s:" % rule, out)

    def passes(self, text, path="src/ops/thing.cc"):
        self.write("src/ops/thing_test.cc", "")
        self.write(path, text)
        status, out = self.style()
        self.assertEqual(status, 0, out)

    def test_function_length(self):
        body = "  ++count;\n"
        self.passes("void fits() {\n" + 68 * body + "}\n")
        self.finds("function-length", "void f() {\n" + 69 * body + "}\n")

    def test_file_and_line_length(self):
        self.finds("file-length", 601 * "// line\n")
        self.finds("line-length", "// " + 98 * "x" + "\n")

    def test_banned_calls(self):
        for rule, text in (("print", 'printf("x");'), ("print", "std::cout << 1;"), ("exit", "std::exit(1);"),
                           ("exit", "abort();"), ("environment", 'getenv("HOME");'), ("random", "rand();"),
                           ("c-string", "strcpy(a, b);"), ("c-string", 'sprintf(a, "x");'), ("throw", "throw 1;"),
                           ("new", "auto* p = new Node(1);"), ("delete", "delete p;"), ("locale", "std::stoi(text);"),
                           ("malloc", "malloc(8);"), ("goto", "goto end;"), ("regex", "std::regex r;")):
            with self.subTest(text):
                self.finds(rule, "void f() {\n  %s\n}\n" % text)

    def test_words_in_comments_and_strings_are_not_calls(self):
        self.passes('// throw new printf(\nvoid f() { g("abort() throw"); }\n')

    def test_deleted_functions_and_owned_objects_pass(self):
        self.passes("struct A { A(const A&) = delete; };\nauto f() { return std::unique_ptr<A>(new A(1)); }\n"
                    "auto g() {\n  using Made = std::unique_ptr<A>;\n  return Made(new B(1));\n}\n")

    def test_bool_parameters(self):
        guard = "#ifndef TUNDISH_OPS_THING_H_\n#define TUNDISH_OPS_THING_H_\n%s\n#endif\n"
        self.finds("bool-parameter", guard % "void f(int a, bool strict);", "src/ops/thing.h")
        self.finds("bool-parameter", guard % "void f(bool strict = false);", "src/ops/thing.h")
        self.passes(guard % "bool g(std::function<bool(int)> f, std::variant<int, bool, float> v);", "src/ops/thing.h")
        self.passes(guard % "bool h(Key key, bool fallback);", "src/ops/thing.h")

    def test_missing_test(self):
        self.write("src/ops/lonely.cc", "int f() { return 1; }\n")
        self.assertIn("missing-test", self.style()[1])
        self.write("src/ops/lonely_test.cc", "")
        self.assertEqual(self.style()[0], 0)

    def test_words_that_do_not_belong(self):
        self.finds("unfinished", "// TO" + "DO: later\n")
        self.finds("machine-path", "// see /wo" + "rk/shared\n")
        self.finds("registry-host", "// from py" + "pi.org\n")

    def test_exceptions_need_a_reason_and_a_use(self):
        self.write("scripts/style_exceptions.txt", "throw | src/ops/thing.cc | the library asks for an exception here\n")
        self.passes("void f() {\n  throw 1;\n}\n")
        self.write("src/ops/thing.cc", "void f() {}\n")
        self.assertIn("needed no more", self.style()[1])
        self.write("scripts/style_exceptions.txt", "throw | src/ops/thing.cc |\n")
        self.assertIn("rule | file[:name] | reason", self.style()[1])


class FunctionsTest(unittest.TestCase):
    def names(self, text):
        return [name for name, _, _ in source_text.functions(source_text.blank(text))]

    def test_finds_functions_and_nothing_else(self):
        text = """
namespace a { namespace b {
struct S { int x = 0; S() : x(1), y{2} { go(); } void m() const { if (x) { y(); } } };
constexpr int kTable[] = {1, 2, 3};
template <typename T> T f(T t) { return [&] { return t; }(); }
TEST(Suite, name) { EXPECT_TRUE(f(1)); }
}}
"""
        self.assertEqual(self.names(text), ["S", "m", "f", "Suite.name"])

    def test_braces_in_literals_do_not_count(self):
        self.assertEqual(self.names('void f() { g("{", \'{\', R"({{)"); }\nvoid h() { int i = 1\'000; }\n'), ["f", "h"])


class CountTest(unittest.TestCase):
    def test_counts_cases(self):
        text = ("[==========] Running 4 tests from 1 test suite.\n[       OK ] A.a (1 ms)\n[  SKIPPED ] A.b (0 ms)\n"
                "[  FAILED  ] A.c (0 ms)\n[  FAILED  ] P.x/1, where GetParam() = 1 (0 ms)\n"
                "[==========] 4 tests from 1 test suite ran. (1 ms total)\n"
                "[  SKIPPED ] A.b\n[  FAILED  ] A.c\n[  FAILED  ] P.x/1, where GetParam() = 1\n")
        self.assertEqual(count_tests.count_googletest(text, False), (1, 2, 1))

    def test_a_crash_is_a_failure(self):
        text = "[==========] Running 2 tests from 1 test suite.\n[       OK ] A.a (1 ms)\n[ RUN      ] A.b\n"
        self.assertEqual(count_tests.count_googletest(text, False), (1, 1, 0))


if __name__ == "__main__":
    unittest.main()
