#pragma once

#include <map>
#include <string>
#include <utility>

#include "api/http/provider_keys.h"

namespace coditect::api {

/// Keys in memory, for the tests of this layer: any name is a vendor's.
///
/// Threads: one at a time.
class MemoryProviderKeys final : public ProviderKeys {
 public:
  awaitable<Result<json::value>> list() override {
    json::array rows;
    for (const auto& [provider, key] : keys_) rows.push_back(row(provider));
    co_return json::object{{"providers", std::move(rows)}, {"simulated_by_option", false}};
  }
  awaitable<Result<json::value>> set(std::string provider, std::string key,
                                     std::string user) override {
    keys_[provider] = std::move(key);
    user_ = std::move(user);
    co_return row(provider);
  }
  awaitable<Result<json::value>> remove(std::string provider, std::string) override {
    keys_.erase(provider);
    co_return row(provider);
  }
  awaitable<Result<json::value>> test(std::string) override {
    co_return json::object{{"ok", true}, {"at", "2026-11-20T12:00:00Z"}, {"model", "m"}};
  }

  const std::map<std::string, std::string>& keys() const { return keys_; }
  const std::string& user() const { return user_; }

 private:
  json::object row(const std::string& provider) const {
    return {{"provider", provider},    {"variable", "KEY"},
            {"in_use", "none"},        {"set", keys_.contains(provider)},
            {"in_environment", false}, {"agents", json::array()}};
  }

  std::map<std::string, std::string> keys_;
  std::string user_;
};

}  // namespace coditect::api
