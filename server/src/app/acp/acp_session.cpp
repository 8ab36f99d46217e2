#include "app/acp/acp_session.h"

namespace coditect::app {

std::string unshown(AcpSession::Running& running, const std::string& whole) {
  if (running.shown.starts_with(whole)) return {};
  std::string more = whole;
  if (whole.starts_with(running.shown)) {
    more = whole.substr(running.shown.size());
  } else {
    running.logged.clear();  // another answer has begun
  }
  running.shown = whole;
  return more;
}

std::string unshown_message(AcpSession::Running& running, const std::string& text) {
  running.answered += (running.answered.empty() ? "" : "\n") + text;
  running.logged += text;
  if (running.shown.starts_with(running.logged)) return {};
  if (running.logged.starts_with(running.shown)) {
    std::string more = running.logged.substr(running.shown.size());
    running.shown = running.logged;
    return more;
  }
  // What was shown was of a call that was made again.
  running.shown = text;
  running.logged = text;
  return "\n" + text;
}

}  // namespace coditect::app
