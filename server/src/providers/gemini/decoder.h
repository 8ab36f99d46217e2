#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "providers/dialect.h"
#include "providers/gemini/partial_arguments.h"

namespace coditect::providers::gemini {

/// Puts an answer together from the chunks of streamGenerateContent, over as many requests as it
/// takes. As AnswerDecoder; a stream ends with its connection, and its answer is whole where a
/// finishReason or a blockReason came.
class Decoder final : public AnswerDecoder {
 public:
  explicit Decoder(std::string requested_model) : requested_model_(std::move(requested_model)) {}

  ProviderResult<void> take(const SseEvent& event, StreamListener& listener) override;
  bool complete() const override { return false; }
  ProviderResult<ModelAnswer> finish() override;
  std::vector<BilledRequest> billed() const override;
  bool continues() const override;
  std::string resume_token() const override { return token_; }
  void resume() override;
  void replay(StreamListener& listener) const override;

  /// Takes one chunk, or a whole response as generateContent gives it.
  ProviderResult<void> take_chunk(const json::object& chunk, StreamListener& listener);

 private:
  /// How much of the answer a token stands for.
  struct Checkpoint {
    std::size_t blocks = 0;
    std::size_t last_text_bytes = 0;
    bool text_open = false;
    std::optional<ToolCall> open_call = std::nullopt;  // the last block, whose rest is coming
    PartialArguments arguments = {};
  };

  ProviderResult<void> take_candidate(const json::object& candidate, StreamListener& listener);
  ProviderResult<void> take_part(const json::object& part, StreamListener& listener);
  ProviderResult<void> take_call(const json::object& part, StreamListener& listener);
  void take_text(const json::object& part, StreamListener& listener);
  void keep_usage(const json::object& usage);
  void mark_checkpoint();
  std::optional<VendorItem> signature_of(const json::object& part) const;
  VendorItem item(json::object content) const;
  StopReason stop() const;

  const std::string requested_model_;
  std::vector<Block> blocks_;
  bool text_open_ = false;  // the last block is text that the next part may go on with
  bool call_open_ = false;  // the last block is a call whose arguments are still coming
  PartialArguments arguments_;
  std::string model_;
  std::string response_id_;
  std::string finish_reason_;
  std::string finish_message_;
  std::string block_reason_;
  std::string token_;
  Checkpoint checkpoint_;
  BilledRequest current_;
  std::vector<BilledRequest> earlier_;  // of the streams before this one
};

}  // namespace coditect::providers::gemini
