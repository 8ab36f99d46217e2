#pragma once

#include <string>

#include "api/auth/authenticator.h"
#include "api/http/routes.h"
#include "api/people/attempts.h"
#include "api/people/caller.h"
#include "api/people/open_doors.h"
#include "api/people/people.h"
#include "async/blocking_pool.h"
#include "net/http.h"
#include "registry/registry.h"

namespace coditect::api {

/// Answers what is asked about people and invitations, and lets in who has one.
///
/// Threads:  any.
/// Lifetime: its parts outlive it.
class PeopleHandler {
 public:
  struct Parts {
    People& people;
    Attempts& attempts;
    OpenDoors& doors;
    const Authenticator& authenticator;
    registry::Registry& registry;
    BlockingPool& disk;
  };

  explicit PeopleHandler(Parts parts) : parts_(parts) {}

  /// `caller` is nobody where the route is open. `id` is what the path names, "" where nothing.
  awaitable<net::Response> answer(Operation operation, const net::Request& request, Caller caller,
                                  std::string id);

 private:
  awaitable<net::Response> invite(const net::Request& request, std::string actor);
  awaitable<net::Response> look(const net::Request& request);
  awaitable<net::Response> join(const net::Request& request);
  awaitable<net::Response> remove(std::string id);
  awaitable<net::Response> give_role(const net::Request& request, Caller caller, std::string id);
  awaitable<net::Response> revoke(std::string id);
  net::Response people() const;
  awaitable<net::Response> invitations();
  /// Whether the workspace is there that an invitation is for; one in the trash is not.
  awaitable<bool> leads_somewhere(const WorkspaceId& workspace);
  net::Response refused(const net::Request& request, const Error& error);

  const Parts parts_;
};

}  // namespace coditect::api
