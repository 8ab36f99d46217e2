#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "tools/further_tools.h"
#include "tools/sandbox/sandbox.h"
#include "tools/search_limits.h"
#include "tools/toolbox.h"

namespace coditect::tools {

namespace fs = std::filesystem;

/// One tool that is no part of the server.
class FakeTools final : public FurtherTools {
 public:
  awaitable<FurtherOffer> offer(Caller, std::stop_token) override { co_return FurtherOffer{}; }
  std::optional<approvals::Effect> effect_of(std::string_view name) const override {
    if (name != "web__get") return std::nullopt;
    return approvals::Effect::kActs;
  }
  awaitable<Result<ToolOutcome>> call(Caller, std::string, json::object input,
                                      std::stop_token) override {
    if (answer.empty()) co_return unavailable("it is not there");
    co_return ToolOutcome{.ok = true, .output = answer + json::serialize(input), .details = {}};
  }

  std::string answer = "got ";
};

/// A workspace in memory that remembers what it was asked.
class FakeHost final : public ToolHost {
 public:
  struct File {
    std::string text;
    Sequence version;
    std::string by;
  };

  FurtherTools* further_tools() override { return further; }
  FakeTools* further = nullptr;

  void put(const std::string& path, std::string text, std::string by = "user:ann") {
    files[path] = {std::move(text), ++seq, std::move(by)};
  }

  awaitable<Result<void>> approve(Caller, approvals::Intent intent, json::object,
                                  std::stop_token) override {
    const bool allowed = !refuse || intent.effect == approvals::Effect::kReads;
    intents.push_back(std::move(intent));
    if (!allowed) co_return Error{Errc::kDenied, "a person said no", "ask again later"};
    co_return Result<void>{};
  }
  awaitable<Result<std::vector<FileEntry>>> list(Caller, std::string path, int depth) override {
    if (path == "missing") co_return not_found("missing is not there");
    if (path == "broken") throw std::runtime_error("the disk is on fire");
    std::vector<FileEntry> entries;
    for (const auto& [name, file] : files)
      entries.push_back({name, EntryKind::kFile, file.text.size()});
    asked.push_back("list " + path + " " + std::to_string(depth));
    co_return entries;
  }
  awaitable<Result<FileText>> read(Caller, std::string path) override {
    const auto found = files.find(path);
    if (found == files.end()) {
      seen.erase(path);
      co_return not_found(path + " does not exist");
    }
    seen[path] = {found->second.version, found->second.text};
    co_return FileText{found->second.text, found->second.version};
  }
  awaitable<Result<Written>> change(Caller caller, std::string path, Edit edit,
                                    std::stop_token) override {
    CurrentFile current;
    if (const auto found = files.find(path); found != files.end()) {
      current.text = found->second.text;
      current.version = found->second.version;
      current.changed_by = found->second.by;
    }
    if (const auto known = seen.find(path); known != seen.end()) current.seen = known->second;
    CO_TRY(std::string text, edit(current));
    put(path, text, "agent:" + caller.agent);
    seen[path] = {seq, text};
    co_return Written{seq, seq};
  }
  awaitable<Result<std::string>> lock(Caller, std::string path, std::stop_token) override {
    if (path == "busy.txt") co_return Error{Errc::kLocked, "busy.txt is locked by user:ann", {}};
    asked.push_back("lock " + path);
    co_return "locked";
  }
  awaitable<Result<std::string>> unlock(Caller, std::string path) override {
    asked.push_back("unlock " + path);
    co_return "given back";
  }
  awaitable<Result<json::value>> send_message(Caller, std::vector<std::string> to,
                                              std::string text) override {
    for (const std::string& name : to) asked.push_back("send " + name + " " + text);
    co_return json::value("sent");
  }
  awaitable<Result<json::value>> read_messages(Caller) override {
    co_return json::value(json::array{"hello"});
  }
  awaitable<Result<json::value>> delegate(Caller, std::string agent, std::string prompt,
                                          std::stop_token) override {
    asked.push_back("delegate " + agent + " " + prompt);
    co_return json::value(json::object{{"task", "t_1"}});
  }
  awaitable<Result<std::vector<Secret>>> secrets(Caller, std::vector<std::string> names) override {
    std::vector<Secret> values;
    for (const std::string& name : names) {
      asked.push_back("secret " + name);
      values.push_back({name, "value-of-" + name});
    }
    co_return values;
  }
  awaitable<Result<json::value>> search_log(Caller, std::string query, std::size_t) override {
    co_return json::value{{"log",
                           {{{"seq", 7},
                             {"ts", "now"},
                             {"actor", "user:ann"},
                             {"type", "agent_message"},
                             {"excerpt", query}}}},
                          {"truncated", false}};
  }
  awaitable<Result<json::value>> search_meaning(Caller, std::string query, std::size_t,
                                                std::stop_token) override {
    co_return json::value{
        {"mode", "lexical"},
        {"matches",
         {{{"path", "a.txt"}, {"from_line", 1}, {"to_line", 2}, {"text", query}, {"score", 1.0}}}},
        {"note", "by words"}};
  }
  awaitable<std::string> keep_output(Caller, std::string text) override {
    kept.push_back(std::move(text));
    co_return "o_" + std::to_string(kept.size());
  }
  awaitable<Result<std::string>> kept_output(Caller, std::string id) override {
    if (id != "o_1" || kept.empty()) co_return not_found("there is no output " + id);
    co_return kept.front();
  }
  fs::path project_root(const Caller&) const override { return root; }
  awaitable<Result<CommandScope>> begin_command(Caller, std::string command,
                                                std::stop_token) override {
    asked.push_back("begin " + command);
    if (refuse_commands) co_return Error{Errc::kDenied, "a person said no", "ask again later"};
    ++open_commands;
    CommandScope scope;
    scope.id = 7;
    co_return scope;
  }
  awaitable<CommandChanges> end_command(Caller, std::uint64_t scope,
                                        const CommandResult* result) override {
    asked.push_back("end " + std::to_string(scope) + (result == nullptr ? " failed" : ""));
    --open_commands;
    co_return changes;
  }

