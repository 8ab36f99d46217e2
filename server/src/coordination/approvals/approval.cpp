#include "coordination/approvals/approval.h"

#include "coordination/approvals/limits.h"

namespace coditect::approvals {

namespace {

/// The longest beginning of at most `bytes_max` bytes that ends with a whole character.
std::string_view beginning(std::string_view text, std::size_t bytes_max) {
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

std::string_view to_string(Expiry expiry) {
  switch (expiry) {
    case Expiry::kTimeout: return "timeout";
    case Expiry::kCancelled: return "cancelled";
    case Expiry::kInterrupted: return "interrupted";
    case Expiry::kPolicy: return "policy";
    case Expiry::kOver: return "over";
  }
  return "interrupted";
}

json::object approval_json(const Approval& approval) {
  json::object object{{"id", approval.id},
                      {"agent", approval.agent},
                      {"task", approval.task},
                      {"tool", approval.tool},
                      {"input", approval.input},
                      {"why", approval.why},
                      {"requested_at", to_rfc3339(approval.requested_at)},
                      {"expires_at", to_rfc3339(approval.expires_at)}};
  if (approval.kind == Kind::kCall) return object;
  object["kind"] = to_string(approval.kind);
  object["choices"] = {answer_word(approval.kind, Decision::kAllow),
                       answer_word(approval.kind, Decision::kAsk),
                       answer_word(approval.kind, Decision::kDeny)};
  return object;
}

Result<Approval> parse_approval(const json::object& object) {
  Approval approval;
  TRY(approval.id, need_string(object, "id"));
  TRY(approval.agent, need_string(object, "agent"));
  TRY(approval.task, need_string(object, "task"));
  TRY(approval.tool, need_string(object, "tool"));
  TRY(approval.why, need_string(object, "why"));
  const json::object* input = find_object(object, "input");
  if (input == nullptr) return invalid("an approval lacks 'input'");
  approval.input = *input;
  TRY(const std::string requested, need_string(object, "requested_at"));
  TRY(approval.requested_at, parse_rfc3339(requested));
  TRY(const std::string expires, need_string(object, "expires_at"));
  TRY(approval.expires_at, parse_rfc3339(expires));
  TRY(approval.kind, parse_kind(find_string(object, "kind").value_or("call")));
  return approval;
}

json::object shown_input(const json::object& input) {
  json::object shown = input;
  for (auto& member : shown) {
    const json::string* text = member.value().if_string();
    if (text == nullptr || text->size() <= kShownBytesMax) continue;
    const std::size_t whole = text->size();
    member.value() = std::string(beginning(*text, kShownBytesMax)) + "\n[" + std::to_string(whole) +
                     " bytes in all]";
  }
  return shown;
}

}  // namespace coditect::approvals
