#include "workspace/state/checkpoint_list.h"

#include <algorithm>

namespace coditect::workspace {

json::object to_json(const Checkpoint& checkpoint) {
  json::object row{
      {"id", checkpoint.id},      {"label", checkpoint.label},       {"tree", checkpoint.tree},
      {"seq", checkpoint.seq},    {"ts", to_rfc3339(checkpoint.ts)}, {"files", checkpoint.files},
      {"bytes", checkpoint.bytes}};
  if (!checkpoint.task.empty()) row["task"] = checkpoint.task;
  return row;
}

const Checkpoint* CheckpointList::find(std::string_view id) const {
  for (const Checkpoint& checkpoint : all_) {
    if (checkpoint.id == id) return &checkpoint;
  }
  return nullptr;
}

const Checkpoint* CheckpointList::find_of_task(std::string_view task) const {
  const auto found = std::ranges::find(all_.rbegin(), all_.rend(), task, &Checkpoint::task);
  return found == all_.rend() ? nullptr : &*found;
}

void CheckpointList::apply(const Event& event) {
  if (event.type != "checkpoint") return;
  Checkpoint checkpoint;
  checkpoint.id = find_string(event.data, "id").value_or("");
  checkpoint.label = find_string(event.data, "label").value_or("");
  checkpoint.tree = find_string(event.data, "tree").value_or("");
  checkpoint.files = find_int(event.data, "files").value_or(0);
  checkpoint.bytes = find_int(event.data, "bytes").value_or(0);
  checkpoint.task = event.task;
  checkpoint.seq = event.seq;
  checkpoint.ts = event.ts;
  all_.push_back(std::move(checkpoint));
}

json::array CheckpointList::snapshot() const {
  json::array rows;
  for (const Checkpoint& checkpoint : all_) rows.push_back(to_json(checkpoint));
  return rows;
}

Result<CheckpointList> CheckpointList::restore(const json::array& snapshot) {
  CheckpointList list;
  for (const json::value& value : snapshot) {
    const json::object* row = value.if_object();
    if (row == nullptr) return invalid("the checkpoints of a snapshot are damaged");
    Checkpoint checkpoint;
    TRY(checkpoint.id, need_string(*row, "id"));
    TRY(checkpoint.label, need_string(*row, "label"));
    TRY(checkpoint.tree, need_string(*row, "tree"));
    TRY(std::int64_t seq, need_int(*row, "seq"));
    checkpoint.seq = static_cast<Sequence>(seq);
    TRY(std::string ts, need_string(*row, "ts"));
    TRY(checkpoint.ts, parse_rfc3339(ts));
    TRY(checkpoint.files, need_int(*row, "files"));
    TRY(checkpoint.bytes, need_int(*row, "bytes"));
    checkpoint.task = find_string(*row, "task").value_or("");
    list.all_.push_back(std::move(checkpoint));
  }
  return list;
}

}  // namespace coditect::workspace