  std::map<std::string, File> files;
  std::map<std::string, CurrentFile::Known> seen;
  std::vector<std::string> asked;
  std::vector<std::string> kept;  ///< outputs
  std::vector<approvals::Intent> intents;
  bool refuse = false;  ///< everything but reading
  fs::path root = "/nowhere";
  Sequence seq = 0;
  int open_commands = 0;
  CommandChanges changes{{"made.txt"}};
  bool refuse_commands = false;
};

/// Answers as it is told.
class FakeRunner final : public CommandRunner {
 public:
  Result<CommandResult> run(const CommandSpec& spec) override {
    ran.push_back(spec);
    if (throws) throw std::runtime_error("out of luck");
    return answer;
  }
  const std::string& description() const override { return description_; }

  std::vector<CommandSpec> ran;
  Result<CommandResult> answer = CommandResult{};
  bool throws = false;

 private:
  std::string description_ = "fake";
};

class ToolBoxTest : public testing::Test {
 protected:
  ToolOutcome call(const std::string& name, const std::string& input) {
    return call_with(tools_, name, input);
  }
  ToolOutcome call_with(ToolBox& tools, const std::string& name, const std::string& input) {
    ToolOutcome outcome;
    auto story = [&]() -> awaitable<void> {
      outcome = co_await tools.call(name, *parse_json_object(input), {"claude", TaskId("t_1")},
                                    host_, stop_.get_token());
    };
    std::exception_ptr failure;
    asio::co_spawn(io_, story(), [&](std::exception_ptr error) { failure = error; });
    io_.restart();
    io_.run();
    if (failure) std::rethrow_exception(failure);
    return outcome;
  }
  std::string kind(const ToolOutcome& outcome) {
    return outcome.ok ? "ok" : std::string(outcome.details.at("error").at("kind").as_string());
  }

  asio::io_context io_;
  BlockingPool pool_{1};
  FakeRunner runner_;
  FakeHost host_;
  std::stop_source stop_;
  ToolBox tools_{runner_, pool_};
};

}  // namespace coditect::tools
