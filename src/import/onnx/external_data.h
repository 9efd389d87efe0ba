// Tensors whose bytes lie in a file beside the model.
#ifndef TUNDISH_IMPORT_ONNX_EXTERNAL_DATA_H_
#define TUNDISH_IMPORT_ONNX_EXTERNAL_DATA_H_

#include <map>
#include <memory>
#include <string>

#include "base/mapped_file.h"
#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/onnx/records.h"

namespace tundish {

/// The files that one model's tensors name. Only regular files inside the model's own folder are
/// opened, and no symbolic link is followed: a model must not read what its user did not give it.
class ExternalData {
 public:
  /// `model_path` may be empty: then there is no folder, and external data is kUnsupported.
  explicit ExternalData(const std::string& model_path);

  /// The tensor of a record whose data is external. Aligned data is borrowed from the mapped file.
  /// kInvalidModel for a place outside the folder or the file, kNotFound, kIo.
  Result<Tensor> tensor(const OnnxTensor& record);

 private:
  Result<std::shared_ptr<const MappedFile>> file(std::string_view location);

  std::string folder_;
  bool has_folder_;
  std::map<std::string, std::shared_ptr<const MappedFile>, std::less<>> files_;
};

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_EXTERNAL_DATA_H_
