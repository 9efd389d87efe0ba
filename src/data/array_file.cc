#include "data/array_file.h"

#include "base/mapped_file.h"
#include "base/strings.h"
#include "wire/npy/npy.h"

namespace tundish {

Result<Tensor> read_array_file(const std::string& path, const Limits& limits) {
  const std::string place = quoted(path, 400);
  TRY_ASSIGN(std::shared_ptr<const MappedFile> file, in(place, MappedFile::open(path)));
  const Bytes bytes = file->bytes();
  Result<NpyArray> array = NpyArray::open(bytes, std::move(file), limits);
  if (!array) {
    // the data is at fault here, not a model
    const bool damaged = array.error().code() == ErrorCode::kInvalidModel;
    if (damaged) return InvalidArgument(array.error().to_string()).in(place);
    return std::move(array).error().in(place);
  }
  return in(place, array->all());
}

}  // namespace tundish
