#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "workspace/approvals/question_listener.h"

namespace coditect::app {

/// What a webhook is sent for a question that waits: {event, id, workspace, workspace_name, agent,
/// task, tool, summary, why, requested_at, expires_at, link}. Bounded, and without the call's
/// input. `studio` is where people reach the studio. Pure.
json::object webhook_message(const workspace::Question& question, std::string_view studio);

/// "sha256=" and the hexadecimal HMAC-SHA256 of `body` under `secret`, as for X-Coditect-Signature.
std::string webhook_signature(std::string_view secret, std::string_view body);

}  // namespace coditect::app
