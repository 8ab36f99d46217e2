#include "agents/acp/acp_runner.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "agents/acp/acp_limits.h"
#include "agents/acp/acp_prompt.h"
#include "agents/conversation.h"
#include "agents/images.h"
#include "agents/prompt.h"
#include "async/linked_stop.h"
#include "base/log.h"

namespace coditect::agents::acp {

namespace {

using SteadyClock = std::chrono::steady_clock;
using State = Outcome::State;

/// How often it is looked whether a person wants something of a turn under way.
constexpr std::chrono::milliseconds kLookEvery{250};

Outcome failed(Error error) { return {State::kFailed, {}, std::move(error)}; }
Outcome broken(Error error) { return {State::kBrokeDown, {}, std::move(error)}; }
Outcome cancelled() { return {State::kCancelled, {}, {Errc::kCancelled, "cancelled", {}}}; }

/// How a program that did not get as far as the task ends it.
Outcome ended_early(const Peer& peer, Error error) {
  if (error.code == Errc::kCancelled) return cancelled();
  const bool final = !peer.broken() && error.code != Errc::kUnavailable;
  return final ? failed(std::move(error)) : broken(std::move(error));
}

/// Ids in the log are unique for good, so those of a run begin with what no other has.
std::string prefix_of(const Assignment& assignment) {
  return assignment.task.str() + "_" + std::to_string(assignment.attempt) + "_";
}

}  // namespace

AcpRunner::AcpRunner(const Strand& strand, Parts parts)
    : strand_(strand),
      parts_(std::move(parts)),
      changed_(std::make_shared<Notifier>(strand)),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

awaitable<Outcome> AcpRunner::run(Assignment assignment, std::stop_token stop) {
  caller_ = {assignment.agent, assignment.task};
  parts_.host.enter_state(caller_, "executing", "starting its program");
  auto scope = parts_.services.workspace.begin_run(caller_);
  if (!scope) co_return failed(std::move(scope).error());
  const std::uint64_t id = scope->id;
  Outcome outcome = co_await run_program(std::move(assignment), *std::move(scope), stop);
  co_await parts_.services.workspace.end_run(id);
  if (stop.stop_requested() && outcome.state != State::kSucceeded) co_return cancelled();
  co_return outcome;
}

awaitable<Result<tools::PipedSpec>> AcpRunner::program(const tools::CommandScope& scope,
                                                       door::ModelDoor* door) {
  tools::PipedSpec spec;
  spec.argv = parts_.agent.command;
  spec.project_root = parts_.host.project_root(caller_);
  spec.network = tools::Network::kAllowList;
  spec.access = parts_.services.workspace.access(caller_.agent);
  spec.read_only = scope.read_only;
  CO_TRY(spec.home, co_await parts_.services.workspace.home(caller_.agent));
  spec.programs = parts_.agent.programs;
  std::string path;
  for (const auto& folder : spec.programs) {
    for (const char* place : {"/node_modules/.bin:", "/bin:", ":"}) path += folder.string() + place;
  }
  spec.environment.emplace_back("PATH", path + "/usr/local/bin:/usr/bin:/bin");
  if (door != nullptr) {
    spec.doors.push_back(door->inner_door());
    for (auto& variable : door->variables()) spec.environment.push_back(std::move(variable));
  }
  for (const auto& variable : parts_.agent.environment) spec.environment.push_back(variable);
  co_return spec;
}

awaitable<Outcome> AcpRunner::run_program(Assignment assignment, tools::CommandScope scope,
                                          std::stop_token stop) {
  LinkedStop over(stop);
  std::optional<door::ModelDoor> door;
  if (parts_.agent.models != nullptr) {
    door.emplace(strand_,
                 door::ModelDoor::Parts{parts_.host, *parts_.agent.models, caller_, over.token()});
  }
  auto spec = co_await program(scope, door ? &*door : nullptr);
  if (!spec) co_return failed(std::move(spec).error());
  auto process = co_await AcpProcess::start(strand_, parts_.services.launcher, parts_.services.pool,
                                            *std::move(spec));
  if (!process) co_return failed(std::move(process).error());
  Outcome outcome = co_await talk_to(**process, assignment, over, stop);
  if (door) co_await door->close();
  if (door && door->out_of_money() && outcome.state != State::kSucceeded) {
    co_return failed(*door->out_of_money());
  }
  if (outcome.state != State::kBrokeDown) co_return outcome;
  const std::string ending = (*process)->ending();
  if (!ending.empty()) outcome.error.message += " (" + ending + ")";
  outcome.error.message = parts_.agent.command.front() + ": " + outcome.error.message;
  if ((*process)->missing()) {
    outcome.error.hint = "name the folder in which it is installed in `programs`";
    outcome.state = State::kFailed;
  }
  co_return outcome;
}

awaitable<Outcome> AcpRunner::talk_to(AcpProcess& process, const Assignment& assignment,
                                      LinkedStop& over, std::stop_token stop) {
  auto stream = LineStream::open(strand_, process.take_stream(), limits::kAcpLineBytesMax);
  if (!stream) {
    co_await process.end();
    co_return failed(std::move(stream).error());
  }
  AcpClient client(strand_, {parts_.host, parts_.services.workspace, parts_.services.tools, caller_,
                             prefix_of(assignment), over.token()});
  Peer peer(strand_, *std::move(stream), client);
  AcpSession session({parts_.host, peer, parts_.agent, caller_});
  peer.start();
  Outcome outcome;
  try {
    const auto ready = co_await session.initialise();
    if (!ready) outcome = ended_early(peer, ready.error());
    if (ready) outcome = co_await converse({session, client, process}, assignment, stop);
  } catch (const std::exception& error) {
    outcome = broken(internal(error.what()));
  }
  const std::optional<Error> why = peer.broken();
  if (why && outcome.state == State::kBrokeDown) outcome.error = *why;
  // What waits gives up first; then nothing answers the program any more.
  over.request_stop();
  // One that has closed its output is about to end by itself, and says why.
  if (outcome.state != State::kSucceeded && !why) process.kill();
  peer.end();
  co_await process.end();
  const auto closed = co_await client.close("the agent's program ended");
  co_await peer.close();
  co_await tasks_.join();
  if (!closed) co_return failed(closed.error());
  co_return outcome;
}

awaitable<Result<AcpRunner::Words>> AcpRunner::first_words(const Assignment& assignment,
                                                           AcpSession::Way way,
                                                           const Recalled& recalled) {
  // A session that goes on has the task's pictures.
  if (way == AcpSession::Way::kGoneOnTo) co_return Words{going_on_prompt(assignment)};
  const std::string context = co_await parts_.host.shared_context(caller_);
  Words words{opening_prompt(assignment, context, recalled)};
  CO_TRY(words.images, co_await fetch_images(parts_.host, caller_, assignment.images));
  co_return words;
}

awaitable<Outcome> AcpRunner::converse(Talk talk, const Assignment& assignment,
                                       std::stop_token stop) {
  const auto ended = [this, &stop](Error error) {
    if (ends(stop)) return cancelled();
    return error.code == Errc::kUnavailable ? broken(std::move(error)) : failed(std::move(error));
  };
  auto recalled = co_await parts_.services.workspace.recall(caller_);
  if (!recalled) co_return failed(std::move(recalled).error());
  talk.client.hear(AcpClient::Telling::kOld);
  auto way = co_await talk.session.open(recalled->session);
  talk.client.hear(AcpClient::Telling::kNew);
  if (!way) co_return ended(std::move(way).error());
  auto words = co_await first_words(assignment, *way, *recalled);
  if (!words) co_return failed(std::move(words).error());
  for (;;) {
    if (ends(stop)) co_return cancelled();
    parts_.host.enter_state(caller_, "executing", "the program works");
    const ReportedUse before = talk.client.use();
    auto reply = co_await turn(talk, std::exchange(*words, {}), stop);
    auto said = co_await talk.client.end_turn();
    if (!said) co_return failed(std::move(said).error());
    if (!reply) {
      co_return ends(stop) ? cancelled() : broken(std::move(reply).error());
    }
    auto used = co_await record_use(*reply, before, talk.client.use());
    if (!used) co_return failed(std::move(used).error());
    Outcome outcome = outcome_of(*reply, *std::move(said));
    if (ends(stop)) co_return outcome.state == State::kSucceeded ? outcome : cancelled();
    auto heard = co_await hear();
    if (!heard) co_return failed(std::move(heard).error());
    if (heard->text.empty()) co_return outcome;
    *words = *std::move(heard);
  }
}

bool AcpRunner::ends(const std::stop_token& stop) const {
  return stop.stop_requested() || parts_.host.pausing(caller_);
}

awaitable<void> AcpRunner::ask(AcpSession& session, Words words) {
  reply_ = co_await session.prompt(std::move(words.text), std::move(words.images));
  changed_->notify_all();
}

awaitable<Result<Reply>> AcpRunner::turn(Talk talk, Words words, std::stop_token stop) {
  reply_.reset();
  talk.client.begin_turn();
  const std::stop_callback wake(stop, [strand = strand_, changed = changed_] {
    asio::post(strand, [changed] { changed->notify_all(); });
  });
  tasks_.spawn("a turn of an agent's program", ask(talk.session, std::move(words)));
  std::optional<SteadyClock::time_point> cancelled_at;
  bool killed = false;
  while (!reply_) {
    const auto now = SteadyClock::now();
    const bool over = ends(stop);
    const bool interrupted = over || !parts_.host.steering(caller_).empty();
    if (interrupted && !cancelled_at) {
      cancelled_at = now;
      talk.client.cancel_turn();
      // A program that cannot be told is about to be ended.
      const auto told = co_await talk.session.cancel();
      if (!told) spdlog::debug("agent {}: {}", caller_.agent, told.error().message);
    }
    if (over && !killed && now >= *cancelled_at + limits::kAcpCancelMax) {
      killed = true;
      talk.process.kill();
    }
    if (!reply_) co_await changed_->wait_until(now + kLookEvery);
  }
  co_return *std::exchange(reply_, std::nullopt);
}

awaitable<Result<AcpRunner::Words>> AcpRunner::hear() {
  const std::vector<Steering> said = parts_.host.steering(caller_);
  if (said.empty()) co_return Words{};
  Conversation::Told told;
  for (const Steering& each : said) told.heeds.push_back(each.id);
  Words words{steering_notice(said) + "\n\nGo on with the task, and heed this."};
  for (const Steering& each : said) {
    CO_TRY(auto images, co_await fetch_images(parts_.host, caller_, each.images));
    std::ranges::move(images, std::back_inserter(words.images));
  }
  json::object data = Conversation::turns_event(caller_.agent, {steering_turn(said)}, told);
  CO_TRY_VOID(co_await parts_.host.record(caller_, "conversation_turn", std::move(data)));
  co_return words;
}

Outcome AcpRunner::outcome_of(const Reply& reply, std::string said) const {
  if (reply.refusal) {
    return failed({Errc::kUnavailable, "the program could not go on: " + reply.refusal->message,
                   "its own log is in the agent's home, beside the project"});
  }
  const json::object* result = reply.result.if_object();
  const std::string stop = result == nullptr ? "" : find_string(*result, "stopReason").value_or("");
  if (stop == "end_turn") return {State::kSucceeded, std::move(said), {}};
  if (stop == "refusal") {
    return failed({Errc::kDenied, "the model refused",
                   "put the task differently or give it to another agent"});
  }
  if (stop == "max_tokens" || stop == "max_turn_requests") {
    return failed({Errc::kLimit, "the program ended at a limit of its own: " + stop,
                   "split the task, or retry it to go on"});
  }
  if (stop == "cancelled") {
    return failed({Errc::kUnavailable, "the program ended its turn by itself", "retry the task"});
  }
  return failed(invalid("the program ended its turn with '" + stop + "'"));
}

awaitable<Result<void>> AcpRunner::record_use(const Reply& reply, const ReportedUse& before,
                                              const ReportedUse& after) {
  // What passes through the server is counted there.
  if (parts_.agent.models != nullptr) co_return Result<void>{};
  const json::object* result = reply.result.if_object();
  const json::object* usage = result == nullptr ? nullptr : find_object(*result, "usage");
  const auto count = [usage](std::string_view key) {
    return usage == nullptr ? 0 : std::max<std::int64_t>(0, find_int(*usage, key).value_or(0));
  };
  json::value cost = nullptr;
  if (after.session_usd) {
    cost = std::max(0.0, *after.session_usd - before.session_usd.value_or(0));
  }
  const std::int64_t thought = count("thoughtTokens");
  json::object data{{"agent", caller_.agent},
                    {"provider", "acp"},
                    {"model", parts_.model},
                    {"input", count("inputTokens")},
                    {"cached", count("cachedReadTokens")},
                    {"cache_write", count("cachedWriteTokens")},
                    {"cache_write_long", 0},
                    {"output", count("outputTokens") + thought},
                    {"reasoning", thought},
                    {"requests", 1},
                    {"simulated", false},
                    {"cost_usd", std::move(cost)},
                    {"saved_usd", nullptr}};
  if (after.context_tokens > 0) data["context"] = after.context_tokens;
  CO_TRY_VOID(co_await parts_.host.record(caller_, "usage_recorded", std::move(data)));
  co_return Result<void>{};
}

}  // namespace coditect::agents::acp
