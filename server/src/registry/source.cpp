#include "registry/source.h"

#include <algorithm>

#include "base/posix_file.h"
#include "registry/host_command.h"
#include "registry/templates.h"

namespace coditect::registry {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUrlBytesMax = 2048;

bool is_git_url(std::string_view url) {
  for (std::string_view scheme : {"https://", "http://", "ssh://", "git://", "file://", "/"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size()) return true;
  }
  // user@host:path, as ssh writes it; a leading '-' would be an option.
  const auto at = url.find('@'), colon = url.find(':');
  return !url.starts_with('-') && at != std::string_view::npos && at > 0 &&
         colon != std::string_view::npos && at < colon;
}

bool is_blank_or_control(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }

/// The URL as it may be shown: without "user:password@".
std::string without_credentials(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto host = scheme + 3;
  const auto slash = url.find('/', host);
  const auto at = url.rfind('@', slash == std::string::npos ? url.size() : slash);
  if (at == std::string::npos || at < host) return url;
  return url.substr(0, host) + url.substr(at + 1);
}

Result<void> clone(const std::string& url, const fs::path& projects, const Environment& environment,
                   std::stop_token stop) {
  HostCommand command;
  command.stop = std::move(stop);
  // The repository's own configuration cannot run anything here: no hooks, no prompts, no helper
  // transports, no submodules.
  command.argv = {"git",
                  "-c",
                  "core.hooksPath=/dev/null",
                  "-c",
                  "protocol.ext.allow=never",
                  "-c",
                  "core.fsmonitor=false",
                  "-c",
                  "protocol.file.allow=always",
                  "clone",
                  "--quiet",
                  "--no-hardlinks",
                  "--no-recurse-submodules",
                  "--",
                  url,
                  projects.string()};
  command.environment = environment.pick({"PATH", "HOME", "LANG", "SSH_AUTH_SOCK"});
  for (const char* setting :
       {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true", "SSH_ASKPASS=true", "GIT_LFS_SKIP_SMUDGE=1"}) {
    command.environment.emplace_back(setting);
  }
  auto cloned = run_host_command(command);
  if (cloned) return {};
  Error error = std::move(cloned).error();
  if (error.code == Errc::kCancelled) return error;
  const std::string shown = without_credentials(url);
  for (auto place = error.message.find(url); place != std::string::npos && shown != url;
       place = error.message.find(url)) {
    error.message.replace(place, url.size(), shown);
  }
  if (error.hint.empty()) error.hint = "check the URL and that this machine may read it";
  return error;
}

bool is_inside(const fs::path& inner, const fs::path& outer) {
  const auto mismatch = std::ranges::mismatch(outer, inner);
  return mismatch.in1 == outer.end();
}

/// Copies folders, files and links, these as links. Pipes, sockets and devices are no one's work
/// and are left out.
void copy_tree(const fs::path& source, const fs::path& target, const std::stop_token& stop,
               std::error_code& error) {
  for (fs::recursive_directory_iterator each(source, error), end; !error && each != end;
       each.increment(error)) {
    if (stop.stop_requested()) return;
    const fs::path copy = target / each->path().lexically_relative(source);
    const fs::file_status status = each->symlink_status(error);
    if (error) return;
    if (fs::is_directory(status)) {
      fs::create_directory(copy, each->path(), error);
    } else if (fs::is_regular_file(status) || fs::is_symlink(status)) {
      fs::copy(each->path(), copy, fs::copy_options::copy_symlinks, error);
    }
    if (error) return;
  }
}

Result<void> copy_folder(const fs::path& from, const fs::path& projects, const fs::path& data,
                         const std::stop_token& stop) {
  std::error_code error;
  const fs::path source = fs::canonical(from, error);
  if (error || !fs::is_directory(source, error)) {
    return not_found("there is no folder " + from.string(),
                     "give the absolute path of a folder on the server's machine");
  }
  const fs::path own = fs::canonical(data, error);
  if (is_inside(own, source) || is_inside(source, own)) {
    return Error{Errc::kDenied, source.string() + " holds the server's own data",
                 "choose a folder beside the data folder"};
  }
  copy_tree(source, projects, stop, error);
  if (stop.stop_requested()) return Error{Errc::kCancelled, "the copy was cancelled", {}};
  if (error) return unavailable("copying " + source.string() + ": " + error.message());
  return {};
}

Result<void> write_template(const Template& chosen, const fs::path& projects) {
  for (const TemplateFile& file : chosen.files) {
    const fs::path path = projects / file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    TRY_VOID(write_file_atomically(path, file.text, 0644));
  }
  return {};
}

}  // namespace

Result<json::object> check_source(const json::object& source) {
  TRY(std::string kind, need_string(source, "kind"));
  if (kind == "empty") return json::object{{"kind", kind}};
  if (kind == "git") {
    TRY(std::string url, need_string(source, "url"));
    if (url.size() > kUrlBytesMax || !is_git_url(url) ||
        std::ranges::any_of(url, is_blank_or_control)) {
      return invalid("'url' is not a repository's address",
                     "use https://…, ssh://…, user@host:path, file:///… or an absolute path");
    }
    return json::object{{"kind", kind}, {"url", without_credentials(url)}};
  }
  if (kind == "path") {
    TRY(std::string path, need_string(source, "path"));
    if (!path.starts_with('/') || path.find('\0') != std::string::npos) {
      return invalid("'path' is not an absolute path", "start it with /");
    }
    return json::object{{"kind", kind}, {"path", path}};
  }
  if (kind == "template") {
    TRY(std::string name, need_string(source, "name"));
    if (find_template(name) == nullptr) {
      return not_found("there is no template '" + name + "'", "templates: " + template_names());
    }
    return json::object{{"kind", kind}, {"name", name}};
  }
  if (kind == "import") {
    return invalid("an archive is not named but sent",
                   "send it as the body of POST /workspaces/import?name=NAME");
  }
  return invalid("there is no source of kind '" + kind + "'", "use empty, git, path or template");
}

Result<void> fetch_source(const json::object& source, const fs::path& projects,
                          const fs::path& data, const Environment& environment,
                          std::stop_token stop) {
  const std::string kind = find_string(source, "kind").value_or("");
  if (kind == "git") {
    return clone(find_string(source, "url").value_or(""), projects, environment, std::move(stop));
  }
  if (kind == "path") {
    return copy_folder(find_string(source, "path").value_or(""), projects, data, stop);
  }
  if (kind == "template") {
    return write_template(*find_template(find_string(source, "name").value_or("")), projects);
  }
  return {};
}

}  // namespace coditect::registry
