#include "storage/replication/sync/uploaded_names.h"

#include <fcntl.h>

#include "base/posix_file.h"

namespace coditect::replication {

UploadedNames::UploadedNames(std::filesystem::path file, const std::string& store,
                             const std::string& folder)
    : file_(std::move(file)), head_("coditect-uploaded 1 " + store + " " + folder + "\n") {}

Result<bool> UploadedNames::load() {
  names_.clear();
  auto text = read_file(file_);
  if (!text && text.error().code == Errc::kNotFound) return false;
  if (!text) return std::move(text).error();
  if (!text->starts_with(head_)) return false;
  std::string_view left = std::string_view(*text).substr(head_.size());
  for (auto end = left.find('\n'); end != std::string_view::npos; end = left.find('\n')) {
    names_.emplace(left.substr(0, end));
    left.remove_prefix(end + 1);
  }
  // What follows would be taken for a part of the line that was cut.
  if (!left.empty()) TRY_VOID(reset(names_));
  return true;
}

Result<void> UploadedNames::reset(std::set<std::string, std::less<>> names) {
  std::string text = head_;
  for (const std::string& name : names) text += name + "\n";
  TRY_VOID(write_file_atomically(file_, text));
  names_ = std::move(names);
  return {};
}

Result<void> UploadedNames::add(std::span<const std::string> names) {
  if (names.empty()) return {};
  std::string lines;
  for (const std::string& name : names) lines += name + "\n";
  TRY(const FileDescriptor file, open_file(file_, O_WRONLY | O_CREAT));
  TRY(const std::uint64_t size, file_size(file.get()));
  if (size == 0) lines = head_ + lines;
  TRY_VOID(write_all(file.get(), lines, size));
  names_.insert(names.begin(), names.end());
  return {};
}

}  // namespace coditect::replication
