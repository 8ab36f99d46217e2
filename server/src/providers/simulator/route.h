#pragma once

#include <string>
#include <string_view>

#include "net/http.h"
#include "providers/simulator/conversation.h"

namespace coditect::simulator {

/// What a request wants of which vendor.
struct Route {
  enum class Action {
    kGenerate,
    kStreamSse,   ///< Gemini: a path of its own
    kStreamJson,  ///< Gemini without alt=sse: one JSON array
    kCountTokens,
    kListModels,
    kGetModel,
    kEmbed,
    kUnknown,      ///< 404
    kWrongMethod,  ///< 405
  };
  Vendor vendor = Vendor::kOpenai;
  Action action = Action::kUnknown;
  std::string model;         ///< where the path names it
  std::string_view allowed;  ///< the method that kWrongMethod should have been
};

/// Decides by the path alone, except where two vendors share one: GET /v1/models and unknown paths
/// belong to the vendor whose headers the request carries.
Route route_of(const net::RequestHead& head);

}  // namespace coditect::simulator
