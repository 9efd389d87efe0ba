// Names that are not in the table: harmful, or merely unknown?
//
// The principle, in the order it is applied:
//  1. A name that can reach the system by being called is not trusted, even where it is only
//     mentioned: any name of a module that runs code, opens files or sockets, imports, or takes
//     attributes of other things (os, posix, nt, subprocess, sys, builtins, importlib, pickle,
//     operator, socket, ... and what lies below them; joblib, cloudpickle, dill and torch's
//     loaders; numpy.testing, numpy.f2py).
//  2. A name made to deceive is not trusted: a module with letters outside ASCII (look-alikes) or
//     control characters, text that is not UTF-8, a dotted name that walks attributes
//     ("ndarray.__init__.__globals__").
//  3. Calling (REDUCE, INST, OBJ) what is no class by its name (no capital first letter) is not
//     trusted: it would run a function nobody has looked at. So is BUILD on a class or function.
//  4. Everything else is merely unknown, so unsupported: a class of an unknown package or of the
//     user's own script, and a function that is only mentioned (FunctionTransformer(func=...)).
// Reading goes on behind a merely unknown name, so that all of them are listed and a harmful one
// that follows is still found.
#ifndef TUNDISH_WIRE_PICKLE_TRUST_H_
#define TUNDISH_WIRE_PICKLE_TRUST_H_

#include <string>
#include <string_view>

#include "tundish/result.h"

namespace tundish::pickle {

/// Why a name that is not in the table is refused.
struct Verdict {
  ErrorCode code = ErrorCode::kUnsupported;  ///< or kUntrusted
  std::string_view why;
};

/// Rules 1, 2 and 4: what a mere mention of module.name means. `module` under its Python-3 name.
Verdict judge_name(std::string_view module, std::string_view name);

/// By its spelling a class: the first letter after underscores is a capital (or not ASCII).
bool looks_like_class(std::string_view name);

/// "module.name" for messages, safe to print: control characters and look-alike letters escaped. A
/// Python-2 name is followed by what it means: "__builtin__.eval (= builtins.eval)".
std::string shown_name(std::string_view module_in_file, std::string_view module,
                       std::string_view name);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_TRUST_H_
