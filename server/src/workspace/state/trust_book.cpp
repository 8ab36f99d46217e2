#include "workspace/state/trust_book.h"

namespace coditect::workspace {

bool TrustBook::trusts(std::string_view path, std::string_view hash) const {
  const auto found = hashes_.find(path);
  return found != hashes_.end() && found->second == hash;
}

void TrustBook::apply(const Event& event) {
  if (event.type != "instructions_trusted" && event.type != "instructions_distrusted") return;
  const auto path = find_string(event.data, "path");
  if (!path) return;
  if (event.type == "instructions_distrusted") {
    hashes_.erase(*path);
  } else if (const auto hash = find_string(event.data, "hash")) {
    hashes_[*path] = *hash;
  }
}

json::object TrustBook::snapshot() const {
  json::object rows;
  for (const auto& [path, hash] : hashes_) rows[path] = hash;
  return rows;
}

Result<TrustBook> TrustBook::restore(const json::object& snapshot) {
  TrustBook book;
  for (const auto& [path, hash] : snapshot) {
    if (!hash.is_string()) return invalid("the trusted instructions of a snapshot are damaged");
    book.hashes_.emplace(path, std::string(hash.get_string()));
  }
  return book;
}

}  // namespace coditect::workspace
