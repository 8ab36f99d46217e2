#pragma once

#include <stop_token>
#include <utility>

namespace coditect {

/// A stop that comes for either of two reasons: the caller gave up, or its owner has enough.
///
/// Threads:  any.
/// Lifetime: tokens may outlive it; from then on the caller's stop no longer reaches them.
/// Errors:   none.
class LinkedStop {
 public:
  explicit LinkedStop(std::stop_token caller) : forward_(std::move(caller), Forward{source_}) {}

  std::stop_token token() const { return source_.get_token(); }
  void request_stop() { source_.request_stop(); }

 private:
  struct Forward {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };

  std::stop_source source_;
  std::stop_callback<Forward> forward_;
};

}  // namespace coditect
