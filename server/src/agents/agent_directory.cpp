#include "agents/agent_directory.h"

namespace coditect::agents {

AgentDirectory::AgentDirectory(std::vector<AgentDefinition> agents) : agents_(std::move(agents)) {}

const AgentDefinition* AgentDirectory::find(std::string_view name) const {
  for (const AgentDefinition& agent : agents_) {
    if (agent.name == name) return &agent;
  }
  return nullptr;
}

std::vector<std::string> AgentDirectory::names() const {
  std::vector<std::string> names;
  for (const AgentDefinition& agent : agents_) names.push_back(agent.name);
  return names;
}

}  // namespace coditect::agents
