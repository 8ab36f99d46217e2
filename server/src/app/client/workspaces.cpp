#include "app/client/workspaces.h"

#include <vector>

namespace coditect::app {

namespace {

/// A cursor in a query: what is not plain is escaped.
std::string escaped(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      result += c;
    } else {
      result += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return result;
}

bool may_be_id(const std::string& text) {
  return text.starts_with("ws_") &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

}  // namespace

Result<json::array> list_workspaces(const Client& client) {
  json::array all;
  std::string cursor;
  do {
    std::string target = "/workspaces?limit=" + std::to_string(limits::kPageMax);
    if (!cursor.empty()) target += "&cursor=" + escaped(cursor);
    TRY(const json::object page, client.get(target));
    const json::array* rows = find_array(page, "workspaces");
    if (rows == nullptr) return internal("the server's list of workspaces is none");
    all.insert(all.end(), rows->begin(), rows->end());
    const std::string next = find_string(page, "next_cursor").value_or("");
    if (!next.empty() && next == cursor) return internal("the server's list does not end");
    cursor = next;
  } while (!cursor.empty());
  return all;
}

Result<std::string> pick_workspace(const json::array& workspaces, const std::string& name_or_id) {
  std::vector<std::string> named;
  for (const json::value& each : workspaces) {
    const json::object* row = each.if_object();
    if (row == nullptr) continue;
    const std::string id = find_string(*row, "id").value_or("");
    if (id == name_or_id) return id;
    if (find_string(*row, "name") == name_or_id) named.push_back(id);
  }
  if (named.size() == 1) return named.front();
  if (named.empty()) {
    return not_found("there is no workspace '" + name_or_id + "'",
                     "`coditect workspaces` lists them; give an id or a name");
  }
  std::string ids;
  for (const std::string& id : named) ids += (ids.empty() ? "" : ", ") + id;
  return Error{Errc::kConflict,
               std::to_string(named.size()) + " workspaces are named '" + name_or_id + "'",
               "give the id of the one you mean: " + ids};
}

Result<std::string> find_workspace(const Client& client, const std::string& name_or_id) {
  if (may_be_id(name_or_id)) {
    const auto found = client.get("/workspaces/" + name_or_id);
    if (found) return find_string(*found, "id").value_or(name_or_id);
    if (found.error().code != Errc::kNotFound) return found.error();
  }
  TRY(const json::array workspaces, list_workspaces(client));
  return pick_workspace(workspaces, name_or_id);
}

}  // namespace coditect::app
