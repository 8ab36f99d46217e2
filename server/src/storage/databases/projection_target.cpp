#include "storage/databases/projection_target.h"

#include <string>
#include <utility>

namespace coditect::databases {

Result<std::optional<std::vector<TreeFile>>> ProjectionTarget::provisioned(const Event& event) {
  std::optional<std::vector<TreeFile>> none;
  if (event.type != "checkpoint" || find_string(event.data, "label") != "provisioned") return none;
  TRY(const auto seen, integer("SELECT value FROM meta WHERE key='provisioned_seq'"));
  if (seen) return none;
  TRY_VOID(run("INSERT INTO meta(key, value) VALUES('provisioned_seq', ?)", event.seq));
  Result<std::vector<TreeFile>> files = feed_.tree(find_string(event.data, "tree").value_or(""));
  if (!files) {
    return std::move(files).error().in("the provisioned tree of event " +
                                       std::to_string(event.seq));
  }
  return std::optional(*std::move(files));
}

}  // namespace coditect::databases
