#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coditect {

/// What went wrong, as a caller can act on it. The names are those of the public interface
/// (`data.kind` of a JSON-RPC error).
enum class Errc {
  kInvalid,      ///< the request makes no sense; repeating it will not help
  kNotFound,     ///< what it names is not there
  kConflict,     ///< somebody else changed it first
  kLocked,       ///< somebody else holds a lock on it
  kDenied,       ///< not allowed
  kLimit,        ///< a limit is reached
  kBudget,       ///< the budget is spent
  kUnavailable,  ///< may work later: a disk, a provider, a node that is closing
  kCancelled,    ///< the caller gave up
  kInternal,     ///< a bug or a broken disk
};

/// The public name: "invalid", "not_found", ... ("unavailable" for kCancelled).
std::string_view to_string(Errc code);

/// An error on its way to whoever can act on it: what happened, and what to do about it.
struct Error {
  Errc code = Errc::kInternal;
  std::string message;
  std::string hint;

  /// The same error with `context: ` put in front of its message.
  [[nodiscard]] Error in(std::string_view context) &&;
};

Error invalid(std::string message, std::string hint = {});
Error not_found(std::string message, std::string hint = {});
Error internal(std::string message, std::string hint = {});
Error unavailable(std::string message, std::string hint = {});
/// An Errc::kUnavailable error that names the failed call and errno in words.
Error system_error(std::string_view what, int error_number);

/// A value or an Error: what can happen. What cannot happen is check()ed instead.
template <class T>
class [[nodiscard]] Result {
 public:
  /// An Errc::kInternal error: with it Asio keeps a result's place until there is one.
  Result() : value_(std::unexpect) {}
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : value_(std::unexpected(std::move(error))) {}

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  Error& error() & { return value_.error(); }
  const Error& error() const& { return value_.error(); }
  Error&& error() && { return std::move(value_).error(); }
  T value_or(T other) && { return std::move(value_).value_or(std::move(other)); }

 private:
  std::expected<T, Error> value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : value_(std::unexpected(std::move(error))) {}

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }
  Error& error() & { return value_.error(); }
  const Error& error() const& { return value_.error(); }
  Error&& error() && { return std::move(value_).error(); }

 private:
  std::expected<void, Error> value_;
};

}  // namespace coditect

#define CODITECT_JOIN_(a, b) a##b
#define CODITECT_JOIN(a, b) CODITECT_JOIN_(a, b)
#define CODITECT_TRY_(tmp, declaration, keyword, ...) \
  auto tmp = (__VA_ARGS__);                           \
  if (!tmp) keyword std::move(tmp).error();           \
  declaration = *std::move(tmp)
#define CODITECT_TRY_VOID_(tmp, keyword, ...) \
  do {                                        \
    auto tmp = (__VA_ARGS__);                 \
    if (!tmp) keyword std::move(tmp).error(); \
  } while (false)

/// `TRY(int x, parse(text));` declares x, or returns the error to the caller.
#define TRY(declaration, ...) \
  CODITECT_TRY_(CODITECT_JOIN(try_, __LINE__), declaration, return, __VA_ARGS__)
/// `TRY_VOID(save());` returns the error of a Result<void> to the caller.
#define TRY_VOID(...) CODITECT_TRY_VOID_(CODITECT_JOIN(try_, __LINE__), return, __VA_ARGS__)
/// TRY in a coroutine: `CO_TRY(int x, co_await load());`
#define CO_TRY(declaration, ...) \
  CODITECT_TRY_(CODITECT_JOIN(try_, __LINE__), declaration, co_return, __VA_ARGS__)
/// TRY_VOID in a coroutine.
#define CO_TRY_VOID(...) CODITECT_TRY_VOID_(CODITECT_JOIN(try_, __LINE__), co_return, __VA_ARGS__)
