#include "api/rpc/approval_rows.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace coditect::api {

json::array approval_rows(const workspace::WorkspaceState& state) {
  std::vector<const approvals::Approval*> open;
  for (const auto& [id, approval] : state.approvals.open()) open.push_back(&approval);
  std::ranges::sort(open, {}, [](const approvals::Approval* approval) {
    return std::pair(approval->requested_at, std::string_view(approval->id));
  });
  json::array rows;
  for (const approvals::Approval* approval : open) rows.push_back(approval_json(*approval));
  return rows;
}

json::object approval_policy(const workspace::WorkspaceState& state) {
  json::object policy = state.approvals.policy().to_json();
  policy["on_timeout"] = "deny";
  return policy;
}

}  // namespace coditect::api
