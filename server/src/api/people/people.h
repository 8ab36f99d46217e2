#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/people/caller.h"
#include "api/people/person.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "base/result.h"

namespace coditect::api {

/// The people of a node and the invitations that are open, in one small file beside the token
/// (docs/formats/people.md). It is no part of any workspace: a log knows people by their name.
///
/// Threads:    any; what changes something writes the file and belongs on a pool. Reading never
///             waits for a write.
/// Lifetime:   clock and random outlive it.
/// Invariants: what is returned is on stable storage; no two people, removed ones included, have
///             names that differ in case alone; a secret is returned once and never kept.
/// Errors:     kInvalid, kNotFound, kConflict for a name that is taken, kLimit.
class People {
 public:
  struct Options {
    std::filesystem::path file;
    std::vector<std::string> reserved;  ///< names of agents and of the owner
  };
  static Result<std::unique_ptr<People>> open(Options options, const Clock& clock, Random& random);

  struct Wanted {
    Role role = Role::kViewer;
    WorkspaceId workspace;
    std::chrono::seconds life{0};
    int uses = 1;
    std::string made_by;
  };
  struct Made {
    Invitation invitation;
    std::string secret;
  };
  Result<Made> invite(Wanted wanted);
  /// Those that are still good, oldest first.
  std::vector<Invitation> invitations() const;
  Result<void> revoke(std::string_view id);
  /// What a secret opens; kNotFound for one that opens nothing (any more).
  Result<Invitation> look(std::string_view secret) const;
  /// Uses the invitation once.
  Result<Person> join(std::string_view secret, std::string_view name);

  /// Those who are let in, oldest first.
  std::vector<Person> people() const;
  /// Nothing for somebody who was removed.
  std::optional<Person> find(std::string_view id) const;
  /// Lets somebody in no longer.
  Result<Person> remove(std::string_view id);
  /// Gives somebody another role; kDenied where `by` is no owner any more, or is that person:
  /// since nobody changes their own role, whoever does it stays as an owner.
  Result<Person> give_role(std::string_view id, Role role, const Caller& by);

 private:
  struct Book {
    std::vector<Person> people;
    std::vector<Invitation> invitations;
  };

  People(Options options, const Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), random_(random) {}
  static json::object to_json(const Book& book);
  static Result<Book> parse(const json::object& object);
  Book copy() const;
  Result<void> save(Book book);
  Result<void> check_name(std::string_view name, const Book& book) const;
  bool is_good(const Invitation& invitation) const;
  std::vector<Invitation>::iterator opened_by(Book& book, std::string_view secret) const;

  const Options options_;
  const Clock& clock_;
  Random& random_;
  std::mutex writing_;  // held while the file is written; before mutex_
  mutable std::mutex mutex_;
  Book book_;  // guarded by mutex_
};

}  // namespace coditect::api
