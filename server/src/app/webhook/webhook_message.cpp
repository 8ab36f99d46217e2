#include "app/webhook/webhook_message.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/hex.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::app {

namespace {

constexpr std::size_t kTextBytesMax = 500;

/// A text of ours or of an agent, cut between characters.
json::string cut(std::string_view text) {
  return json::string(text.substr(0, tools::utf8_prefix(text, kTextBytesMax)));
}

}  // namespace

json::object webhook_message(const workspace::Question& question, std::string_view studio) {
  while (studio.ends_with('/')) studio.remove_suffix(1);
  return {{"event", "approval_requested"},
          {"id", question.id},
          {"workspace", question.workspace.str()},
          {"workspace_name", cut(question.workspace_name)},
          {"agent", question.agent},
          {"task", question.task},
          {"tool", question.tool},
          {"summary", cut(question.summary)},
          {"why", cut(question.why)},
          {"requested_at", to_rfc3339(question.requested_at)},
          {"expires_at", to_rfc3339(question.expires_at)},
          {"link", std::string(studio) + "/#/workspaces/" + question.workspace.str()}};
}

std::string webhook_signature(std::string_view secret, std::string_view body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* done =
      HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  check(done != nullptr, "HMAC-SHA256");
  return "sha256=" + to_hex({digest, size});
}

}  // namespace coditect::app
