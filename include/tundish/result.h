// Errors as values: Result<T>, Status, the nine codes and the two macros.
//
// A function that can fail returns Result<T> (or Status, which carries no value). An Error has a
// code with one meaning everywhere (exit status, HTTP, C, Python), a message in plain words, and a
// chain of places that each layer extends once, outermost first:
//   model "m.onnx": node "conv1" (Conv-11): attribute "pads": expected 4 values, got 3
// Shaped like std::expected (C++23), so that it can become an alias of it.
#ifndef TUNDISH_RESULT_H_
#define TUNDISH_RESULT_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tundish {

/// What kind of fault it is. Each value maps to one exit status (docs/reference/errors.md).
enum class ErrorCode : uint8_t {
  kInvalidModel,     ///< the model file is damaged or not what it claims
  kUnsupported,      ///< understood, but not supported: names the class, option or operator
  kInvalidArgument,  ///< the caller's data or options do not fit the model
  kNotFound,         ///< a file, output or method of that name does not exist
  kUntrusted,        ///< would call something, or a signature does not hold
  kIo,               ///< reading or writing failed
  kLimit,            ///< a limit was reached: which, its value, the option that raises it
  kCancelled,        ///< the caller asked to stop, or a deadline passed
  kInternal,         ///< a defect of tundish itself
};

/// The code's name as scripts see it: "invalid_model", "unsupported", ...
std::string_view error_code_name(ErrorCode code);

/// One fault. Movable, never silently dropped.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  /// The innermost message, without the places.
  const std::string& message() const { return message_; }
  /// Places from the innermost to the outermost, as they were added.
  const std::vector<std::string>& places() const { return places_; }

  /// Adds the place that this layer knows ("node \"conv1\"", "offset 128"). Returns itself.
  Error in(std::string place) && {
    places_.push_back(std::move(place));
    return std::move(*this);
  }
  /// Places (outermost first) and message in one line.
  std::string to_string() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<std::string> places_;
};

namespace detail {

/// An Error on the heap. Made and deleted out of line, so that the many places that return a
/// Result stay small.
struct ErrorDelete {
  void operator()(Error* error) const;
};
using ErrorPointer = std::unique_ptr<Error, ErrorDelete>;
ErrorPointer hold(Error error);

}  // namespace detail

/// Holds a T or an Error. Reading the value of a failed Result is a programming mistake and ends
/// the process; test with has_value() or use TRY_ASSIGN.
template <class T> class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value)
      : value_(std::move(value)), has_value_(true) {}  // NOLINT: conversion is the point
  Result(Error error)                                  // NOLINT
      : error_(detail::hold(std::move(error))), has_value_(false) {}

  Result(Result&& other) noexcept : has_value_(other.has_value_) {
    if (has_value_) {
      new (&value_) T(std::move(other.value_));
    } else {
      new (&error_) detail::ErrorPointer(std::move(other.error_));
    }
  }
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      this->~Result();
      new (this) Result(std::move(other));
    }
    return *this;
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() {
    if (has_value_) {
      value_.~T();
    } else {
      std::destroy_at(&error_);
    }
  }

  bool has_value() const { return has_value_; }
  explicit operator bool() const { return has_value_; }
  T& value() & { return require(), value_; }
  const T& value() const& { return require(), value_; }
  T&& value() && { return require(), std::move(value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  /// The error; only when !has_value().
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  void require() const {
    if (!has_value_) std::abort();
  }
  union {
    T value_;
    detail::ErrorPointer error_;
  };
  bool has_value_;
};

/// Success, or an Error. One pointer wide; success is null.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(detail::hold(std::move(error))) {}  // NOLINT

  bool has_value() const { return error_ == nullptr; }
  explicit operator bool() const { return error_ == nullptr; }
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  detail::ErrorPointer error_;
};

/// The successful Status, for `return ok();`.
inline Status ok() { return Status(); }

inline Error InvalidModel(std::string m) { return Error(ErrorCode::kInvalidModel, std::move(m)); }
inline Error Unsupported(std::string m) { return Error(ErrorCode::kUnsupported, std::move(m)); }
inline Error InvalidArgument(std::string m) {
  return Error(ErrorCode::kInvalidArgument, std::move(m));
}
inline Error NotFound(std::string m) { return Error(ErrorCode::kNotFound, std::move(m)); }
inline Error Untrusted(std::string m) { return Error(ErrorCode::kUntrusted, std::move(m)); }
inline Error Io(std::string m) { return Error(ErrorCode::kIo, std::move(m)); }
inline Error Limit(std::string m) { return Error(ErrorCode::kLimit, std::move(m)); }
inline Error Cancelled(std::string m) { return Error(ErrorCode::kCancelled, std::move(m)); }
inline Error Internal(std::string m) { return Error(ErrorCode::kInternal, std::move(m)); }

/// Adds a place to the error of a Result or Status, if it has one; otherwise passes it through.
template <class R> R in(std::string place, R result) {
  if (result.has_value()) return result;
  return R(std::move(result).error().in(std::move(place)));
}

}  // namespace tundish

/// Returns the error of `expression` (a Status or a Result whose value is not needed), if any.
#define TRY(expression)                                                           \
  do {                                                                            \
    if (auto tundish_try_ = (expression); !tundish_try_.has_value()) [[unlikely]] \
      return std::move(tundish_try_).error();                                     \
  } while (0)

#define TUNDISH_CONCAT_INNER_(a, b) a##b
#define TUNDISH_CONCAT_(a, b) TUNDISH_CONCAT_INNER_(a, b)

/// `TRY_ASSIGN(auto x, f());` declares or assigns the value of f(), or returns its error. Expands
/// to several statements: needs braces around it.
#define TRY_ASSIGN(target, expression)                                      \
  auto TUNDISH_CONCAT_(tundish_result_, __LINE__) = (expression);           \
  if (!TUNDISH_CONCAT_(tundish_result_, __LINE__).has_value()) [[unlikely]] \
    return std::move(TUNDISH_CONCAT_(tundish_result_, __LINE__)).error();   \
  target = std::move(TUNDISH_CONCAT_(tundish_result_, __LINE__)).value()

#endif  // TUNDISH_RESULT_H_
