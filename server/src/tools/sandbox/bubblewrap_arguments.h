#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/sandbox/command.h"

namespace coditect::tools {

/// What of the machine a sandbox shows, read-only: the system's programs and libraries, and the
/// few files of /etc that programs need to find them and to check certificates.
struct SystemView {
  struct Link {
    std::string path;
    std::string target;
  };
  std::vector<std::string> folders;  ///< shown at their own place
  std::vector<Link> links;           ///< as on the machine: /bin -> usr/bin

  /// What this machine has, with `extra` (toolchains outside /usr) behind it.
  static SystemView of_this_machine(const std::vector<std::filesystem::path>& extra);
};

/// The descriptors that bubblewrap expects at these numbers; 0 to 2 are the command's own.
enum SandboxDescriptor : int {
  kSeccompDescriptor = 3,
  kStatusDescriptor = 4,
  kGateDescriptor = 5,
  kPasswdDescriptor = 6,
  kGroupDescriptor = 7,
  kHostsDescriptor = 8,
  kReadyDescriptor = 9,     ///< only where a command waits once more, see kWaitForMounts
  kSecretsDescriptor = 10,  ///< only where it has secrets: arguments that nobody sees
  kDescriptorCount = 11,
};

/// Where programs in a sandbox with a network find the proxy, on its own loopback address.
inline constexpr std::uint16_t kSandboxProxyPort = 3128;

/// Whether the sandbox, once it stands, waits for what is done to it from outside.
bool waits(const CommandSpec& spec);
/// The arguments of bubblewrap that set the variables of `secrets`, for kSecretsDescriptor.
std::string secret_arguments(const std::vector<Secret>& secrets);

/// The arguments of bubblewrap, its name first, that confine `spec`. Pure.
std::vector<std::string> bubblewrap_arguments(const SystemView& view, const CommandSpec& spec);

/// A shell's program that says on kReadyDescriptor that the sandbox stands, waits for a line there,
/// and becomes its arguments. It enters its folder again, because a mount that was made meanwhile
/// does not change the folder that a process is already in.
inline constexpr std::string_view kWaitForMounts =
    R"(printf r >&9; IFS= read -r go <&9 || exit 126; exec 9>&-; cd -- "$0" && exec "$@")";

/// The synthesised files of /etc.
inline constexpr std::string_view kPasswd =
    "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n"
    "agent:x:1000:1000:agent:/tmp/home:/bin/bash\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
inline constexpr std::string_view kGroup = "root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n";
inline constexpr std::string_view kHosts = "127.0.0.1 localhost sandbox\n::1 localhost\n";

}  // namespace coditect::tools
