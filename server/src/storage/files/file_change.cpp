#include "storage/files/file_change.h"

#include <algorithm>

#include "base/sha256.h"

namespace coditect::files {

namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Length of the UTF-8 sequence that starts at `text`, 0 where none does.
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  if (first == 0xE0 && second < 0xA0) return 0;  // overlong
  if (first == 0xED && second > 0x9F) return 0;  // surrogate
  if (first == 0xF0 && second < 0x90) return 0;  // overlong
  if (first == 0xF4 && second > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

}  // namespace

Splice splice_between(std::string_view before, std::string_view after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  while (head > 0 && ((head < before.size() && is_continuation(before[head])) ||
                      (head < after.size() && is_continuation(after[head])))) {
    --head;
  }
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  while (tail > 0 && is_continuation(after[after.size() - tail])) --tail;
  return {head, before.size() - head - tail,
          std::string(after.substr(head, after.size() - head - tail))};
}

Result<std::string> apply_splice(std::string_view before, const Splice& splice) {
  if (splice.at > before.size() || splice.remove > before.size() - splice.at) {
    return invalid("a change lies outside its file");
  }
  std::string after(before.substr(0, splice.at));
  after += splice.insert;
  after += before.substr(splice.at + splice.remove);
  return after;
}

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    if (length == 0 || bytes[0] == '\0') return false;
    bytes.remove_prefix(length);
  }
  return true;
}

Result<std::string> content_after(
    const Event& edit, std::string_view before,
    const std::function<Result<std::string>(const std::string&)>& blob) {
  const std::string op = find_string(edit.data, "op").value_or("");
  if (op == "remove") return std::string();
  std::string after(before);
  if (const json::object* raw = find_object(edit.data, "splice")) {
    TRY(std::int64_t at, need_int(*raw, "at"));
    TRY(std::int64_t remove, need_int(*raw, "remove"));
    TRY(std::string insert, need_string(*raw, "insert"));
    if (at < 0 || remove < 0) return invalid("a change lies outside its file");
    const Splice splice{static_cast<std::size_t>(at), static_cast<std::size_t>(remove),
                        std::move(insert)};
    TRY(after, apply_splice(before, splice));
  } else if (auto text = find_string(edit.data, "text")) {
    after = *std::move(text);
  } else if (const auto hash = find_string(edit.data, "blob")) {
    TRY(after, blob(*hash));
  } else if (op != "move") {
    return not_found("event " + std::to_string(edit.seq) + " does not carry the file's content",
                     "the file was too large for the log");
  }
  if (const auto hash = find_string(edit.data, "hash"); hash && *hash != sha256_hex(after)) {
    return invalid("event " + std::to_string(edit.seq) + " does not follow from the one before");
  }
  return after;
}

}  // namespace coditect::files
