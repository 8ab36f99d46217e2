#pragma once

#include <string>
#include <vector>

#include "protocols/mcp/features.h"
#include "protocols/mcp/server.h"

namespace coditect::mcp {

/// What the protocol's conformance kit expects a server to offer: tools, resources and prompts of
/// fixed names. Only for tests; no part of the product.
///
/// Threads: the server's strand.
class Fixtures final : public Features {
 public:
  struct Tool {
    std::string name;
    std::string description;
    json::object input_schema;
    awaitable<Reply> (*run)(Fixtures& self, Call& call) = nullptr;
  };

  Fixtures();
  /// Whom changes are told to.
  void set_server(Server& server) { server_ = &server; }
  Server& server() { return *server_; }

  Identity identity() const override { return {"coditect-fixtures", "1", "For tests."}; }
  json::object capabilities() const override;
  const json::object* input_schema(std::string_view tool) const override;
  awaitable<Reply> answer(Call& call) override;

 private:
  awaitable<Reply> call_tool(Call& call);
  json::object list_tools() const;

  std::vector<Tool> tools_;
  Server* server_ = nullptr;
};

/// Waits on the strand that it is called on.
awaitable<void> pause_ms(int time_ms);
/// A result with one text.
json::object text_result(std::string text);
json::object empty_schema();
/// A question to the client's user for one member of an object.
Question form(std::string message, std::string member, std::string type);
inline constexpr const char* kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg"
    "==";

// The tools, by what they show.
void add_content_tools(std::vector<Fixtures::Tool>& tools);
void add_notifying_tools(std::vector<Fixtures::Tool>& tools);
void add_asking_tools(std::vector<Fixtures::Tool>& tools);
void add_round_trip_tools(std::vector<Fixtures::Tool>& tools);

Reply answer_resources(const Call& call);
awaitable<Reply> answer_prompts(Call& call);

}  // namespace coditect::mcp
