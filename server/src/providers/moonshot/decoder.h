#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "providers/dialect.h"

namespace coditect::providers::moonshot {

/// Puts an answer together from the chunks of chat completions. As AnswerDecoder; ends with
/// [DONE], or with the connection where what came is whole: a finish_reason and, of Moonshot, the
/// usage. Not every server says [DONE].
class Decoder final : public AnswerDecoder {
 public:
  Decoder(ProviderKind kind, std::string requested_model)
      : kind_(kind), requested_model_(std::move(requested_model)) {}

  ProviderResult<void> take(const SseEvent& event, StreamListener& listener) override;
  bool complete() const override { return done_; }
  ProviderResult<ModelAnswer> finish() override;
  std::vector<BilledRequest> billed() const override;

  /// Takes a whole completion, as a request without `stream` is answered.
  ProviderResult<void> take_completion(const json::object& completion);

 private:
  struct OpenCall {
    std::int64_t index = 0;
    std::string id;
    std::string name;
    std::string arguments;
  };

  ProviderResult<void> take_chunk(const json::object& chunk, StreamListener* listener);
  void take_message(const json::object& message, StreamListener* listener);
  /// `place` is the piece's among those of its chunk; nothing where it is the only one.
  void take_call(const json::object& piece, std::optional<std::size_t> place,
                 StreamListener* listener);
  OpenCall& call_of(const json::object& piece, std::optional<std::size_t> place);
  void take_usage(const json::object& holder);
  ProviderResult<void> add_calls(std::vector<Block>& blocks) const;

  const ProviderKind kind_;
  const std::string requested_model_;
  std::string id_;
  std::string model_;
  std::string service_tier_;
  std::string text_;
  std::string refusal_;
  std::string reasoning_;
  std::string reasoning_key_;  // "" where there is none
  std::vector<OpenCall> calls_;
  std::string finish_reason_;
  json::object usage_fields_;
  Usage usage_;
  bool done_ = false;
};

}  // namespace coditect::providers::moonshot
