#pragma once

#include <string>

#include "api/people/role.h"
#include "base/clock.h"
#include "base/strong_id.h"

namespace coditect::api {

/// Somebody who has taken an invitation. Their actor is `user:NAME`.
struct Person {
  std::string id;
  std::string name;  ///< of this person alone, also after they were removed
  Role role = Role::kViewer;
  WorkspaceId workspace;  ///< the only one they are let into; "" for all
  Time joined_at{};
  std::string invited_by;    ///< an actor
  bool removed = false;      ///< kept, so that the name in the log stays theirs
  std::string role_by = {};  ///< the actor who gave them another role; "" for the invitation's
  Time role_at{};            ///< and when
};

/// A way in for those who have its secret, of which only the hash is kept.
struct Invitation {
  std::string id;
  std::string hash;  ///< SHA-256 of the secret, hex
  Role role = Role::kViewer;
  WorkspaceId workspace;
  Time expires_at{};
  int uses_left = 1;
  Time made_at{};
  std::string made_by;
};

}  // namespace coditect::api
