// Small files and contracts for the tests of this module.
#ifndef TUNDISH_DATA_DATA_FOR_TEST_H_
#define TUNDISH_DATA_DATA_FOR_TEST_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "data/row_reader.h"

namespace tundish::data_test {

/// A path in the tests' folder whose file is removed with the object.
class TestFile {
 public:
  explicit TestFile(const std::string& name)
      : path_(testing::TempDir() + "tundish_data_" + std::to_string(::getpid()) + "_" + name) {}
  TestFile(const std::string& name, const std::string& contents) : TestFile(name) {
    EXPECT_TRUE(write_file(path_, contents));
  }
  ~TestFile() { ::unlink(path_.c_str()); }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
  const std::string& path() const { return path_; }
  bool exists() const { return ::access(path_.c_str(), F_OK) == 0; }
  std::string contents() const {
    Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path_);
    return file ? std::string(as_text((*file)->bytes())) : "no file";
  }

 private:
  std::string path_;
};

inline std::string golden(const std::string& name) {
  return std::string(TUNDISH_SOURCE_DIR) + "/tests/golden/data/" + name;
}

inline DataContract matrix_contract(std::vector<std::string> columns, int64_t width = -1,
                                    DType dtype = DType::kFloat64) {
  DataInput input;
  input.name = "X";
  input.dtype = dtype;
  input.columns = std::move(columns);
  input.width = width;
  return {{input}};
}

inline DataContract column_contract(const std::vector<std::pair<std::string, DType>>& columns) {
  DataContract contract;
  for (const auto& [name, dtype] : columns) {
    DataInput input;
    input.name = name;
    input.form = InputForm::kColumn;
    input.dtype = dtype;
    contract.inputs.push_back(input);
  }
  return contract;
}

inline DataContract text_contract() {
  DataInput input;
  input.name = "text";
  input.form = InputForm::kText;
  input.dtype = DType::kString;
  return {{input}};
}

/// Everything a file holds in one block, or the error's line.
struct Outcome {
  RowBlock block;
  ReadReport report;
  std::string error;
  ErrorCode code = ErrorCode::kInternal;

  template <class T> std::vector<T> values(size_t input = 0) const {
    if (input >= block.inputs.size()) return {};
    const auto span = block.inputs[input].tensor()->values<T>();
    return {span.begin(), span.end()};
  }
};

inline Outcome read_all(const std::string& path, const DataContract& contract,
                        const ReadOptions& options = {}, int64_t max_rows = INT64_MAX) {
  Outcome outcome;
  const auto failed = [&](Error error) {
    outcome.error = error.to_string();
    outcome.code = error.code();
  };
  auto reader = RowReader::open(path, contract, options);
  if (!reader) {
    failed(std::move(reader).error());
    return outcome;
  }
  auto block = (*reader)->next(max_rows);
  if (!block) {
    failed(std::move(block).error());
  } else if (block->has_value()) {
    outcome.block = std::move(**block);
  }
  outcome.report = (*reader)->report();
  return outcome;
}

inline bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  ADD_FAILURE() << "no \"" << part << "\" in \"" << text << "\"";
  return false;
}

}  // namespace tundish::data_test

#endif  // TUNDISH_DATA_DATA_FOR_TEST_H_
