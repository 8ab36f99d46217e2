#include "agents/agent_directory.h"

#include "base/check.h"

namespace coditect::agents {

AgentDirectory::AgentDirectory(std::vector<AgentDefinition> agents)
    : agents_(std::make_shared<std::vector<AgentDefinition>>(std::move(agents))) {}

AgentDirectory::Agents AgentDirectory::agents() const {
  const std::scoped_lock lock(mutex_);
  return agents_;
}

std::shared_ptr<const AgentDefinition> AgentDirectory::find(std::string_view name) const {
  const Agents now = agents();
  for (const AgentDefinition& agent : *now) {
    if (agent.name == name) return {now, &agent};
  }
  return nullptr;
}

std::vector<std::string> AgentDirectory::names() const {
  const Agents now = agents();
  std::vector<std::string> names;
  for (const AgentDefinition& agent : *now) names.push_back(agent.name);
  return names;
}

void AgentDirectory::replace(std::vector<AgentDefinition> agents) {
  Agents made = std::make_shared<std::vector<AgentDefinition>>(std::move(agents));
  const std::scoped_lock lock(mutex_);
  check(made->size() == agents_->size(), "a node's agents stay the same ones");
  agents_.swap(made);
}

}  // namespace coditect::agents
