#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agents/agent_host.h"
#include "providers/dialect.h"
#include "providers/wire/sse_parser.h"

namespace coditect::agents::door {

/// Reads off an answer that passes by what it is billed. It never changes it, and what it does not
/// understand it leaves alone.
///
/// Threads: one at a time.
class UsageMeter {
 public:
  UsageMeter(const providers::Dialect& dialect, const std::string& model);

  void take(std::string_view bytes);
  /// What was heard once the answer has ended, or broken off.
  Settlement finish();

 private:
  void hear(const std::vector<providers::SseEvent>& events);

  const std::unique_ptr<providers::AnswerDecoder> decoder_;
  providers::SseParser parser_;
  bool readable_ = true;
};

}  // namespace coditect::agents::door
