#include "data/row_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/mapped_file.h"
#include "base/strings.h"
#include "data/array_rows.h"
#include "data/row_faults.h"
#include "data/text_rows.h"

namespace tundish {

namespace {

struct FormatName {
  std::string_view name;
  DataFormat format;
};
constexpr FormatName kFormats[] = {{"npy", DataFormat::kNpy},     {"npz", DataFormat::kNpz},
                                   {"csv", DataFormat::kCsv},     {"tsv", DataFormat::kTsv},
                                   {"jsonl", DataFormat::kJsonl}, {"ndjson", DataFormat::kJsonl},
                                   {"txt", DataFormat::kText}};

std::string suffix_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const size_t dot = path.find_last_of('.');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return "";
  std::string suffix = path.substr(dot + 1);
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return suffix;
}

/// A whole file, or all of standard input within the memory limit.
struct Opened {
  Bytes bytes;
  std::shared_ptr<const void> owner;
  ByteHome home;
};

Result<Opened> open_bytes(const std::string& path, const Limits& limits) {
  if (path != "-") {
    TRY_ASSIGN(const auto file, MappedFile::open(path));
    return Opened{file->bytes(), file, ByteHome::kMappedFile};
  }
  auto text = std::make_shared<std::string>();
  constexpr size_t kStepBytes = size_t{1} << 20;
  while (true) {
    const size_t size = text->size();
    if (size > limits.max_memory_bytes) {
      return Limit(cat("standard input is over the memory limit of ", limits.max_memory_bytes,
                       " bytes (--memory-limit raises it)"));
    }
    text->resize(size + kStepBytes);
    const ssize_t count = ::read(STDIN_FILENO, text->data() + size, kStepBytes);
    if (count < 0 && errno != EINTR) {
      return Io(cat("cannot read standard input: ", std::strerror(errno)));
    }
    text->resize(size + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count == 0) break;
  }
  return Opened{as_bytes(*text), text, ByteHome::kMemory};
}

Result<DataFormat> format_of(const std::string& path, const ReadOptions& options) {
  if (options.format != DataFormat::kFromName) return options.format;
  if (path == "-") return InvalidArgument("standard input needs --format (npy, npz, csv, ...)");
  return data_format_of_path(path);
}

Result<std::unique_ptr<RowReader>> open_one(const std::string& path, const DataContract& contract,
                                            const ReadOptions& options) {
  TRY_ASSIGN(const DataFormat format, format_of(path, options));
  if (format == DataFormat::kNpy || format == DataFormat::kNpz) {
    TRY_ASSIGN(Opened opened, open_bytes(path, options.limits));
    return open_arrays(opened.bytes, std::move(opened.owner), opened.home, path, format, contract,
                       options);
  }
  const RecordRule rule = format == DataFormat::kCsv   ? RecordRule::kComma
                          : format == DataFormat::kTsv ? RecordRule::kTab
                                                       : RecordRule::kLine;
  TRY_ASSIGN(LineSource source, LineSource::open(path, rule, options.limits));
  switch (format) {
    case DataFormat::kCsv: return open_csv(std::move(source), ',', contract, options);
    case DataFormat::kTsv: return open_csv(std::move(source), '\t', contract, options);
    case DataFormat::kJsonl: return open_jsonl(std::move(source), contract, options);
    default: return open_text(std::move(source), contract, options);
  }
}

/// The file of each input, in the contract's order; all faults at once.
Result<std::vector<const InputFile*>> match_files(std::span<const InputFile> files,
                                                  const DataContract& contract) {
  std::vector<const InputFile*> matched(contract.inputs.size(), nullptr);
  std::vector<std::string> known;
  for (const DataInput& input : contract.inputs) known.push_back(input.name);
  std::vector<std::string> unknown;
  std::vector<std::string> missing;
  for (const InputFile& file : files) {
    const auto found = std::find(known.begin(), known.end(), file.input_name);
    if (found == known.end()) {
      unknown.push_back(file.input_name.empty() ? file.path : file.input_name);
    } else if (std::exchange(matched[static_cast<size_t>(found - known.begin())], &file)) {
      return InvalidArgument(cat("input ", quoted(file.input_name), " is given twice"));
    }
  }
  for (size_t i = 0; i < matched.size(); ++i) {
    if (matched[i] == nullptr) missing.push_back(known[i]);
  }
  if (unknown.empty() && missing.empty()) return matched;
  return InvalidArgument(cat(unknown.empty() ? "" : cat("no input is called ", name_list(unknown)),
                             unknown.empty() || missing.empty() ? "" : "; ",
                             missing.empty() ? "" : cat("no data for ", name_list(missing)),
                             "; the model's inputs are ", name_list(known)));
}

Status check_contract(const DataContract& contract) {
  if (contract.inputs.empty()) return InvalidArgument("the model has no inputs");
  for (const DataInput& input : contract.inputs) {
    if (input.form == InputForm::kMatrix && !input.columns.empty() && input.width >= 0 &&
        static_cast<size_t>(input.width) != input.columns.size()) {
      return Internal(cat("input ", quoted(input.name), ": ", input.width, " columns with ",
                          input.columns.size(), " names"));
    }
  }
  return ok();
}

/// All rows of one reader as one value.
Result<Value> all_rows(RowReader& reader, const DataInput& input) {
  TRY_ASSIGN(std::optional<RowBlock> block, reader.next(std::numeric_limits<int64_t>::max()));
  if (!block) return InvalidArgument(cat("no rows for input ", quoted(input.name)));
  return std::move(block->inputs[0]);
}

}  // namespace

