#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "providers/simulator/act.h"

namespace coditect::simulator {

/// What happens to one call of a model.
struct Fate {
  const Fail* failure = nullptr;       ///< of the act; the call fails with it
  const Fail* stream_error = nullptr;  ///< of the act; the answer turns into it
  bool drops = false;                  ///< the answer breaks off
};

/// Remembers how often each place of each conversation was tried, so that a step can fail twice and
/// then go on. Forgets a place once it has been passed, and the oldest beyond kPlacesMax.
///
/// Threads: any.
class Attempts {
 public:
  static constexpr std::size_t kPlacesMax = 10'000;

  /// The fate of the next attempt at `act`, which `place` identifies; `act` outlives the answer.
  Fate next(const std::string& place, Vendor vendor, const Act& act);
  std::size_t size() const;

 private:
  /// The failure that falls on attempt `left`; otherwise takes theirs off `left`.
  static const Fail* choose(const std::vector<Fail>& failures, Vendor vendor, int& left);
  int count(const std::string& place);
  void forget(const std::string& place);

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::list<std::string> oldest_first_;
  struct Entry {
    int attempts = 0;
    std::list<std::string>::iterator age;
  };
  std::unordered_map<std::string, Entry> entries_;
};

/// A name for the place that a conversation has reached: the same for a repeated call only.
std::string place_of(const Prompt& prompt);

}  // namespace coditect::simulator
