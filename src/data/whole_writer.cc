#include "data/whole_writer.h"

#include <memory>

#include "base/strings.h"
#include "data/byte_sink.h"
#include "data/writers.h"
#include "wire/npy/npy_writer.h"
#include "wire/npy/npz.h"

namespace tundish {
namespace {

Result<std::string> encoded(const std::vector<std::pair<std::string, TensorView>>& arrays,
                            OutputFormat format) {
  if (format == OutputFormat::kNpz) return npz_bytes(arrays);
  if (format != OutputFormat::kNpy) return InvalidArgument("whole arrays are .npy or .npz");
  if (arrays.size() != 1) {
    return InvalidArgument(cat("an .npy holds one array, there are ", arrays.size(),
                               ": write an .npz, or choose one with --outputs"));
  }
  return npy_bytes(arrays[0].second);
}

}  // namespace

Status write_whole_arrays(const std::string& path,
                          const std::vector<std::pair<std::string, TensorView>>& arrays,
                          const WriteOptions& options) {
  OutputFormat format = options.format;
  if (format == OutputFormat::kFromName) {
    TRY_ASSIGN(format, output_format_of_path(path));
  }
  TRY(check_replacing({path}, options.replace));
  TRY_ASSIGN(const std::string bytes, in(path, encoded(arrays, format)));
  TRY_ASSIGN(const std::unique_ptr<ByteSink> sink, ByteSink::create(path));
  TRY(sink->write(bytes));
  return sink->finish();
}

}  // namespace tundish
