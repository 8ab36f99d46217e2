#include "tools/sandbox/follow_program.h"

#include <utility>

namespace coditect::tools {

void follow_program(const CommandSpec& spec, const LaunchProgram& launch, Streams streams,
                    std::promise<Result<void>> started,
                    const std::function<void(Result<CommandResult> end)>& on_exit) {
  auto launched = launch(spec, std::move(streams));
  if (!launched) {
    started.set_value(std::move(launched).error());
    return;
  }
  started.set_value({});
  Result<CommandResult> end = [&] {
    RunningCommand running(spec, launched->cgroup, std::move(launched->parts));
    return running.follow();
  }();
  on_exit(std::move(end));
}

}  // namespace coditect::tools
