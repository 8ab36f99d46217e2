#include "api/people/people.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "api/people/people_limits.h"
#include "base/posix_file.h"
#include "base/sha256.h"

namespace coditect::api {

namespace {

constexpr std::int64_t kForm = 1;  // docs/formats/people.md

std::string lower(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return low;
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What means somebody else where a name is asked for or shown.
bool is_reserved(std::string_view low) {
  constexpr std::string_view kWords[] = {"all",     "auto", "user", "agent", "system",
                                         "process", "you",  "me",   "server"};
  return std::ranges::find(kWords, low) != std::end(kWords);
}

std::int64_t micros(Time time) { return time.time_since_epoch().count(); }

Result<Time> need_time(const json::object& object, std::string_view key) {
  TRY(const std::int64_t value, need_int(object, key));
  return Time(std::chrono::microseconds(value));
}

Result<Role> need_role(const json::object& object) {
  TRY(const std::string word, need_string(object, "role"));
  const auto role = parse_role(word);
  if (!role) return invalid("'" + word + "' is no role");
  return *role;
}

json::object person_json(const Person& person) {
  json::object row{{"id", person.id},
                   {"name", person.name},
                   {"role", to_string(person.role)},
                   {"workspace", person.workspace.str()},
                   {"joined_at", micros(person.joined_at)},
                   {"invited_by", person.invited_by},
                   {"removed", person.removed}};
  if (!person.role_by.empty()) {
    row["role_by"] = person.role_by;
    row["role_at"] = micros(person.role_at);
  }
  return row;
}

Result<Person> parse_person(const json::object& object) {
  Person person;
  TRY(person.id, need_string(object, "id"));
  TRY(person.name, need_string(object, "name"));
  TRY(person.role, need_role(object));
  TRY(person.joined_at, need_time(object, "joined_at"));
  person.workspace = WorkspaceId(find_string(object, "workspace").value_or(""));
  person.invited_by = find_string(object, "invited_by").value_or("");
  person.removed = find_bool(object, "removed").value_or(false);
  person.role_by = find_string(object, "role_by").value_or("");
  if (!person.role_by.empty()) {
    TRY(person.role_at, need_time(object, "role_at"));
  }
  return person;
}

json::object invitation_json(const Invitation& invitation) {
  return {{"id", invitation.id},
          {"hash", invitation.hash},
          {"role", to_string(invitation.role)},
          {"workspace", invitation.workspace.str()},
          {"expires_at", micros(invitation.expires_at)},
          {"uses_left", invitation.uses_left},
          {"made_at", micros(invitation.made_at)},
          {"made_by", invitation.made_by}};
}

Result<Invitation> parse_invitation(const json::object& object) {
  Invitation invitation;
  TRY(invitation.id, need_string(object, "id"));
  TRY(invitation.hash, need_string(object, "hash"));
  TRY(invitation.role, need_role(object));
  TRY(invitation.expires_at, need_time(object, "expires_at"));
  TRY(invitation.made_at, need_time(object, "made_at"));
  TRY(const std::int64_t uses, need_int(object, "uses_left"));
  invitation.uses_left = static_cast<int>(uses);
  invitation.workspace = WorkspaceId(find_string(object, "workspace").value_or(""));
  invitation.made_by = find_string(object, "made_by").value_or("");
  return invitation;
}

/// Reads a list of objects by `parse`.
template <class T>
Result<std::vector<T>> parse_all(const json::object& object, std::string_view key,
                                 Result<T> (*parse)(const json::object&)) {
  const json::array* rows = find_array(object, key);
  if (rows == nullptr) return invalid("'" + std::string(key) + "' is missing");
  std::vector<T> all;
  for (const json::value& row : *rows) {
    if (!row.is_object()) return invalid("'" + std::string(key) + "' holds no object");
    TRY(T one, parse(row.as_object()));
    all.push_back(std::move(one));
  }
  return all;
}

Error no_invitation() {
  return not_found("this invitation is not valid",
                   "it was used, has expired or was taken back: ask for a new one");
}

}  // namespace

json::object People::to_json(const Book& book) {
  json::array people;
  for (const Person& each : book.people) people.push_back(person_json(each));
  json::array invitations;
  for (const Invitation& each : book.invitations) invitations.push_back(invitation_json(each));
  return {{"form", kForm}, {"people", std::move(people)}, {"invitations", std::move(invitations)}};
}

Result<People::Book> People::parse(const json::object& object) {
  TRY(const std::int64_t form, need_int(object, "form"));
  if (form != kForm) return invalid("it has form " + std::to_string(form) + ", not 1");
  Book book;
  TRY(book.people, parse_all(object, "people", parse_person));
  TRY(book.invitations, parse_all(object, "invitations", parse_invitation));
  return book;
}

Result<std::unique_ptr<People>> People::open(Options options, const Clock& clock, Random& random) {
  std::unique_ptr<People> people(new People(std::move(options), clock, random));
  auto text = read_file(people->options_.file);
  if (!text && text.error().code == Errc::kNotFound) return people;
  if (!text) return std::move(text).error();
  const std::string where = "reading " + people->options_.file.string();
  auto object = parse_json_object(*text);
  if (!object) return std::move(object).error().in(where);
  auto book = parse(*object);
  if (!book) return std::move(book).error().in(where);
  people->book_ = *std::move(book);
  return people;
}

People::Book People::copy() const {
  const std::scoped_lock hold(mutex_);
  return book_;
}

/// With writing_ held.
Result<void> People::save(Book book) {
  TRY_VOID(write_file_atomically(options_.file, json::serialize(to_json(book)) + "\n", 0600));
  const std::scoped_lock hold(mutex_);
  book_ = std::move(book);
  return {};
}

bool People::is_good(const Invitation& invitation) const {
  return invitation.uses_left > 0 && invitation.expires_at > clock_.now();
}

Result<People::Made> People::invite(Wanted wanted) {
  if (wanted.role == Role::kOwner && !wanted.workspace.empty()) {
    return invalid("an owner is an owner of the whole server", "leave 'workspace' out");
  }
  const std::chrono::seconds life =
      wanted.life.count() == 0 ? std::chrono::seconds(limits::kInvitationLife) : wanted.life;
  const std::scoped_lock hold(writing_);
  Book book = copy();
  std::erase_if(book.invitations, [this](const Invitation& each) { return !is_good(each); });
  if (book.invitations.size() >= limits::kInvitationsMax) {
    return Error{Errc::kLimit, "100 invitations are open", "take some back first"};
  }
  Made made;
  made.secret = new_secret();
  made.invitation = {random_.id("i_"),    sha256_hex(made.secret),
                     wanted.role,         std::move(wanted.workspace),
                     clock_.now() + life, wanted.uses,
                     clock_.now(),        std::move(wanted.made_by)};
  book.invitations.push_back(made.invitation);
  TRY_VOID(save(std::move(book)));
  return made;
}

std::vector<Invitation> People::invitations() const {
  Book book = copy();
  std::erase_if(book.invitations, [this](const Invitation& each) { return !is_good(each); });
  return std::move(book.invitations);
}

Result<void> People::revoke(std::string_view id) {
  const std::scoped_lock hold(writing_);
  Book book = copy();
  const auto same = [id](const Invitation& each) { return each.id == id; };
  if (std::erase_if(book.invitations, same) == 0) {
    return not_found("there is no such invitation");
  }
  return save(std::move(book));
}

/// Compares hashes, every one of them, without telling by its time how much was right.
std::vector<Invitation>::iterator People::opened_by(Book& book, std::string_view secret) const {
  const std::string hash = sha256_hex(secret);
  auto found = book.invitations.end();
  for (auto each = book.invitations.begin(); each != book.invitations.end(); ++each) {
    const bool same = each->hash.size() == hash.size() &&
                      CRYPTO_memcmp(each->hash.data(), hash.data(), hash.size()) == 0;
    if (same && is_good(*each)) found = each;
  }
  return found;
}

Result<Invitation> People::look(std::string_view secret) const {
  Book book = copy();
  const auto found = opened_by(book, secret);
  if (found == book.invitations.end()) return no_invitation();
  return *found;
}

Result<void> People::check_name(std::string_view name, const Book& book) const {
  const bool fits = !name.empty() && name.size() <= limits::kPersonNameBytesMax &&
                    is_letter_or_digit(name.front()) && std::ranges::all_of(name, [](char c) {
                      return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
                    });
  if (!fits) {
    return invalid("'" + std::string(name) + "' cannot be a name",
                   "use 1 to 32 letters a-z, digits, dots, - and _, a letter or digit first");
  }
  const std::string low = lower(name);
  const auto same = [&low](std::string_view other) { return lower(other) == low; };
  if (is_reserved(low) || std::ranges::any_of(options_.reserved, same) ||
      std::ranges::any_of(book.people, same, &Person::name)) {
    return Error{Errc::kConflict, "the name '" + std::string(name) + "' is taken",
                 "a person, an agent or somebody who has left has it: choose another one"};
  }
  return {};
}

Result<Person> People::join(std::string_view secret, std::string_view name) {
  const std::scoped_lock hold(writing_);
  Book book = copy();
  const auto found = opened_by(book, secret);
  if (found == book.invitations.end()) return no_invitation();
  TRY_VOID(check_name(name, book));
  if (book.people.size() >= limits::kPeopleMax) {
    return Error{Errc::kLimit, "this server knows 1000 people and takes no more", {}};
  }
  Person person{random_.id("p_"), std::string(name), found->role,
                found->workspace, clock_.now(),      found->made_by};
  --found->uses_left;
  book.people.push_back(person);
  TRY_VOID(save(std::move(book)));
  return person;
}

std::vector<Person> People::people() const {
  Book book = copy();
  std::erase_if(book.people, [](const Person& each) { return each.removed; });
  return std::move(book.people);
}

std::optional<Person> People::find(std::string_view id) const {
  const std::scoped_lock hold(mutex_);
  const auto found = std::ranges::find(book_.people, id, &Person::id);
  if (found == book_.people.end() || found->removed) return std::nullopt;
  return *found;
}

Result<Person> People::remove(std::string_view id) {
  const std::scoped_lock hold(writing_);
  Book book = copy();
  const auto found = std::ranges::find(book.people, id, &Person::id);
  if (found == book.people.end() || found->removed) return not_found("there is no such person");
  found->removed = true;
  Person removed = *found;
  TRY_VOID(save(std::move(book)));
  return removed;
}

Result<Person> People::give_role(std::string_view id, Role role, const Caller& by) {
  const std::scoped_lock hold(writing_);
  Book book = copy();
  const auto of = [&book](std::string_view wanted) {
    const auto found = std::ranges::find(book.people, wanted, &Person::id);
    return found == book.people.end() || found->removed ? nullptr : &*found;
  };
  // Another owner may have changed the caller's own role a moment ago.
  const Person* asker = by.person.empty() ? nullptr : of(by.person);
  if (!by.person.empty() && (asker == nullptr || asker->role != Role::kOwner)) {
    return Error{Errc::kDenied, "you are no owner any more", "ask an owner of this server"};
  }
  Person* person = of(id);
  if (person == nullptr) return not_found("there is no such person");
  if (person->role == role) return *person;
  if (person == asker) {
    return Error{Errc::kDenied, "nobody changes their own role",
                 "ask another owner: so an owner is always left"};
  }
  if (role == Role::kOwner && !person->workspace.empty()) {
    return invalid("'" + person->name +
                       "' was invited to one workspace, and an owner is one of "
                       "the whole server",
                   "invite them to all workspaces, under another name");
  }
  person->role = role;
  person->role_by = by.actor;
  person->role_at = clock_.now();
  Person changed = *person;
  TRY_VOID(save(std::move(book)));
  return changed;
}

}  // namespace coditect::api
