#include "data/row_writer.h"

#include <algorithm>

#include "base/strings.h"
#include "data/byte_sink.h"
#include "data/row_faults.h"
#include "data/writers.h"

namespace tundish {

namespace {

struct FormatName {
  std::string_view name;
  OutputFormat format;
};
constexpr FormatName kFormats[] = {
    {"npy", OutputFormat::kNpy}, {"npz", OutputFormat::kNpz},     {"csv", OutputFormat::kCsv},
    {"tsv", OutputFormat::kTsv}, {"jsonl", OutputFormat::kJsonl}, {"ndjson", OutputFormat::kJsonl}};

bool is_text(OutputFormat format) {
  return format == OutputFormat::kCsv || format == OutputFormat::kTsv ||
         format == OutputFormat::kJsonl;
}

std::string file_of(const std::string& folder, const DataOutput& output) {
  return cat(folder, folder.ends_with('/') ? "" : "/", output.name,
             output.sparse ? ".npz" : ".npy");
}

/// Names become file names, zip members and column names.
Status check_outputs(const std::vector<DataOutput>& outputs) {
  if (outputs.empty()) return InvalidArgument("there is nothing to write: no outputs chosen");
  std::vector<std::string> names;
  for (const DataOutput& output : outputs) {
    const bool bad = output.name.empty() || output.name.find('\0') != std::string::npos;
    if (bad || std::find(names.begin(), names.end(), output.name) != names.end()) {
      return InvalidArgument(cat("output name ", quoted(output.name), " is empty or given twice"));
    }
    names.push_back(output.name);
    if (output.sparse && output.row_shape.size() != 1) {
      return Internal(cat("sparse output ", quoted(output.name), " must state its columns"));
    }
  }
  return ok();
}

/// What the format can hold.
Status check_format(OutputFormat format, const std::vector<DataOutput>& outputs,
                    const WriteOptions& options) {
  const auto sparse = static_cast<size_t>(
      std::count_if(outputs.begin(), outputs.end(), [](const DataOutput& o) { return o.sparse; }));
  if (format == OutputFormat::kNpy && outputs.size() > 1) {
    return InvalidArgument(
        cat(outputs.size(), " arrays do not fit one .npy: write to a folder or ", "an .npz"));
  }
  if (format == OutputFormat::kNpz && sparse > 0 && outputs.size() > 1) {
    return InvalidArgument("a sparse result fills an .npz alone: write to a folder, or --dense");
  }
  if (sparse > 0 && (format == OutputFormat::kNpy || is_text(format))) {
    return InvalidArgument("the result is sparse: write to an .npz or a folder, or --dense");
  }
  if (!options.keep.empty() && !is_text(format)) {
    return InvalidArgument("kept columns go into .csv, .tsv or .jsonl only");
  }
  for (const DataOutput& output : outputs) {
    const bool slash = output.name.find('/') != std::string::npos || output.name == "..";
    if (format == OutputFormat::kFolder && slash) {
      return InvalidArgument(cat("output ", quoted(output.name), " cannot be a file name"));
    }
  }
  return ok();
}

}  // namespace

Status check_replacing(const std::vector<std::string>& targets, ReplaceRule rule) {
  if (rule == ReplaceRule::kReplace) return ok();
  std::vector<std::string> occupied;
  for (const std::string& target : targets) {
    if (is_occupied(target)) occupied.push_back(target);
  }
  if (occupied.empty()) return ok();
  return Io(cat(name_list(occupied), occupied.size() == 1 ? " is" : " are",
                " there already; --force replaces ", occupied.size() == 1 ? "it" : "them"));
}

Result<OutputFormat> output_format_from_name(std::string_view name) {
  std::vector<std::string> names;
  for (const FormatName& format : kFormats) {
    if (format.name == name) return format.format;
    names.emplace_back(format.name);
  }
  const std::string near = nearest_word(name, names);
  return InvalidArgument(cat("unknown output format ", quoted(name, 40),
                             near.empty() ? "" : cat(" (", near, "?)"), "; written are ",
                             name_list(names)));
}

Result<OutputFormat> output_format_of_path(const std::string& path) {
  if (path == "-") return OutputFormat::kCsv;
  if (path.ends_with('/') || is_folder(path)) return OutputFormat::kFolder;
  const size_t slash = path.find_last_of('/');
  const size_t dot = path.find_last_of('.');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) {
    return OutputFormat::kFolder;
  }
  const std::string suffix = path.substr(dot + 1);
  for (const FormatName& format : kFormats) {
    if (format.name == suffix) return format.format;
  }
  return InvalidArgument(cat(quoted(path, 400),
                             ": the suffix does not tell the format (.npy, .npz, ",
                             ".csv, .tsv, .jsonl, or a folder)"));
}

int64_t row_width(const DataOutput& output) {
  int64_t width = 1;
  for (const int64_t size : output.row_shape) width *= size;
  return width;
}

Status check_answers(const AnswerBlock& block, const std::vector<DataOutput>& outputs) {
  const auto rows = static_cast<int64_t>(block.row_numbers.size());
  if (block.arrays.size() != outputs.size()) {
    return Internal(cat(block.arrays.size(), " answers for ", outputs.size(), " outputs"));
  }
  if (!block.bad.empty() && block.bad.size() != block.row_numbers.size()) {
    return Internal("marks of bad rows do not match the rows");
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const DataOutput& output = outputs[i];
    const auto fault = [&](std::string_view found) {
      return Internal(cat("output ", quoted(output.name), " (", dtype_name(output.dtype),
                          ", rows of ", row_width(output), ") got ", found));
    };
    if (const SparseCsr* sparse = block.arrays[i].sparse()) {
      if (sparse->rows != rows || output.row_shape.size() != 1 ||
          sparse->columns != output.row_shape[0] || sparse->data.dtype() != output.dtype) {
        return fault(cat("sparse ", dtype_name(sparse->data.dtype()), " [", sparse->rows, ", ",
                         sparse->columns, "]"));
      }
      continue;
    }
    const Tensor* tensor = block.arrays[i].tensor();
    if (tensor == nullptr || output.sparse) return fault("a value of another kind");
    const auto dims = tensor->shape().dims();
    const bool fits = tensor->dtype() == output.dtype &&
                      dims.size() == output.row_shape.size() + 1 && dims[0] == rows &&
                      std::equal(dims.begin() + 1, dims.end(), output.row_shape.begin());
    if (!fits) return fault(cat(dtype_name(tensor->dtype()), " ", tensor->shape().to_string()));
  }
  return ok();
}

Result<std::unique_ptr<RowWriter>> RowWriter::open(const std::string& path,
                                                   std::vector<DataOutput> outputs,
                                                   const WriteOptions& options) {
  OutputFormat format = options.format;
  if (format == OutputFormat::kFromName) {
    TRY_ASSIGN(format, output_format_of_path(path));
  }
  if (options.sparse == SparseRule::kDense) {
    for (DataOutput& output : outputs) output.sparse = false;
  }
  TRY(check_outputs(outputs));
  TRY(in(path, check_format(format, outputs, options)));
  std::vector<std::string> targets{path};
  if (format == OutputFormat::kFolder) {
    targets.clear();
    for (const DataOutput& output : outputs) targets.push_back(file_of(path, output));
  }
  TRY(check_replacing(targets, options.replace));
  if (is_text(format)) return open_text_writer(path, format, std::move(outputs), options);
  return open_array_writer(path, format, std::move(outputs));
}

}  // namespace tundish
