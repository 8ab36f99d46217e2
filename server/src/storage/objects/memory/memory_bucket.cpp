#include "storage/objects/memory/memory_bucket.h"

#include <utility>

#include "storage/objects/condition.h"
#include "storage/objects/crc32c.h"

namespace coditect::objects {

Result<ObjectInfo> MemoryBucket::put(const std::string& key, Content content,
                                     const Condition& condition) {
  const std::lock_guard lock(mutex_);
  count_call_locked();
  return put_locked(key, std::move(content), condition);
}

Result<MemoryBucket::Stored> MemoryBucket::get(const std::string& key) {
  const std::lock_guard lock(mutex_);
  count_call_locked();
  const auto found = objects_.find(key);
  if (found == objects_.end()) return no_such_object(key);
  return found->second;
}

ListPage MemoryBucket::list(std::string_view prefix, const std::string& after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  count_call_locked();
  ListPage page;
  auto object = after.empty() ? objects_.lower_bound(prefix) : objects_.upper_bound(after);
  for (; object != objects_.end() && object->first.starts_with(prefix); ++object) {
    if (page.objects.size() == limit) {
      page.next = page.objects.back().key;
      break;
    }
    page.objects.push_back(object->second.info);
  }
  return page;
}

void MemoryBucket::remove(const std::string& key) {
  const std::lock_guard lock(mutex_);
  count_call_locked();
  objects_.erase(key);
}

void MemoryBucket::put_late(std::size_t calls, std::string key, Content content,
                            Condition condition) {
  const std::lock_guard lock(mutex_);
  LatePut put{std::move(key), std::move(content), std::move(condition)};
  late_.emplace(calls_ + calls, std::move(put));
}

void MemoryBucket::remove_late(std::size_t calls, std::string key) {
  const std::lock_guard lock(mutex_);
  late_.emplace(calls_ + calls, LateRemove{std::move(key)});
}

void MemoryBucket::settle() {
  const std::lock_guard lock(mutex_);
  while (!late_.empty()) arrive_locked(late_.extract(late_.begin()).mapped());
}

std::vector<std::string> MemoryBucket::keys() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [key, stored] : objects_) keys.push_back(key);
  return keys;
}

std::size_t MemoryBucket::calls() {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool MemoryBucket::damage(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end() || found->second.content->empty()) return false;
  std::string bytes = *found->second.content;
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  found->second.content = std::make_shared<const std::string>(std::move(bytes));
  return true;
}

void MemoryBucket::count_call_locked() {
  ++calls_;
  while (!late_.empty() && late_.begin()->first < calls_) {
    arrive_locked(late_.extract(late_.begin()).mapped());
  }
}

void MemoryBucket::arrive_locked(Late late) {
  if (auto* put = std::get_if<LatePut>(&late)) {
    // Nobody waits for the answer any more; a condition that does not hold is as good as any.
    static_cast<void>(put_locked(put->key, std::move(put->content), put->condition));
  } else {
    objects_.erase(std::get<LateRemove>(late).key);
  }
}

Result<ObjectInfo> MemoryBucket::put_locked(const std::string& key, Content content,
                                            const Condition& condition) {
  const auto found = objects_.find(key);
  const ObjectInfo* standing = found == objects_.end() ? nullptr : &found->second.info;
  TRY_VOID(check_condition(key, condition, standing));
  ObjectInfo info{key, content->size(), std::to_string(++last_generation_), crc32c(*content)};
  objects_[key] = Stored{info, std::move(content)};
  return info;
}

}  // namespace coditect::objects
