#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "providers/dialect.h"

namespace coditect::providers::anthropic {

/// Puts an answer together from a Messages stream. As AnswerDecoder; ends with message_stop.
class Decoder final : public AnswerDecoder {
 public:
  explicit Decoder(std::string requested_model) : requested_model_(std::move(requested_model)) {}

  ProviderResult<void> take(const SseEvent& event, StreamListener& listener) override;
  bool complete() const override { return complete_; }
  ProviderResult<ModelAnswer> finish() override;
  std::vector<BilledRequest> billed() const override;

  /// Takes a whole message, as a request without `stream` is answered.
  void take_message(json::object message);

 private:
  struct OpenBlock {
    json::object block;
    std::string input;  // pieces of JSON
  };

  void start(const json::object& message);
  void add_blocks(const json::object& message);
  /// Whether the answer ended before the model had finished it: its last call may be half of one.
  bool cut_short() const;
  void start_block(const json::object& event, StreamListener& listener);
  ProviderResult<void> add_delta(const json::object& event, StreamListener& listener);
  void end_message(const json::object& event);
  /// Later counts replace earlier ones; counts that are absent stay.
  void keep_usage(const json::object* usage);
  ProviderResult<void> close_block(OpenBlock open, std::vector<Block>& blocks) const;
  VendorItem item(json::object block) const;
  BilledRequest billed_request(const json::object& usage) const;

  const std::string requested_model_;
  std::map<std::int64_t, OpenBlock> blocks_;
  json::object usage_;
  std::string id_;
  std::string model_;
  std::string stop_reason_;
  std::string stop_detail_;
  bool complete_ = false;
};

}  // namespace coditect::providers::anthropic
