#include "app/storage/node_id.h"

#include <algorithm>

#include "base/posix_file.h"

namespace coditect::app {

namespace {

constexpr std::size_t kNodeIdBytesMax = 64;

Result<void> check_node_id(const std::string& id) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (id.empty() || id.size() > kNodeIdBytesMax || !std::ranges::all_of(id, good)) {
    return invalid("'" + id + "' is no node's name", "use 1 to 64 of a-z, 0-9, - and _");
  }
  return {};
}

}  // namespace

Result<std::string> node_id(const std::filesystem::path& data, const std::string& wanted,
                            Random& random) {
  const std::filesystem::path file = data / "node" / "id";
  auto known = read_file(file);
  if (known) {
    while (!known->empty() && known->back() == '\n') known->pop_back();
    TRY_VOID(check_node_id(*known));
    if (wanted.empty() || wanted == *known) return known;
    return Error{Errc::kConflict,
                 "the data folder is that of node '" + *known + "', not of '" + wanted + "'",
                 "leave --node out, or give the node a data folder of its own"};
  }
  if (known.error().code != Errc::kNotFound) return known;
  const std::string id = wanted.empty() ? random.id("n_") : wanted;
  TRY_VOID(check_node_id(id));
  TRY_VOID(write_file_atomically(file, id + "\n"));
  return id;
}

}  // namespace coditect::app
