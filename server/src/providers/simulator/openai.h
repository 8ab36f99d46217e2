#pragma once

#include "providers/simulator/dialect.h"

namespace coditect::simulator {

/// OpenAI's Responses API.
///
/// Threads: any.
class Openai final : public Dialect {
 public:
  bool has_key(const net::RequestHead& head) const override;
  Result<Prompt> read(const net::RequestHead& head, const json::object& body,
                      const std::string& path_model) const override;
  json::object whole(const Reply& reply) const override;
  std::vector<Frame> stream(const Reply& reply) const override;
  net::Response refuse(const Refusal& refusal) const override;
  net::Headers headers(const std::string& id, Time now) const override;
  json::object models() const override;
};

}  // namespace coditect::simulator
