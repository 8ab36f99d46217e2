#include "coordination/approvals/mode.h"

#include <array>
#include <string>
#include <utility>

namespace coditect::approvals {

namespace {

constexpr std::array<std::pair<Decision, std::string_view>, 3> kDecisions{{
    {Decision::kAllow, "allow"},
    {Decision::kAsk, "ask"},
    {Decision::kDeny, "deny"},
}};

constexpr std::array<std::pair<Mode, std::string_view>, 4> kModes{{
    {Mode::kReadOnly, "read-only"},
    {Mode::kAsk, "ask"},
    {Mode::kAutoEdit, "auto-edit"},
    {Mode::kFull, "full"},
}};

}  // namespace

std::string_view to_string(Decision decision) {
  for (const auto& [known, name] : kDecisions) {
    if (known == decision) return name;
  }
  return "deny";
}

Result<Decision> parse_decision(std::string_view text) {
  for (const auto& [decision, name] : kDecisions) {
    if (name == text) return decision;
  }
  return invalid("'" + std::string(text) + "' is not a decision", "use allow, ask or deny");
}

std::string_view to_string(Mode mode) {
  for (const auto& [known, name] : kModes) {
    if (known == mode) return name;
  }
  return "read-only";
}

Result<Mode> parse_mode(std::string_view text) {
  for (const auto& [mode, name] : kModes) {
    if (name == text) return mode;
  }
  return invalid("'" + std::string(text) + "' is not a mode",
                 "use read-only, ask, auto-edit or full");
}

Decision decision_of(Mode mode, Effect effect) {
  if (effect == Effect::kReads) return Decision::kAllow;
  switch (mode) {
    case Mode::kReadOnly: return Decision::kDeny;
    case Mode::kAsk: return Decision::kAsk;
    case Mode::kAutoEdit: return effect == Effect::kEdits ? Decision::kAllow : Decision::kAsk;
    case Mode::kFull: return Decision::kAllow;
  }
  return Decision::kDeny;
}

}  // namespace coditect::approvals
