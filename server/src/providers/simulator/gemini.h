#pragma once

#include "providers/simulator/dialect.h"

namespace coditect::simulator {

/// Google's generateContent and streamGenerateContent, v1 and v1beta.
///
/// Threads: any.
class Gemini final : public Dialect {
 public:
  bool has_key(const net::RequestHead& head) const override;
  Result<Prompt> read(const net::RequestHead& head, const json::object& body,
                      const std::string& path_model) const override;
  json::object whole(const Reply& reply) const override;
  std::vector<Frame> stream(const Reply& reply) const override;
  std::vector<Frame> stream_error(const Reply& reply, const Refusal& refusal,
                                  std::size_t sent) const override;
  net::Response refuse(const Refusal& refusal) const override;
  net::Headers headers(const std::string& id) const override;
  net::Headers rate_headers(const Allowances& left, Time now) const override;
  json::object token_count(std::int64_t tokens) const override;
  json::array models() const override;
  json::object model_list() const override;
};

}  // namespace coditect::simulator
