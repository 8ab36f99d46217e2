#include "tools/file_change.h"
#include "tools/file_view.h"
#include "tools/project_path.h"
#include "tools/sandbox/bounded_output.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

constexpr int kListDepth = 3;

std::string shown(const FileEntry& entry) {
  switch (entry.kind) {
    case EntryKind::kFolder: return to_valid_utf8(entry.path) + "/\n";
    case EntryKind::kLink: return to_valid_utf8(entry.path) + " (link)\n";
    case EntryKind::kFile: break;
  }
  return to_valid_utf8(entry.path) + "  " + std::to_string(entry.size_bytes) + " bytes\n";
}

std::string_view name_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFolder: return "folder";
    case EntryKind::kLink: return "link";
    case EntryKind::kFile: break;
  }
  return "file";
}

using Decide = std::function<Result<DecidedChange>(const CurrentFile&)>;

/// Changes one file by what `decide` says while the lock is held.
awaitable<Result<ToolOutcome>> change_file(const ToolCall& call, std::string path, Decide decide) {
  DecidedChange decided;
  const ToolHost::Edit edit = [&decided, &decide](const CurrentFile& file) -> Result<std::string> {
    TRY(decided, decide(file));
    return std::move(decided.text);
  };
  CO_TRY(const Written written, co_await call.host.change(call.caller, path, edit, call.stop));
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  outcome.output = (decided.created ? "Created " : "Changed ") + path + ": " +
                   std::to_string(decided.lines_added) + " lines added, " +
                   std::to_string(decided.lines_removed) + " removed.\n" + decided.notes;
  outcome.details = {{"path", path},
                     {"version", written.version},
                     {"seq", written.seq},
                     {"created", decided.created},
                     {"lines_added", decided.lines_added},
                     {"lines_removed", decided.lines_removed}};
  co_return outcome;
}

}  // namespace

awaitable<Result<ToolOutcome>> list_files(const ToolCall& call) {
  const std::string asked = find_string(call.input, "path").value_or("");
  CO_TRY(const std::string path, project_path(asked));
  CO_TRY(const auto entries, co_await call.host.list(call.caller, path, kListDepth));
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  json::array listed;
  for (const FileEntry& entry : entries) {
    std::string line = shown(entry);
    const bool full = listed.size() == limits::kListEntriesMax ||
                      outcome.output.size() + line.size() > limits::kToolOutputBytesMax;
    if (full) {
      outcome.output += "[" + std::to_string(entries.size() - listed.size()) +
                        " more left out; list a sub-folder to see them]\n";
      break;
    }
    outcome.output += line;
    listed.push_back(json::object{{"path", to_valid_utf8(entry.path)},
                                  {"kind", name_of(entry.kind)},
                                  {"size", entry.size_bytes}});
  }
  if (entries.empty()) outcome.output = "The folder is empty.\n";
  outcome.details = {{"truncated", listed.size() < entries.size()}, {"entries", std::move(listed)}};
  co_return outcome;
}

awaitable<Result<ToolOutcome>> read_file(const ToolCall& call) {
  CO_TRY(const std::string asked, need_string(call.input, "path"));
  CO_TRY(const std::string path, project_path(asked));
  CO_TRY(const FileText file, co_await call.host.read(call.caller, path));
  if (file.text.find('\0') != std::string::npos) {
    co_return invalid(path + " is not text: it has " + std::to_string(file.text.size()) +
                          " bytes, some of them zero",
                      "look at it with run_command, for example `file` or `xxd | head`");
  }
  const ShownLines range{find_int(call.input, "from_line"), find_int(call.input, "to_line")};
  CO_TRY(FileView view, view_file(file.text, range));
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  outcome.output = file.text.empty() ? "[the file is empty]\n" : std::move(view.text);
  outcome.details = {{"path", path},
                     {"version", file.version},
                     {"lines", view.lines},
                     {"from_line", view.from_line},
                     {"to_line", view.to_line},
                     {"truncated", view.truncated}};
  co_return outcome;
}

awaitable<Result<ToolOutcome>> write_file(const ToolCall& call) {
  CO_TRY(const std::string asked, need_string(call.input, "path"));
  CO_TRY(const std::string text, need_string(call.input, "text"));
  CO_TRY(const std::string path, changeable_path(asked));
  const Decide decide = [&](const CurrentFile& file) { return decide_write(path, file, text); };
  co_return co_await change_file(call, path, decide);
}

awaitable<Result<ToolOutcome>> edit_file(const ToolCall& call) {
  CO_TRY(const std::string asked, need_string(call.input, "path"));
  CO_TRY(const std::string old_text, need_string(call.input, "old"));
  CO_TRY(const std::string new_text, need_string(call.input, "new"));
  CO_TRY(const std::string path, changeable_path(asked));
  const Decide decide = [&](const CurrentFile& file) {
    return decide_edit(path, file, old_text, new_text);
  };
  co_return co_await change_file(call, path, decide);
}

}  // namespace coditect::tools
