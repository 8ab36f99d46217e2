#include "storage/archive/verify.h"

#include <fcntl.h>
#include <optional>

#include "base/event.h"
#include "base/posix_file.h"
#include "storage/archive/line_reader.h"
#include "storage/archive/segment_files.h"

namespace coditect::archive {
namespace {

constexpr const char* kRestore =
    "bring the workspace back with `coditect restore`, or from a backup of the data folder";
constexpr const char* kReopen =
    "open the workspace: what a crash left of the last line is dropped and comes back from the "
    "journal";
constexpr const char* kRestoreUnlessLast =
    "if nothing follows it, open the workspace: the line comes back from the journal; otherwise "
    "bring the workspace back with `coditect restore`, or from a backup of the data folder";

/// Walks an archive and writes down what is wrong.
class Verifier {
 public:
  Verifier(const std::filesystem::path& folder, std::optional<Sequence> synced_through)
      : folder_(folder), synced_through_(synced_through) {}

  Result<Report> run() {
    TRY(const std::vector<Sequence> segments, list_segments(folder_));
    TRY_VOID(look_for_strangers());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      is_last_ = i + 1 == segments.size();
      TRY_VOID(read_segment(segments[i]));
    }
    return std::move(report_);
  }

 private:
  void problem(std::string what, std::string hint) {
    if (report_.problems.size() > kProblemsMax) return;
    if (report_.problems.size() == kProblemsMax) {
      report_.problems.push_back({file_, line_, "and more that is not listed", kRestore});
      return;
    }
    report_.problems.push_back({file_, line_, std::move(what), std::move(hint)});
  }

  /// A problem that is no damage at the end of the last segment.
  void problem_of_the_end(std::string what) {
    problem(std::move(what), is_last_ ? kReopen : kRestore);
    if (is_last_) report_.problems.back().kind = Problem::Kind::kUnfinished;
  }

  /// Whether a crash may have kept the next line from the disk.
  bool in_doubt() const {
    return is_last_ && synced_through_ && report_.head.seq >= *synced_through_;
  }

  /// The last complete line, if it was no event, is what a crash left: the log ends before it.
  void forgive_last_line() {
    if (!is_last_ || !before_bad_line_ || report_.problems.size() > kProblemsMax) return;
    report_.problems.back().kind = Problem::Kind::kUnfinished;
    report_.head = *before_bad_line_;
  }

  /// A name that looks like a segment and is none would hide its events.
  Result<void> look_for_strangers() {
    std::error_code error;
    std::filesystem::directory_iterator entries(folder_, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
      file_ = entries->path().filename().string();
      if (file_.ends_with(".jsonl") && !parse_segment_name(file_)) {
        problem("is not named after its first event", "move it to another folder");
      }
    }
    if (error) return system_error("list " + folder_.string(), error.value());
    return {};
  }

  Result<void> read_segment(Sequence first) {
    file_ = segment_name(first);
    line_ = 0;
    before_bad_line_.reset();
    ++report_.segments;
    if (first != report_.head.seq + 1) {
      problem("begins with event " + std::to_string(first) + ", but the events before it end at " +
                  std::to_string(report_.head.seq),
              kRestore);
      report_.head = {first - 1, ""};
    }
    TRY(const FileDescriptor file, open_file(folder_ / file_, O_RDONLY));
    LineReader lines(file.get(), 0);
    while (true) {
      auto line = lines.next();
      if (!line && line.error().code == Errc::kInternal) {
        ++line_;
        if (in_doubt()) {
          problem_of_the_end(line.error().message);
        } else {
          problem(line.error().message, kRestore);
        }
        return {};
      }
      if (!line) return std::move(line).error();
      if (!*line) break;
      ++line_;
      if (in_doubt() && !follow(report_.head, **line)) {
        problem_of_the_end("does not follow the line before it: a loss of power took the rest");
        return {};
      }
      report_.bytes += (*line)->size() + 1;
      check_line(**line);
    }
    forgive_last_line();
    if (!lines.unterminated().empty()) {
      ++line_;
      problem_of_the_end("the last line is torn: " + std::to_string(lines.unterminated().size()) +
                         " bytes without a newline");
    } else if (line_ == 0) {
      problem_of_the_end("is empty");
    }
    return {};
  }

  void check_line(std::string_view line) {
    const auto event = parse_event(line);
    if (!event || line_sequence(line) != event->seq) {
      problem("is no event: " + (event ? "it does not begin with seq" : event.error().message),
              is_last_ ? kRestoreUnlessLast : kRestore);
      before_bad_line_ = report_.head;
      // The number it should have had: the lines after it are judged on their own.
      report_.head = {report_.head.seq + 1, ""};
      return;
    }
    ++report_.events;
    before_bad_line_.reset();
    if (event->seq != report_.head.seq + 1) {
      problem("is event " + std::to_string(event->seq) + " instead of " +
                  std::to_string(report_.head.seq + 1),
              kRestore);
    } else if (!report_.head.hash.empty() && event->prev != report_.head.hash) {
      problem("names another line as the one before it: this line or the one before was changed",
              kRestore);
    }
    report_.head = {event->seq, sha256_hex(line)};
  }

  const std::filesystem::path folder_;
  const std::optional<Sequence> synced_through_;
  Report report_;
  // Where the walk is.
  bool is_last_ = false;
  std::string file_;
  std::uint64_t line_ = 0;
  std::optional<Head> before_bad_line_;  ///< where the last line read is no event: what it follows
};

}  // namespace

Result<Report> verify(const std::filesystem::path& folder, std::optional<Sequence> synced_through) {
  return Verifier(folder, synced_through).run();
}

}  // namespace coditect::archive