Result<DataFormat> data_format_from_name(std::string_view name) {
  std::vector<std::string> names;
  for (const FormatName& format : kFormats) {
    if (format.name == name) return format.format;
    names.emplace_back(format.name);
  }
  const std::string near = nearest_word(name, names);
  return InvalidArgument(cat("unknown data format ", quoted(name, 40),
                             near.empty() ? "" : cat(" (", near, "?)"), "; read are ",
                             name_list(names)));
}

Result<DataFormat> data_format_of_path(const std::string& path) {
  const std::string suffix = suffix_of(path);
  for (const FormatName& format : kFormats) {
    if (format.name == suffix) return format.format;
  }
  return InvalidArgument(cat(quoted(path, 400),
                             ": the suffix does not tell the data format (.npy, ",
                             ".npz, .csv, .tsv, .jsonl, .txt); --format names it"));
}

Result<std::unique_ptr<RowReader>> RowReader::open(std::span<const InputFile> files,
                                                   const DataContract& contract,
                                                   const ReadOptions& options) {
  TRY(check_contract(contract));
  if (files.size() == 1 && (files[0].input_name.empty() || contract.inputs.size() == 1)) {
    if (!files[0].input_name.empty()) TRY(match_files(files, contract));
    return open_one(files[0].path, contract, options);
  }
  TRY_ASSIGN(const auto matched, match_files(files, contract));
  ReadOptions part_options = options;
  if (options.bad_rows == BadRowRule::kSkip) part_options.bad_rows = BadRowRule::kNull;
  if (!options.keep.empty()) {
    return InvalidArgument("--keep needs one file that holds all inputs");
  }
  std::vector<std::unique_ptr<RowReader>> readers;
  std::vector<std::string> names;
  for (size_t i = 0; i < matched.size(); ++i) {
    const DataContract part{{contract.inputs[i]}};
    TRY_ASSIGN(auto reader, open_one(matched[i]->path, part, part_options));
    readers.push_back(std::move(reader));
    names.push_back(contract.inputs[i].name);
  }
  return join_rows(std::move(readers), std::move(names), options);
}

Result<std::vector<Value>> read_whole_inputs(std::span<const InputFile> files,
                                             const DataContract& contract,
                                             const ReadOptions& options) {
  TRY(check_contract(contract));
  std::vector<const InputFile*> matched;
  if (files.size() == 1 && files[0].input_name.empty()) {
    matched.assign(contract.inputs.size(), &files[0]);
  } else {
    TRY_ASSIGN(matched, match_files(files, contract));
  }
  std::vector<Value> values;
  for (size_t i = 0; i < matched.size(); ++i) {
    const DataInput& input = contract.inputs[i];
    const std::string& path = matched[i]->path;
    TRY_ASSIGN(const DataFormat format, format_of(path, options));
    const bool shared = contract.inputs.size() > 1 && files.size() == 1;
    if (format == DataFormat::kNpy && shared) {
      return InvalidArgument(cat("one array for ", contract.inputs.size(),
                                 " inputs: give them as --input NAME=FILE or in an .npz"))
          .in(path);
    }
    if (input.form == InputForm::kTensor &&
        (format == DataFormat::kNpy || format == DataFormat::kNpz)) {
      TRY_ASSIGN(Opened opened, open_bytes(path, options.limits));
      TRY_ASSIGN(Value value,
                 whole_array(opened.bytes, std::move(opened.owner), path, format, input, options));
      values.push_back(std::move(value));
      continue;
    }
    if (shared) {
      TRY_ASSIGN(auto reader, RowReader::open(files, contract, options));
      TRY_ASSIGN(auto block, reader->next(std::numeric_limits<int64_t>::max()));
      if (!block) return InvalidArgument("no rows").in(path);
      return std::move(block->inputs);
    }
    TRY_ASSIGN(auto reader, open_one(path, DataContract{{input}}, options));
    TRY_ASSIGN(Value value, all_rows(*reader, input));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace tundish
