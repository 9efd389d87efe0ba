// Where tests find the corpus of models, which is not part of the repository.
#ifndef TUNDISH_WIRE_JOBLIB_CORPUS_FOR_TEST_H_
#define TUNDISH_WIRE_JOBLIB_CORPUS_FOR_TEST_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tundish {

/// The folder `shared` that holds golden/, from the environment (TUNDISH_CORPUS) or beside the
/// source tree; empty where there is none.
inline std::filesystem::path corpus_folder() {
  if (const char* named = std::getenv("TUNDISH_CORPUS"); named != nullptr && *named != '\0')
    return named;
  for (const char* beside : {"../shared", "../../shared"}) {
    const auto folder = std::filesystem::path(TUNDISH_SOURCE_DIR) / beside;
    std::error_code error;
    if (std::filesystem::is_directory(folder / "golden", error)) return folder;
  }
  return {};
}

}  // namespace tundish

#endif  // TUNDISH_WIRE_JOBLIB_CORPUS_FOR_TEST_H_
