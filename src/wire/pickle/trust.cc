#include "wire/pickle/trust.h"

#include <algorithm>

#include "base/strings.h"

namespace tundish::pickle {

namespace {

// Modules whose names reach the system; what lies below them counts too. From the published
// bypasses of pickle scanners (facts in docs, arXiv 2508.19774) and Python's library index.
constexpr std::string_view kReachesSystem[] = {"_aix_support",
                                               "_asyncio",
                                               "_ctypes",
                                               "_io",
                                               "_osx_support",
                                               "_pickle",
                                               "_posixsubprocess",
                                               "_pyrepl",
                                               "_socket",
                                               "_testcapi",
                                               "_thread",
                                               "_winapi",
                                               "aifc",
                                               "antigravity",
                                               "ast",
                                               "asyncio",
                                               "asyncore",
                                               "atexit",
                                               "bdb",
                                               "builtins",
                                               "bz2",
                                               "cPickle",
                                               "cProfile",
                                               "cffi",
                                               "cgi",
                                               "cloudpickle",
                                               "cmd",
                                               "code",
                                               "codecs",
                                               "codeop",
                                               "commands",
                                               "compileall",
                                               "concurrent",
                                               "configparser",
                                               "contextlib",
                                               "copyreg",
                                               "ctypes",
                                               "dbm",
                                               "dill",
                                               "distutils",
                                               "doctest",
                                               "ensurepip",
                                               "faulthandler",
                                               "fileinput",
                                               "ftplib",
                                               "functools",
                                               "gc",
                                               "getpass",
                                               "glob",
                                               "gzip",
                                               "http",
                                               "httplib",
                                               "idlelib",
                                               "imaplib",
                                               "imp",
                                               "importlib",
                                               "inspect",
                                               "io",
                                               "itertools",
                                               "joblib",
                                               "lib2to3",
                                               "linecache",
                                               "logging",
                                               "lzma",
                                               "mailbox",
                                               "mailcap",
                                               "marshal",
                                               "mimetypes",
                                               "mmap",
                                               "modulefinder",
                                               "msvcrt",
                                               "multiprocessing",
                                               "netrc",
                                               "nntplib",
                                               "nt",
                                               "ntpath",
                                               "numpy.distutils",
                                               "numpy.f2py",
                                               "numpy.testing",
                                               "operator",
                                               "_operator",
                                               "os",
                                               "parso",
                                               "pathlib",
                                               "pdb",
                                               "pickle",
                                               "pickletools",
                                               "pip",
                                               "pipes",
                                               "pkg_resources",
                                               "pkgutil",
                                               "platform",
                                               "poplib",
                                               "posix",
                                               "posixpath",
                                               "profile",
                                               "pty",
                                               "py_compile",
                                               "pyclbr",
                                               "pydoc",
                                               "readline",
                                               "requests",
                                               "resource",
                                               "rlcompleter",
                                               "runpy",
                                               "sched",
                                               "select",
                                               "selectors",
                                               "setuptools",
                                               "shelve",
                                               "shlex",
                                               "shutil",
                                               "signal",
                                               "site",
                                               "smtplib",
                                               "socket",
                                               "socketserver",
                                               "sqlite3",
                                               "ssl",
                                               "subprocess",
                                               "symtable",
                                               "sys",
                                               "sysconfig",
                                               "tarfile",
                                               "telnetlib",
                                               "tempfile",
                                               "test",
                                               "this",
                                               "threading",
                                               "timeit",
                                               "tkinter",
                                               "torch.hub",
                                               "torch.serialization",
                                               "trace",
                                               "traceback",
                                               "types",
                                               "unittest",
                                               "urllib",
                                               "urllib2",
                                               "uuid",
                                               "venv",
                                               "webbrowser",
                                               "weakref",
                                               "winreg",
                                               "wsgiref",
                                               "xmlrpc",
                                               "zipapp",
                                               "zipfile",
                                               "zipimport"};

bool lies_in(std::string_view module, std::string_view root) {
  return module.starts_with(root) && (module.size() == root.size() || module[root.size()] == '.');
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A dotted name is a nested class only if every part is spelt as a class.
bool walks_attributes(std::string_view name) {
  if (name.find('.') == std::string_view::npos) return false;
  while (!name.empty()) {
    const size_t dot = std::min(name.find('.'), name.size());
    if (!looks_like_class(name.substr(0, dot)) || name.starts_with("__")) return true;
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return false;
}

// Letters of U+00C0 to U+024F as they are (they look like nothing else), the rest escaped.
std::string readable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const bool two = lead >= 0xc3 && lead <= 0xc8 && text.size() > 1 && (text[1] & 0xc0) == 0x80;
    if (two || (lead > 0x20 && lead < 0x7f)) {
      out += text.substr(0, two ? 2 : 1);
      text.remove_prefix(two ? 2 : 1);
      continue;
    }
    const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    const std::string escaped = quoted(text.substr(0, length));
    out += std::string_view(escaped).substr(1, escaped.size() - 2);
    text.remove_prefix(std::min(length, text.size()));
  }
  return out;
}

constexpr size_t kShownBytes = 200;

}  // namespace

bool looks_like_class(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
  while (name.starts_with('_')) name.remove_prefix(1);
  if (name.empty()) return false;
  const auto first = static_cast<unsigned char>(name[0]);
  return (first >= 'A' && first <= 'Z') || first >= 0x80;
}

Verdict judge_name(std::string_view module, std::string_view name) {
  for (const std::string_view root : kReachesSystem) {
    if (lies_in(module, root)) return {ErrorCode::kUntrusted, "reaches the system or runs code"};
  }
  if (!is_printable_ascii(module) || !is_valid_utf8(name) || has_control(name))
    return {ErrorCode::kUntrusted, "is a name made to deceive"};
  if (walks_attributes(name))
    return {ErrorCode::kUntrusted, "walks from an object to its attributes"};
  if (looks_like_class(name)) return {ErrorCode::kUnsupported, "is an unknown class"};
  return {ErrorCode::kUnsupported, "is an unknown function"};
}

std::string shown_name(std::string_view module_in_file, std::string_view module,
                       std::string_view name) {
  std::string module_text = quoted(module_in_file, kShownBytes);
  module_text = module_text.substr(1, module_text.size() - 2);
  std::string out = cat(module_text, ".", readable(name.substr(0, kShownBytes)));
  if (module_in_file != module) out += cat(" (= ", module, ".", readable(name.substr(0, 80)), ")");
  return out;
}

}  // namespace tundish::pickle
