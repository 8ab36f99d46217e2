#pragma once

#include <cstdint>
#include <string>

#include "api/people/role.h"
#include "base/strong_id.h"

namespace coditect::api {

/// Who asks, as the credentials of a request say.
struct Caller {
  std::string actor;  ///< "user:NAME", "agent:NAME"
  Role role = Role::kViewer;
  std::string person;            ///< the id of an invited person; "" for whoever has the token
  WorkspaceId only;              ///< the one workspace that they are let into; "" for all
  std::uint64_t connection = 0;  ///< which WebSocket; 0 for a request
};

/// Whoever holds the server's token, and what it lets in by other doors.
inline Caller owner_caller(std::string actor) {
  return {std::move(actor), Role::kOwner, {}, {}, 0};
}

}  // namespace coditect::api
