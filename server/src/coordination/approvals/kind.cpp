#include "coordination/approvals/kind.h"

#include <string>

namespace coditect::approvals {

std::string_view to_string(Kind kind) { return kind == Kind::kLock ? "lock" : "call"; }

Result<Kind> parse_kind(std::string_view text) {
  if (text == "call") return Kind::kCall;
  if (text == "lock") return Kind::kLock;
  return invalid("'" + std::string(text) + "' is nothing that is asked about");
}

std::string_view answer_word(Kind kind, Decision answer) {
  const bool lock = kind == Kind::kLock;
  switch (answer) {
    case Decision::kAllow: return lock ? "approve" : "allow";
    case Decision::kDeny: return lock ? "cancel" : "deny";
    case Decision::kAsk: return lock ? "wait" : "ask";
  }
  return "deny";
}

Result<Decision> parse_answer_word(Kind kind, std::string_view word) {
  for (const Decision answer : {Decision::kAllow, Decision::kDeny, Decision::kAsk}) {
    if (kind == Kind::kCall && answer == Decision::kAsk) continue;
    if (answer_word(kind, answer) == word) return answer;
  }
  return invalid("'" + std::string(word) + "' is not an answer",
                 kind == Kind::kLock ? "use approve, wait or cancel" : "use allow or deny");
}

Result<Decision> parse_answer_word(std::string_view word) {
  if (auto answer = parse_answer_word(Kind::kLock, word)) return answer;
  return parse_answer_word(Kind::kCall, word);
}

}  // namespace coditect::approvals
