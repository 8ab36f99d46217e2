#include "tools/sandbox/bubblewrap_arguments.h"

#include <system_error>

namespace coditect::tools {

namespace fs = std::filesystem;

SystemView SystemView::of_this_machine(const std::vector<fs::path>& extra) {
  SystemView view;
  std::error_code error;
  for (const char* path : {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"}) {
    if (fs::is_symlink(path, error)) {
      view.links.push_back({path, fs::read_symlink(path, error).string()});
    } else if (fs::is_directory(path, error)) {
      view.folders.emplace_back(path);
    }
  }
  // Not all of /etc/ssl: its private keys may be readable to the identity behind the sandbox.
  for (const char* path :
       {"/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
        "/etc/pki/tls/certs", "/etc/ca-certificates", "/etc/mime.types"}) {
    if (fs::exists(path, error)) view.folders.emplace_back(path);
  }
  for (const fs::path& path : extra) view.folders.push_back(path.string());
  return view;
}

namespace {

/// Every program looks for its own spelling. What is on the sandbox's own loopback needs no proxy.
void add_proxy(std::vector<std::string>& arguments) {
  const std::string proxy = "http://127.0.0.1:" + std::to_string(kSandboxProxyPort);
  for (const char* name : {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"}) {
    arguments.insert(arguments.end(), {"--setenv", name, proxy});
  }
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    arguments.insert(arguments.end(), {"--setenv", name, "localhost,127.0.0.1,::1"});
  }
  // Node.js heeds the others only when it is told to.
  arguments.insert(arguments.end(), {"--setenv", "NODE_USE_ENV_PROXY", "1"});
}

}  // namespace

bool waits(const CommandSpec& spec) {
  return spec.read_only != nullptr || spec.network == Network::kAllowList || !spec.doors.empty();
}

std::string secret_arguments(const std::vector<Secret>& secrets) {
  std::string text;
  for (const Secret& secret : secrets) {
    for (const std::string& word : {std::string("--setenv"), secret.name, secret.value}) {
      text += word;
      text += '\0';
    }
  }
  return text;
}

std::vector<std::string> bubblewrap_arguments(const SystemView& view, const CommandSpec& spec) {
  std::vector<std::string> arguments{"bwrap"};
  const auto add = [&](std::initializer_list<std::string> words) {
    arguments.insert(arguments.end(), words);
  };
  // Started by root, bubblewrap would keep every capability: hence the identity and the drop.
  add({"--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"});
  add({"--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"});
  add({"--unshare-cgroup-try", "--hostname", "sandbox"});
  add({"--die-with-parent", "--new-session", "--clearenv"});

  for (const std::string& folder : view.folders) add({"--ro-bind", folder, folder});
  for (const auto& link : view.links) add({"--symlink", link.target, link.path});
  add({"--ro-bind-data", std::to_string(kPasswdDescriptor), "/etc/passwd"});
  add({"--ro-bind-data", std::to_string(kGroupDescriptor), "/etc/group"});
  add({"--ro-bind-data", std::to_string(kHostsDescriptor), "/etc/hosts"});

  const std::string scratch_bytes = std::to_string(spec.limits.scratch_bytes);
  add({"--proc", "/proc", "--dev", "/dev"});
  add({"--perms", "1777", "--size", scratch_bytes, "--tmpfs", "/dev/shm"});
  add({"--perms", "1777", "--size", scratch_bytes, "--tmpfs", "/tmp"});
  add({"--perms", "0700", "--dir", "/tmp/home"});
  for (const fs::path& folder : spec.programs) add({"--ro-bind", folder.string(), folder.string()});
  if (!spec.home.empty()) add({"--bind", spec.home.string(), "/tmp/home"});
  const bool read_only = spec.access == ProjectAccess::kReadOnly;
  const std::string project(kSandboxProject);
  add({read_only ? "--ro-bind" : "--bind", spec.project_root.string(), project});
  // Without this, a server run by root would let its commands write /proc/sys/kernel/core_pattern:
  // those files go by the identity outside, whatever the capabilities.
  add({"--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"});
  add({"--chdir", (fs::path(project) / spec.working_directory).string()});

  add({"--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"});
  add({"--setenv", "HOME", "/tmp/home", "--setenv", "USER", "agent"});
  add({"--setenv", "LANG", "C.UTF-8"});
  if (spec.console == Console::kNone) {
    add({"--setenv", "TERM", "dumb", "--setenv", "NO_COLOR", "1", "--setenv", "CI", "1"});
    add({"--setenv", "GIT_PAGER", "cat", "--setenv", "PAGER", "cat"});
  }
  if (spec.network == Network::kAllowList) add_proxy(arguments);
  for (const auto& [name, value] : spec.environment) add({"--setenv", name, value});
  if (!spec.secrets.empty()) add({"--args", std::to_string(kSecretsDescriptor)});

  add({"--seccomp", std::to_string(kSeccompDescriptor)});
  add({"--json-status-fd", std::to_string(kStatusDescriptor)});
  add({"--block-fd", std::to_string(kGateDescriptor)});
  add({"--"});
  if (waits(spec)) {
    const fs::path folder = fs::path(project) / spec.working_directory;
    add({"/bin/sh", "-c", std::string(kWaitForMounts), folder.string()});
  }
  arguments.insert(arguments.end(), spec.argv.begin(), spec.argv.end());
  return arguments;
}

}  // namespace coditect::tools
