#include "agents/acp/acp_prompt.h"

#include "agents/prompt.h"

namespace coditect::agents::acp {

namespace {

constexpr std::string_view kRules =
    "Other coding agents and people work on this project with you at the same time, on the same "
    "files. A file that you change is locked for you meanwhile; where a change is refused because "
    "somebody else was quicker, read the file again, keep their change, and put yours on top. "
    "There is little or no network. End with one short paragraph: what you changed and what is "
    "left.\n";

std::string listed(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "- " + line + "\n";
  return text;
}

}  // namespace

std::string opening_prompt(const Assignment& assignment, std::string_view shared_context,
                           const Recalled& recalled) {
  std::string context = std::string(kRules) + role_notice(assignment.role);
  context += shared_context;
  if (!recalled.changed.empty()) {
    context += "You have changed these files for this task before:\n" + listed(recalled.changed);
  }
  if (!recalled.did.empty()) context += "What you did for it last:\n" + listed(recalled.did);
  if (!recalled.said.empty()) context += "What you said last: " + recalled.said + "\n";
  return task_prompt(assignment, context);
}

std::string going_on_prompt(const Assignment& assignment) {
  return "You were interrupted while you worked on this task. Look at what is done already, and go "
         "on from there.\n\n" +
         assignment.prompt;
}

}  // namespace coditect::agents::acp
