#include "workspace/search/metered_embedder.h"

#include "base/money.h"

namespace coditect::workspace {

namespace {

using Kind = providers::ProviderError::Kind;
using Vectors = std::vector<std::vector<float>>;

providers::ProviderError refused(const Error& error) {
  const Kind kind = error.code == Errc::kBudget ? Kind::kQuota : Kind::kServer;
  providers::ProviderError failed = providers::provider_error(kind, error.message);
  failed.sent = false;
  return failed;
}

std::string actor() { return "agent:" + std::string(kEmbeddingsSpender); }

}  // namespace

awaitable<Result<std::string>> MeteredEmbedder::reserve(const std::vector<std::string>& texts) {
  const budget::Spender spender{
      std::string(kEmbeddingsSpender), {}, budget::day_of(parts_.clock.now())};
  const auto& price = model().token_price;
  if (!price) {
    const auto room = parts_.ledger.room(spender);
    if (!room) co_return std::string();
    co_return Error{
        Errc::kBudget,
        "the embeddings have no price, so the budget of " + room->scope + " cannot hold",
        "set usd_per_million_tokens in [embeddings], or remove that budget"};
  }
  // No text has more tokens than bytes.
  std::int64_t tokens = 0;
  for (const std::string& text : texts) tokens += static_cast<std::int64_t>(text.size());
  const budget::Need need{parts_.random.id("r_"), model().name, tokens * *price, 0};
  CO_TRY(EventDraft draft, parts_.ledger.reserve(spender, need));
  const Sequence seq = parts_.log.append(std::move(draft));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_return need.id;
}

awaitable<Result<void>> MeteredEmbedder::settle_failure(const std::string& reservation,
                                                        const providers::ProviderError& error) {
  if (reservation.empty()) co_return Result<void>{};
  const auto open = parts_.ledger.books().open().find(reservation);
  const bool lost = error.may_be_billed() && open != parts_.ledger.books().open().end();
  const Nanodollars unsettled = lost ? open->second.amount : 0;
  const char* reason = lost ? "the call broke off" : "the call cost nothing";
  CO_TRY(EventDraft draft, parts_.ledger.settle(reservation, unsettled, reason));
  const Sequence seq = parts_.log.append(std::move(draft));
  co_return co_await parts_.log.durable(seq);
}

awaitable<Result<void>> MeteredEmbedder::record(const std::string& reservation,
                                                std::int64_t tokens) {
  const auto& price = model().token_price;
  json::object data{{"agent", kEmbeddingsSpender},
                    {"provider", "embeddings"},
                    {"model", model().name},
                    {"input", tokens},
                    {"cached", 0},
                    {"cache_write", 0},
                    {"cache_write_long", 0},
                    {"output", 0},
                    {"reasoning", 0},
                    {"requests", 1},
                    {"simulated", model().simulated},
                    {"cost_usd", price ? json::value(to_usd(tokens * *price)) : json::value()},
                    {"saved_usd", price ? json::value(0.0) : json::value()}};
  if (!reservation.empty()) CO_TRY_VOID(parts_.ledger.settle_with(data, reservation, 0));
  const Sequence seq = parts_.log.append({"usage_recorded", actor(), {}, {}, std::move(data)});
  co_return co_await parts_.log.durable(seq);
}

awaitable<providers::ProviderResult<Vectors>> MeteredEmbedder::embed(std::vector<std::string> texts,
                                                                     std::stop_token stop) {
  const auto reservation = co_await reserve(texts);
  if (!reservation) co_return refused(reservation.error());
  auto embedded = co_await parts_.embedder.embed(std::move(texts), std::move(stop));
  const auto settled = embedded ? co_await record(*reservation, embedded->tokens)
                                : co_await settle_failure(*reservation, embedded.error());
  if (!embedded) co_return std::move(embedded).error();
  if (!settled) co_return refused(settled.error());
  co_return std::move(embedded->vectors);
}

}  // namespace coditect::workspace
