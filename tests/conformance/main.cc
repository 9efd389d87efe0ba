// Runs ONNX's published cases by the reference runner's rules.
//
//   conformance --data DIR [--manifest FILE] [--filter GLOB] [--engine NAME] [--isa NAME]
//               [--threads 1,2] [--report FILE] [--list]
//
// Each case runs in the reference engine and in the native one under each instruction set, with
// each thread count, twice (planning, then planned): all must fit the record, and answers of the
// native engine may not depend on threads and turns. With a manifest: its lines, no others; a case
// that the data holds and the manifest does not name is a failure.
#include <fnmatch.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <string>

#include "base/strings.h"
#include "cases.h"
#include "tundish/session.h"

namespace tundish::conformance {
namespace {

struct Settings {
  std::string data, manifest, filter = "*", report;
  std::vector<std::string> engines = {"reference", "native"};
  std::vector<std::string> isas = available_isas();
  std::vector<int> thread_counts = {1, 2};
  bool lists_only = false;
};

struct Outcome {
  const Case* which = nullptr;
  std::string fault;  ///< empty: passed
  double seconds = 0;
};

std::string outputs_differ(const std::vector<Value>& got, const std::vector<Value>& want,
                           const Case& which) {
  if (got.size() != want.size()) return cat(got.size(), " outputs, recorded ", want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    const std::string found = difference(got[i], want[i], which.rtol, which.atol);
    if (!found.empty()) return cat("output ", i, ": ", found);
  }
  return "";
}

Result<std::vector<Value>> run_once(Session& session, const Record& record) {
  RunOptions options;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  return session.run_values(record.inputs, options);
}

// Twice with one session; `first` collects the first answer of all native runs of one instruction
// set, which the others must equal.
std::string run_session(const std::shared_ptr<const Model>& model, const Record& record,
                        const Case& which, const SessionOptions& options,
                        std::vector<Value>* first) {
  const std::string place = cat(options.engine, options.isa.empty() ? "" : cat(" ", options.isa),
                                " x", options.thread_count, ": ");
  Result<Session> session = Session::create(model, options);
  if (!session) return place + session.error().to_string();
  for (int turn = 0; turn < 2; ++turn) {
    Result<std::vector<Value>> got = run_once(*session, record);
    if (!got) return place + got.error().to_string();
    const std::string found = outputs_differ(*got, record.outputs, which);
    if (!found.empty()) return cat(place, turn == 0 ? "" : "second turn: ", found);
    if (first->empty()) {
      *first = std::move(*got);
    } else if (!std::ranges::equal(*first, *got, same_bits)) {
      return cat(place, "other bits than before in turn ", turn + 1);
    }
  }
  return "";
}

std::string run_case(const Settings& settings, const Case& which) {
  const std::string path = model_path(settings.data, which);
  const auto model = Model::open(path);
  if (!model) {
    const std::string message = model.error().to_string();
    const std::string place = cat("model ", quoted(path, path.size()), ": ");
    return message.starts_with(place) ? message.substr(place.size()) : message;
  }
  const auto record = read_record(settings.data, which, **model);
  if (!record) return record.error().to_string();
  for (const std::string& engine : settings.engines) {
    const bool is_native = engine == "native";
    const std::vector<std::string> isas =
        is_native ? settings.isas : std::vector<std::string>{std::string()};
    for (const std::string& isa : isas) {
      std::vector<Value> first;
      for (const int threads : settings.thread_counts) {
        SessionOptions options;
        options.engine = engine;
        options.isa = isa;
        options.thread_count = threads;
        std::string fault = run_session(*model, *record, which, options, &first);
        if (!fault.empty()) return fault;
        if (!is_native) break;  // has one thread
      }
    }
  }
  return "";
}

Outcome timed(const Settings& settings, const Case& which) {
  const auto begin = std::chrono::steady_clock::now();
  Outcome outcome{&which, run_case(settings, which), 0};
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (at <= list.size()) {
    const size_t end = std::min(list.find(',', at), list.size());
    parts.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool read_arguments(int count, char** words, Settings& settings) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--list") {
      settings.lists_only = true;
      continue;
    }
    if (i + 1 == count) return false;
    const std::string value = words[++i];
    if (word == "--data")
      settings.data = value;
    else if (word == "--manifest")
      settings.manifest = value;
    else if (word == "--filter")
      settings.filter = value;
    else if (word == "--report")
      settings.report = value;
    else if (word == "--engine")
      settings.engines = split(value);
    else if (word == "--isa")
      settings.isas = split(value);
    else if (word == "--threads") {
      settings.thread_counts.clear();
      for (const std::string& one : split(value)) {
        settings.thread_counts.push_back(std::atoi(one.c_str()));
      }
    } else
      return false;
  }
  return !settings.data.empty();
}

// Cases of the manifest; one line of complaint for each that it should name and does not.
Result<std::vector<Case>> cases_of(const Settings& settings, size_t& unnamed) {
  std::vector<Case> found = list_cases(settings.data);
  if (found.empty()) return NotFound(cat("no cases below ", tundish::quoted(settings.data)));
  if (settings.manifest.empty()) return found;
  TRY_ASSIGN(std::vector<Case> named, read_manifest(settings.manifest));
  std::set<std::string> names;
  for (const Case& one : named) names.insert(one.suite + "/" + one.name);
  for (const Case& one : found) {
    if (names.count(one.suite + "/" + one.name) != 0) continue;
    std::printf("FAIL %s: the manifest does not name it\n", one.name.c_str());
    ++unnamed;
  }
  return named;
}

// Counts, and says what a reader wants to see.
struct Tally {
  explicit Tally(const Settings& settings) : shows_all(settings.filter != "*") {
    if (!settings.report.empty()) report.open(settings.report);
  }

