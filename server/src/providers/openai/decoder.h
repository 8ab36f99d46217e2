#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "providers/dialect.h"

namespace coditect::providers::openai {

/// Puts an answer together from a Responses stream. As AnswerDecoder; ends with
/// response.completed, response.incomplete or an error.
class Decoder final : public AnswerDecoder {
 public:
  explicit Decoder(std::string requested_model) : requested_model_(std::move(requested_model)) {}

  ProviderResult<void> take(const SseEvent& event, StreamListener& listener) override;
  bool complete() const override { return complete_; }
  ProviderResult<ModelAnswer> finish() override;
  std::vector<BilledRequest> billed() const override;

  /// Takes a whole response, as a request without `stream` is answered.
  ProviderResult<void> take_response(const json::object& response);

 private:
  void begin_item(const json::object& event, StreamListener& listener) const;
  ProviderResult<void> add_item(const json::object& item, ModelAnswer& answer) const;
  ProviderResult<void> add_call(const json::object& item, ModelAnswer& answer) const;
  void add_client_call(const json::object& item, ModelAnswer& answer) const;
  void add_message(const json::object& item, ModelAnswer& answer) const;
  StopReason stop_without_refusal(const ModelAnswer& answer) const;
  bool cut_short() const { return !incomplete_reason_.empty(); }
  VendorItem echo(const json::object& item) const;

  const std::string requested_model_;
  std::map<std::int64_t, json::object> items_;  // by output_index, whole
  std::string id_;
  std::string model_;
  std::string incomplete_reason_;
  std::string service_tier_;
  Usage usage_;
  bool complete_ = false;
};

}  // namespace coditect::providers::openai
