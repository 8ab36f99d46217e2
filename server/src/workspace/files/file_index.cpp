#include "workspace/files/file_index.h"

namespace coditect::workspace {

const FileInfo* FileIndex::find(std::string_view path) const {
  const auto place = files_.find(path);
  return place == files_.end() ? nullptr : &place->second;
}

bool FileIndex::is_folder(std::string_view path) const {
  const std::string below = std::string(path) + "/";
  const auto place = files_.lower_bound(below);
  return place != files_.end() && place->first.starts_with(below);
}

void FileIndex::set_checked(std::string_view path, std::int64_t checked_ns) {
  const auto place = files_.find(path);
  if (place != files_.end()) place->second.checked_ns = checked_ns;
}

void FileIndex::apply(const Event& event) {
  if (event.type != "file_edit") return;
  const auto path = find_string(event.data, "path");
  const auto op = find_string(event.data, "op");
  if (!path || !op) return;  // a later version's event
  if (*op == "remove") {
    files_.erase(*path);
    return;
  }
  FileInfo info;
  if (const auto from = find_string(event.data, "from"); from && *op == "move") {
    const auto source = files_.find(*from);
    if (source != files_.end()) {
      info = source->second;
      files_.erase(source);
    }
  } else if (const FileInfo* before = find(*path)) {
    info.mode = before->mode;
    if (const json::object* splice = find_object(event.data, "splice")) {
      info.splices = before->splices + 1;
      info.splice_bytes = before->splice_bytes + find_string(*splice, "insert").value_or("").size();
    }
  }
  info.version = event.seq;
  info.hash = find_string(event.data, "hash").value_or(info.hash);
  info.size = static_cast<std::uint64_t>(find_int(event.data, "size").value_or(0));
  info.mode = static_cast<std::uint32_t>(find_int(event.data, "mode").value_or(info.mode));
  info.checked_ns = 0;
  files_[*path] = std::move(info);
}

void FileIndex::adopt(std::string path, FileInfo info) {
  files_[std::move(path)] = std::move(info);
}

json::object FileIndex::snapshot() const {
  json::object all;
  all.reserve(files_.size());
  for (const auto& [path, info] : files_) {
    all[path] = json::array{info.version,    info.hash,    info.size,        info.mode,
                            info.checked_ns, info.splices, info.splice_bytes};
  }
  return all;
}

Result<FileIndex> FileIndex::restore(const json::object& snapshot) {
  FileIndex index;
  for (const auto& [path, value] : snapshot) {
    const json::array* row = value.if_array();
    if (row == nullptr || row->size() != 7 || !(*row)[1].is_string()) {
      return invalid("the file index of a snapshot is damaged");
    }
    FileInfo info;
    info.hash = (*row)[1].get_string();
    boost::system::error_code error;
    info.version = (*row)[0].to_number<Sequence>(error);
    if (!error) info.size = (*row)[2].to_number<std::uint64_t>(error);
    if (!error) info.mode = (*row)[3].to_number<std::uint32_t>(error);
    if (!error) info.checked_ns = (*row)[4].to_number<std::int64_t>(error);
    if (!error) info.splices = (*row)[5].to_number<std::size_t>(error);
    if (!error) info.splice_bytes = (*row)[6].to_number<std::size_t>(error);
    if (error) return invalid("the file index of a snapshot is damaged");
    index.files_.emplace(path, std::move(info));
  }
  return index;
}

}  // namespace coditect::workspace