  void add(const Case& which, const Outcome& outcome) {
    using Expected = Case::Expected;
    const bool fits = outcome.fault.empty();
    const char* state = fits ? "pass" : which.expected == Expected::kSkip ? "skip" : "fail";
    report << which.name << '\t' << which.suite << '\t' << state << '\t' << outcome.fault << '\n';
    if (which.expected == Expected::kSkip || (which.expected == Expected::kFail && !fits)) {
      ++skipped;
      known += which.expected == Expected::kFail ? 1 : 0;
      if (shows_all) std::printf("known %s: %s\n", which.name.c_str(), outcome.fault.c_str());
    } else if (which.expected == Expected::kFail) {
      ++failed;
      std::printf("FAIL %s: passes now; the manifest says fail\n", which.name.c_str());
    } else if (!fits) {
      ++failed;
      std::printf("FAIL %s: %s\n", which.name.c_str(), outcome.fault.c_str());
    } else {
      ++passed;
      if (shows_all) std::printf("ok   %s (%.3f s)\n", which.name.c_str(), outcome.seconds);
    }
    std::fflush(stdout);
  }

  int finish() const {
    if (known != 0) std::printf("%zu of the skipped ran and do not pass yet\n", known);
    std::printf("%zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
    return failed == 0 ? 0 : 1;
  }

  bool shows_all;
  std::ofstream report;
  size_t passed = 0, failed = 0, skipped = 0, known = 0;
};

int run(const Settings& settings) {
  Tally tally(settings);
  const auto cases = cases_of(settings, tally.failed);
  if (!cases) {
    std::fprintf(stderr, "conformance: %s\n", cases.error().to_string().c_str());
    return 2;
  }
  for (const Case& which : *cases) {
    if (fnmatch(settings.filter.c_str(), which.name.c_str(), 0) != 0) continue;
    if (settings.lists_only) {
      std::printf("%s\t%s\n", which.name.c_str(), which.suite.c_str());
      continue;
    }
    tally.add(which, which.expected == Case::Expected::kSkip ? Outcome{&which, which.reason, 0}
                                                             : timed(settings, which));
  }
  return tally.finish();
}

}  // namespace
}  // namespace tundish::conformance

int main(int count, char** words) {
  tundish::conformance::Settings settings;
  if (!tundish::conformance::read_arguments(count, words, settings)) {
    std::fprintf(stderr,
                 "usage: conformance --data DIR [--manifest FILE] [--filter GLOB] [--engine A,B]\n"
                 "                   [--isa A,B] [--threads 1,2] [--report FILE] [--list]\n");
    return 2;
  }
  return tundish::conformance::run(settings);
}
