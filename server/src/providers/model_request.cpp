#include "providers/model_request.h"

namespace coditect::providers {

std::string_view to_string(Effort effort) {
  switch (effort) {
    case Effort::kNone: return "none";
    case Effort::kMinimal: return "minimal";
    case Effort::kLow: return "low";
    case Effort::kMedium: return "medium";
    case Effort::kHigh: return "high";
    case Effort::kXHigh: return "xhigh";
    case Effort::kMax: return "max";
  }
  return "medium";
}

}  // namespace coditect::providers
