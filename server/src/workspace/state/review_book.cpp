#include "workspace/state/review_book.h"

#include "workspace/undo/undo_limits.h"

namespace coditect::workspace {

bool ReviewBook::accepted(std::string_view task, std::string_view hunk) const {
  const auto found = accepted_.find(task);
  return found != accepted_.end() && found->second.contains(hunk);
}

void ReviewBook::accept(const std::string& task, std::string hunk) {
  const auto [place, is_new] = accepted_.try_emplace(task);
  place->second.insert(std::move(hunk));
  if (!is_new) return;
  tasks_.push_back(task);
  if (tasks_.size() <= limits::kReviewedTasksMax) return;
  accepted_.erase(tasks_.front());
  tasks_.pop_front();
}

void ReviewBook::apply(const Event& event) {
  if (event.type != "hunks_accepted") return;
  const json::array* hunks = find_array(event.data, "hunks");
  if (hunks == nullptr) return;  // a later version's event
  for (const json::value& hunk : *hunks) {
    if (hunk.is_string()) accept(event.task, std::string(hunk.get_string()));
  }
}

json::array ReviewBook::snapshot() const {
  json::array rows;
  for (const std::string& task : tasks_) {
    json::array hunks;
    for (const std::string& hunk : accepted_.find(task)->second) {
      hunks.push_back(json::string(hunk));
    }
    rows.push_back({{"task", task}, {"hunks", std::move(hunks)}});
  }
  return rows;
}

Result<ReviewBook> ReviewBook::restore(const json::array& snapshot) {
  ReviewBook book;
  for (const json::value& row : snapshot) {
    const json::object* object = row.if_object();
    const json::array* hunks = object == nullptr ? nullptr : find_array(*object, "hunks");
    if (hunks == nullptr) return invalid("the reviews of a snapshot are damaged");
    TRY(const std::string task, need_string(*object, "task"));
    for (const json::value& hunk : *hunks) {
      if (!hunk.is_string()) return invalid("the reviews of a snapshot are damaged");
      book.accept(task, std::string(hunk.get_string()));
    }
  }
  return book;
}

}  // namespace coditect::workspace
