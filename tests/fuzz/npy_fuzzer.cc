// .npy and .npz bytes: headers, conversions, archives, sparse matrices.
#include <cstdint>

#include "wire/npy/npz.h"

namespace {

/// Reads an array whole and in part; the results only have to be reachable.
void read_array(const tundish::NpyArray& array) {
  (void)array.all().has_value();
  if (array.shape().rank() == 0 || array.shape()[0] == 0) return;
  (void)array.rows(array.shape()[0] - 1, 1).has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tundish::Limits limits;
  limits.max_memory_bytes = uint64_t{64} << 20;
  const tundish::Bytes bytes(data, size);
  if (!tundish::ZipFile::sniff(bytes)) {
    auto array = tundish::NpyArray::open(bytes, nullptr, limits);
    if (array.has_value()) read_array(array.value());
    return 0;
  }
  auto npz = tundish::NpzFile::open(bytes, nullptr, limits);
  if (!npz.has_value()) return 0;
  for (const std::string& name : npz->names()) {
    auto array = npz->array(name);
    if (array.has_value()) read_array(array.value());
  }
  if (npz->is_sparse()) (void)npz->csr().has_value();
  return 0;
}
