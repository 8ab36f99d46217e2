#include "app/print/progress.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "app/print/text.h"

namespace coditect::app {

namespace {

void write_progress(std::stop_token stop, std::ostream& err, const std::string& what,
                    const std::function<std::string()>& tell) {
  using std::chrono::seconds;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  const auto pause = [&](seconds time) {
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
  };
  seconds passed{2};
  bool written = false;
  for (bool going_on = pause(passed); going_on; going_on = pause(seconds{1})) {
    err << "\r\x1b[K" << what << " ... " << tell() << passed.count() << " s" << std::flush;
    written = true;
    ++passed;
  }
  if (written) err << "\r\x1b[K" << std::flush;  // the line is cleared
}

}  // namespace

Progress::Progress(Shell& shell, std::string what)
    : Progress(shell, std::move(what), [] { return std::string(); }) {}

Progress::Progress(Shell& shell, std::string what, std::function<std::string()> tell) {
  if (shell.err_screen != Shell::Screen::kTerminal) return;
  auto write = [&err = shell.err, what = one_line(what), tell](std::stop_token stop) {
    write_progress(std::move(stop), err, what, tell);
  };
  writer_ = std::jthread(std::move(write));
}

}  // namespace coditect::app
