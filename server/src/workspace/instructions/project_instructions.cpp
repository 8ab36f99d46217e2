#include "workspace/instructions/project_instructions.h"

#include "base/sha256.h"
#include "workspace/instructions/instruction_limits.h"
#include "workspace/instructions/instruction_paths.h"

namespace coditect::workspace {

awaitable<agents::Instructions> ProjectInstructions::for_path(std::string path,
                                                              std::set<std::string>& given,
                                                              std::size_t& room) const {
  agents::Instructions found;
  for (const std::string& each : instruction_paths(path)) {
    if (state_.files.find(each) == nullptr || !given.insert(each).second) continue;
    if (!state_.trust.knows(each)) {
      found.untrusted.push_back(each);
      continue;
    }
    // What is given is what is hashed: the index may be behind the disk.
    auto file = co_await files_.read(each);
    if (!file || !state_.trust.trusts(each, sha256_hex(file->text))) {
      found.untrusted.push_back(each);
    } else if (file->text.size() > room) {
      found.left_out.push_back(each);
    } else {
      room -= file->text.size();
      found.trusted.push_back({each, std::move(file->text)});
    }
  }
  co_return found;
}

json::object ProjectInstructions::list() const {
  json::array rows;
  bool truncated = false;
  for (const auto& [path, info] : state_.files.files()) {
    if (!is_instruction_path(path)) continue;
    truncated = rows.size() == limits::kInstructionFilesMax;
    if (truncated) break;
    const bool trusted = state_.trust.trusts(path, info.hash);
    rows.push_back(json::object{{"path", path},
                                {"hash", info.hash},
                                {"bytes", info.size},
                                {"trusted", trusted},
                                {"changed", !trusted && state_.trust.knows(path)}});
  }
  return {{"instructions", std::move(rows)}, {"truncated", truncated}};
}

awaitable<Result<Sequence>> ProjectInstructions::trust(Actor actor, std::string path,
                                                       std::string hash) {
  if (!is_instruction_path(path)) {
    co_return invalid("'" + path + "' is no file that instructs agents",
                      "AGENTS.md, CLAUDE.md and GEMINI.md are, in any folder");
  }
  CO_TRY(const FileText file, co_await files_.read(path));
  if (file.version == 0) co_return invalid("'" + path + "' is no file of the project");
  if (sha256_hex(file.text) != hash) {
    co_return Error{Errc::kConflict, "'" + path + "' has another content by now",
                    "read it again, and trust what you have read"};
  }
  if (file.text.size() > limits::kInstructionFileBytesMax) {
    co_return Error{Errc::kLimit,
                    "'" + path + "' has " + std::to_string(file.text.size()) + " bytes",
                    "instructions may have " + std::to_string(limits::kInstructionFileBytesMax) +
                        ": move what belongs to a folder into that folder"};
  }
  if (!state_.trust.knows(path) && state_.trust.size() >= limits::kInstructionFilesMax) {
    co_return Error{Errc::kLimit, "too many files are trusted", "distrust one first"};
  }
  co_return co_await log_.record(
      {"instructions_trusted", actor.name, actor.session, {}, {{"path", path}, {"hash", hash}}});
}

awaitable<Result<Sequence>> ProjectInstructions::distrust(Actor actor, std::string path) {
  if (!state_.trust.knows(path)) co_return not_found("'" + path + "' is not trusted");
  co_return co_await log_.record(
      {"instructions_distrusted", actor.name, actor.session, {}, {{"path", path}}});
}

}  // namespace coditect::workspace
