#include "import/onnx/external_data.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "wire/onnx/tensor_data.h"

namespace tundish {

namespace {

Result<uint64_t> number_of(std::string_view key, std::string_view text) {
  uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) {
    return InvalidModel(cat("external data: ", key, " is ", quoted(text)));
  }
  return number;
}

// Relative, in '/' pieces none of which is empty, "." or "..".
Status check_location(std::string_view location) {
  std::string_view rest = location;
  do {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view piece = rest.substr(0, end);
    const bool is_plain = !piece.empty() && piece != "." && piece != ".." &&
                          piece.find('\\') == piece.npos && piece.find('\0') == piece.npos;
    if (!is_plain) {
      return InvalidModel(cat("external data: location ", quoted(location),
                              " is not a plain path inside the model's folder"));
    }
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (end + 1 == location.size()) break;
  } while (!rest.empty());
  return ok();
}

}  // namespace

ExternalData::ExternalData(const std::string& model_path) : has_folder_(!model_path.empty()) {
  const size_t slash = model_path.rfind('/');
  folder_ = slash == std::string::npos ? "." : model_path.substr(0, slash + 1);
}

Result<std::shared_ptr<const MappedFile>> ExternalData::file(std::string_view location) {
  const auto known = files_.find(location);
  if (known != files_.end()) return known->second;
  TRY(check_location(location));
  TRY_ASSIGN(auto opened, MappedFile::open_below(folder_, std::string(location)));
  files_.emplace(std::string(location), opened);
  return opened;
}

Result<Tensor> ExternalData::tensor(const OnnxTensor& record) {
  if (!has_folder_) {
    return Unsupported(
        "external data of a model that is not a file: there is no folder to look in");
  }
  std::string_view location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const auto& [key, value] : record.external_data) {
    if (key == "location") location = value;
    if (key == "offset") {
      TRY_ASSIGN(offset, number_of(key, value));
    } else if (key == "length") {
      TRY_ASSIGN(length, number_of(key, value));
    }
  }
  if (location.empty()) return InvalidModel("external data without a location");
  TRY_ASSIGN(const auto mapped, file(location));
  const Bytes bytes = mapped->bytes();
  if (offset > bytes.size() || (length && *length > bytes.size() - offset)) {
    return InvalidModel(cat("external data ", quoted(location), ": ", length.value_or(0),
                            " bytes from ", offset, " on, the file has ", bytes.size()));
  }
  // Without a length the tensor's size says how much.
  uint64_t count = length.value_or(bytes.size() - offset);
  if (!length) {
    const size_t bits = dtype_bits(static_cast<DType>(record.data_type));
    uint64_t wanted = bits;
    for (const int64_t dim : record.dims) {
      if (dim < 0 || (dim != 0 && wanted > count * 8 / static_cast<uint64_t>(dim))) {
        wanted = count * 8;
        break;
      }
      wanted *= static_cast<uint64_t>(dim);
    }
    count = std::min(count, (wanted + 7) / 8);
  }
  OnnxTensor inside;
  inside.name = record.name;
  inside.dims = record.dims;
  inside.data_type = record.data_type;
  inside.raw_data = bytes.subspan(offset, count);
  return tensor_from_record(inside, mapped);
}

}  // namespace tundish
