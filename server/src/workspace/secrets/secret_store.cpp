#include "workspace/secrets/secret_store.h"

#include <algorithm>

#include "base/posix_file.h"
#include "base/random.h"
#include "tools/secret_names.h"
#include "workspace/secrets/secret_limits.h"

namespace coditect::workspace {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "CDSEAL1\n";
static_assert(kMagic.size() == 8);  // docs/formats/secrets.md

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// A key as it is kept: 64 hexadecimal digits and a line end.
Result<SealKey> parse_key(std::string_view text) {
  SealKey key{};
  while (text.ends_with('\n')) text.remove_suffix(1);
  bool good = text.size() == 2 * key.size();
  for (std::size_t at = 0; good && at < key.size(); ++at) {
    const int high = digit(text[2 * at]), low = digit(text[2 * at + 1]);
    good = high >= 0 && low >= 0;
    key[at] = static_cast<unsigned char>(high << 4 | low);
  }
  if (good) return key;
  return invalid("the key of the secrets is damaged",
                 "bring node/secrets/key back from a backup, or remove the folder node/secrets and "
                 "set the secrets anew");
}

Result<SealKey> load_key(const fs::path& file) {
  auto text = read_file(file);
  if (text) return parse_key(*text);
  if (text.error().code != Errc::kNotFound) return std::move(text).error();
  const std::string fresh = new_secret();
  TRY_VOID(write_file_atomically(file, fresh + "\n", 0600));
  return parse_key(fresh);
}

Result<void> check_value(std::string_view value) {
  if (value.size() < limits::kSecretBytesMin) {
    return invalid("the value is shorter than 8 bytes",
                   "so short a value cannot be told from other text when a command prints it");
  }
  if (value.size() > limits::kSecretBytesMax) {
    return Error{Errc::kLimit, "the value is longer than 32 KiB", {}};
  }
  if (value.contains('\0')) return invalid("the value holds a NUL, which no variable can");
  return {};
}

Error no_secret(const std::string& name, const json::object& secrets) {
  std::vector<std::string> names;
  for (const auto& member : secrets) names.emplace_back(member.key());
  std::ranges::sort(names);
  std::string known;
  for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
  return not_found("there is no secret " + name, known.empty()
                                                     ? "this workspace has none: a person sets them"
                                                     : "this workspace has: " + known);
}

}  // namespace

Result<std::unique_ptr<SecretStore>> SecretStore::open(fs::path folder) {
  TRY_VOID(make_directories(folder));
  std::error_code error;
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return system_error("close " + folder.string() + " to others", error.value());
  TRY(const SealKey key, load_key(folder / "key"));
  return std::unique_ptr<SecretStore>(new SecretStore(std::move(folder), key));
}

fs::path SecretStore::file_of(const WorkspaceId& workspace) const {
  return folder_ / (workspace.str() + ".sealed");
}

Result<json::object> SecretStore::load(const WorkspaceId& workspace) const {
  auto bytes = read_file(file_of(workspace));
  if (!bytes && bytes.error().code == Errc::kNotFound) return json::object();
  if (!bytes) return std::move(bytes).error();
  Error broken = unavailable("the secrets of this workspace cannot be opened",
                             "they are damaged, or were sealed with another key than that in "
                             "node/secrets/key: bring it back, or set them anew");
  if (!bytes->starts_with(kMagic)) return broken;
  const std::string context = std::string(kMagic) + workspace.str();
  const auto text = unseal(key_, std::string_view(*bytes).substr(kMagic.size()), context);
  if (!text) return broken;
  return parse_json_object(*text);
}

Result<void> SecretStore::save(const WorkspaceId& workspace, const json::object& secrets) {
  const std::string context = std::string(kMagic) + workspace.str();
  const std::string sealed = seal(key_, json::serialize(secrets), context);
  return write_file_atomically(file_of(workspace), std::string(kMagic) + sealed, 0600);
}

Result<void> SecretStore::set(const WorkspaceId& workspace, Entry entry, std::string value) {
  TRY_VOID(tools::check_secret_name(entry.name));
  TRY_VOID(check_value(value));
  const std::scoped_lock hold(mutex_);
  TRY(json::object secrets, load(workspace));
  if (secrets.size() >= limits::kSecretsMax && !secrets.contains(entry.name)) {
    return Error{Errc::kLimit, "a workspace has 100 secrets at most", "delete one first"};
  }
  secrets[entry.name] = json::object{{"value", std::move(value)},
                                     {"set_at", entry.set_at.time_since_epoch().count()},
                                     {"set_by", entry.set_by}};
  return save(workspace, secrets);
}

Result<void> SecretStore::remove(const WorkspaceId& workspace, const std::string& name) {
  TRY_VOID(tools::check_secret_name(name));
  const std::scoped_lock hold(mutex_);
  TRY(json::object secrets, load(workspace));
  if (secrets.erase(name) == 0) return not_found("there is no secret " + name);
  return save(workspace, secrets);
}

Result<std::vector<SecretStore::Entry>> SecretStore::list(const WorkspaceId& workspace) const {
  const std::scoped_lock hold(mutex_);
  TRY(const json::object secrets, load(workspace));
  std::vector<Entry> entries;
  for (const auto& member : secrets) {
    const json::object& secret = member.value().as_object();
    TRY(const std::int64_t set_at, need_int(secret, "set_at"));
    entries.push_back({member.key(), Time(std::chrono::microseconds(set_at)),
                       find_string(secret, "set_by").value_or("")});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

Result<std::vector<tools::Secret>> SecretStore::values(
    const WorkspaceId& workspace, const std::vector<std::string>& names) const {
  const std::scoped_lock hold(mutex_);
  TRY(const json::object secrets, load(workspace));
  std::vector<tools::Secret> values;
  for (const std::string& name : names) {
    const json::object* secret = find_object(secrets, name);
    if (secret == nullptr) return no_secret(name, secrets);
    TRY(std::string value, need_string(*secret, "value"));
    values.push_back({name, std::move(value)});
  }
  return values;
}

Result<void> SecretStore::forget(const WorkspaceId& workspace) {
  const std::scoped_lock hold(mutex_);
  std::error_code error;
  fs::remove(file_of(workspace), error);
  if (error) return system_error("remove the secrets of a workspace", error.value());
  return {};
}

}  // namespace coditect::workspace
