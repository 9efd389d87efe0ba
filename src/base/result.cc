#include "tundish/result.h"

namespace tundish {
namespace detail {

void ErrorDelete::operator()(Error* error) const { const std::unique_ptr<Error> owner(error); }
ErrorPointer hold(Error error) {
  return ErrorPointer(std::make_unique<Error>(std::move(error)).release());
}

}  // namespace detail

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidModel: return "invalid_model";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kUntrusted: return "untrusted";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kLimit: return "limit";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

std::string Error::to_string() const {
  std::string text;
  for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
    text += *place;
    text += ": ";
  }
  return text + message_;
}

}  // namespace tundish
