// Every pickle and joblib file of the corpus: models of many library versions, and hostile files.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "wire/joblib/corpus_for_test.h"
#include "wire/joblib/pickle_file.h"

namespace tundish::pickle {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pickles_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".pkl" || path.extension() == ".joblib") files.push_back(path);
  }
  return files;
}

Result<ObjectGraph> read(const fs::path& path, ReadMode mode) {
  TRY_ASSIGN(const auto file, MappedFile::open(path.string()));
  return read_pickle_file(file, file->bytes(), Limits{}, mode);
}

TEST(GoldenCorpus, reads_every_model) {
  const fs::path corpus = corpus_folder();
  if (corpus.empty()) GTEST_SKIP() << "no corpus";
  size_t count = 0;
  for (const auto& folder : fs::directory_iterator(corpus / "golden")) {
    if (!folder.is_directory() || folder.path().filename() == "hostile") continue;
    for (const fs::path& path : pickles_below(folder.path())) {
      const auto graph = read(path, ReadMode::kStrict);
      ASSERT_TRUE(graph) << path << ": " << graph.error().to_string();
      EXPECT_TRUE(graph->facts().complete);
      const bool scikit_learn = folder.path().filename().string().starts_with("scikit-learn");
      EXPECT_TRUE(!scikit_learn || !graph->facts().scikit_learn_version.empty() ||
                  graph->type_name(graph->root()).starts_with("xgboost") ||
                  graph->type_name(graph->root()).starts_with("lightgbm"))
          << path;
      ++count;
    }
  }
  EXPECT_GE(count, 2168u);
}

// What strict mode may answer: letters u untrusted, n unsupported, d damaged (invalid_model), l
// limit, o read (the fault is in the contents, which importers check).
const std::map<std::string, std::string> kReactions = {
    {"exec", "u"},
    {"lambda", "u"},
    {"unknown", "n"},
    {"trunc", "d"},
    {"trailing", "d"},
    {"damaged", "d"},
    // The stream has no checksum; the flipped byte misspells "node_count", which importers miss.
    {"damaged_lz4_bit.joblib", "o"},
    {"empty", "d"},
    {"not", "d"},
    {"git", "d"},
    {"just", "d"},
    {"double", "d"},
    {"huge", "d"},
    {"huge_protocol.pkl", "n"},
    {"frame", "d"},
    {"bad", "d"},
    {"ndarray", "d"},
    {"lz4", "d"},
    {"bomb", "l"},
    {"bomb_xz_dict_4gb.joblib", "d"},
    {"bomb_billion_laughs_tuples.pkl", "d"},
    {"bomb_billion_laughs_lists.pkl", "d"},
    {"bomb_dict_key_nested_tuple.pkl", "d"},
    {"bomb_dup_flood.pkl", "n"},
    {"cycle", "d"},
    {"cycle_tuple_pop.pkl", "n"},
    {"depth", "d"},
    {"depth_marks_100k.pkl", "l"},
    {"depth_pipelines_20k.pkl", "l"},
    {"vm", "d"},
    {"tree", "o"},
    {"logreg", "o"},
};

char letter(const Result<ObjectGraph>& graph) {
  if (graph) return 'o';
  switch (graph.error().code()) {
    case ErrorCode::kUntrusted: return 'u';
    case ErrorCode::kUnsupported: return 'n';
    case ErrorCode::kInvalidModel: return 'd';
    case ErrorCode::kLimit: return 'l';
    default: return '?';
  }
}

TEST(HostileCorpus, answers_every_file_as_it_should) {
  const fs::path corpus = corpus_folder();
  if (corpus.empty()) GTEST_SKIP() << "no corpus";
  size_t count = 0;
  for (const fs::path& path : pickles_below(corpus / "golden" / "hostile")) {
    const std::string name = path.filename().string();
    const auto by_name = kReactions.find(name);
    const auto by_group = kReactions.find(name.substr(0, name.find_first_of("_.")));
    ASSERT_TRUE(by_name != kReactions.end() || by_group != kReactions.end()) << name;
    const std::string& wanted = by_name != kReactions.end() ? by_name->second : by_group->second;
    const auto graph = read(path, ReadMode::kStrict);
    EXPECT_EQ(std::string(1, letter(graph)), wanted)
        << name << (graph ? "" : ": " + graph.error().to_string());
    if (!graph) {
      EXPECT_EQ(graph.error().to_string().find('\n'), std::string::npos) << name;
    }
    const auto inspected = read(path, ReadMode::kInspect);
    if (inspected && wanted != "o") {
      EXPECT_FALSE(inspected->facts().refusals.empty()) << name;
    }
    ++count;
  }
  EXPECT_GE(count, 200u);
}

// The names that the messages must hold.
TEST(HostileCorpus, names_what_it_refuses) {
  const fs::path corpus = corpus_folder();
  if (corpus.empty()) GTEST_SKIP() << "no corpus";
  const std::pair<const char*, const char*> kNames[] = {
      {"exec_os_system_p4.pkl", "posix.system"},
      {"exec_os_system_os_name.pkl", "os.system"},
      {"exec_eval_py2_name.pkl", "__builtin__.eval (= builtins.eval)"},
      {"exec_subprocess_popen.pkl", "subprocess.Popen"},
      {"exec_pkgutil_resolve_name.pkl", "pkgutil.resolve_name"},
      {"exec_sklearn_gadget_fetch.pkl", "sklearn.datasets.load_svmlight_file"},
      {"exec_numpy_load_path.pkl", "numpy.load"},
      {"exec_numpy_memmap.pkl", "numpy.memmap"},
      {"exec_confusable_numpy.pkl", "nump\\u0443.ndarray"},
      {"exec_name_with_newline.pkl", "posix\\n\\x1b[2J.system"},
      {"exec_after_stop.pkl", "posix.system"},
      {"exec_joblib_object_array.joblib", "posix.system"},
      {"lambda_cloudpickle.pkl", "cloudpickle.cloudpickle._make_function"},
      {"lambda_dill.pkl", "dill._dill._create_function"},
      {"unknown_main_transformer.pkl", "__main__.TextCleaner at offset 74"},
      {"unknown_package_transformer.pkl", "mycompany.features.text.D\xc3\xbcsenfilter"},
      {"unknown_function_lambda_name.pkl", "__main__.<lambda>"},
      {"unknown_function_numpy_not_listed.pkl", "numpy.fromfile"},
      {"git_lfs_pointer.joblib", "Git LFS pointer"},
      {"bomb_zlib_100mb.joblib", "--memory-limit"},
      {"vm_unknown_opcode.pkl", "unknown opcode 0xff at offset 2"},
  };
  for (const auto& [file, wanted] : kNames) {
    const auto graph = read(corpus / "golden" / "hostile" / file, ReadMode::kStrict);
    ASSERT_FALSE(graph) << file;
    EXPECT_NE(graph.error().to_string().find(wanted), std::string::npos)
        << file << ": " << graph.error().to_string();
  }
}

}  // namespace
}  // namespace tundish::pickle
