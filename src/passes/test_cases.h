// Cases of passes as files: `name:`, then a graph before, `---`, and the graph after, in the text
// form without the braces around it. Header only, for tests.
#ifndef TUNDISH_PASSES_TEST_CASES_H_
#define TUNDISH_PASSES_TEST_CASES_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "passes/pass.h"

namespace tundish::pass_cases {

struct Case {
  std::string name, before, after;
};

inline std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  bool is_after = false;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      EXPECT_EQ(line.back(), ':') << path << ": " << line;
      cases.push_back({line.substr(0, line.size() - 1), {}, {}});
      is_after = false;
    } else if (line.find("---") != std::string::npos) {
      is_after = true;
    } else if (!cases.empty()) {
      (is_after ? cases.back().after : cases.back().before) += line + "\n";
    }
  }
  return cases;
}

/// Null for a file that no pass is named after.
inline const PassDef* find_pass(const std::string& name) {
  for (const PassDef* pass : indexed_passes()) {
    if (pass->name == name) return pass;
  }
  return nullptr;
}

}  // namespace tundish::pass_cases

#endif  // TUNDISH_PASSES_TEST_CASES_H_
