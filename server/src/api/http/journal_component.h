#pragma once

#include "api/http/component.h"
#include "storage/journal/journal.h"

namespace coditect::api {

/// The node's journal: once its disk has failed nothing can be changed any more.
///
/// Threads:  any.
/// Lifetime: the journal outlives it.
class JournalComponent final : public Component {
 public:
  explicit JournalComponent(const journal::Journal& journal) : journal_(journal) {}

  std::string_view name() const override { return "journal"; }
  awaitable<ComponentHealth> health() override;

 private:
  const journal::Journal& journal_;
};

}  // namespace coditect::api
