#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agents/acp/acp_client.h"
#include "agents/acp/acp_host.h"
#include "agents/acp/acp_process.h"
#include "agents/acp/acp_services.h"
#include "agents/acp/acp_session.h"
#include "agents/door/model_door.h"
#include "agents/external_agent.h"
#include "agents/task_runner.h"
#include "async/linked_stop.h"
#include "async/notifier.h"
#include "async/task_group.h"

namespace coditect::agents::acp {

/// Gives one task to a program that speaks the Agent Client Protocol, in a sandbox.
///
/// The program's files are the workspace's: what it changes through its client takes the way of
/// every write, and what it changes on the disk by itself is found there. It may change a file once
/// the file is locked for its agent. Where it was interrupted, the next run opens its session
/// again.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive run().
/// Errors:   a program that ends, hangs at its start or speaks no protocol breaks down
///           (Outcome::State::kBrokeDown): the task is tried again.
/// Stopping: the turn is cancelled; a program that does not heed that is ended.
class AcpRunner final : public TaskRunner {
 public:
  struct Parts {
    AgentHost& host;
    const AcpServices& services;
    const ExternalAgent& agent;
    std::string model;  ///< as people know it
  };

  AcpRunner(const Strand& strand, Parts parts);

  awaitable<Outcome> run(Assignment assignment, std::stop_token stop) override;

 private:
  /// Of one connection to the program.
  struct Talk {
    AcpSession& session;
    AcpClient& client;
    AcpProcess& process;
  };

  /// What is said to the program at once.
  struct Words {
    std::string text;
    std::vector<providers::ImageBlock> images = {};
  };

  /// From the start of the program to its end.
  awaitable<Outcome> run_program(Assignment assignment, tools::CommandScope scope,
                                 std::stop_token stop);
  /// How the program is started; `door` is its way to its model, null for none.
  awaitable<Result<tools::PipedSpec>> program(const tools::CommandScope& scope,
                                              door::ModelDoor* door);
  /// From its first message to its last.
  awaitable<Outcome> talk_to(AcpProcess& process, const Assignment& assignment, LinkedStop& over,
                             std::stop_token stop);
  awaitable<Outcome> converse(Talk talk, const Assignment& assignment, std::stop_token stop);
  /// What the program is asked first.
  awaitable<Result<Words>> first_words(const Assignment& assignment, AcpSession::Way way,
                                       const Recalled& recalled);
  /// One turn, to its end.
  awaitable<Result<Reply>> turn(Talk talk, Words words, std::stop_token stop);
  awaitable<void> ask(AcpSession& session, Words words);
  /// Takes up what people have said: what to say to the program; no text for nothing.
  awaitable<Result<Words>> hear();
  awaitable<Result<void>> record_use(const Reply& reply, const ReportedUse& before,
                                     const ReportedUse& after);
  /// Whether the turn is to end now, and the program is not to be asked again.
  bool ends(const std::stop_token& stop) const;
  Outcome outcome_of(const Reply& reply, std::string said) const;

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  tools::Caller caller_;
  std::optional<Result<Reply>> reply_;  ///< of the turn under way
  std::shared_ptr<Notifier> changed_;   ///< shared with stops that may come late
  TaskGroup tasks_;
};

}  // namespace coditect::agents::acp
