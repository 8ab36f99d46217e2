#include "workspace/mcp/mcp_server.h"

#include <algorithm>

#include "tools/secret_names.h"

namespace coditect::workspace {

namespace {

constexpr std::string_view kTakes =
    "a server is {command, env?, network?} or {url, headers?, oauth?}, with enabled?, read_only?, "
    "tools?, timeout_s?";
constexpr std::size_t kNameBytesMax = 24;

bool is_word(std::string_view text, std::string_view others) {
  return !text.empty() && std::ranges::all_of(text, [others](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || others.contains(c);
  });
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// One line that goes into an argument, a variable or a header.
Result<std::string> text_of(const json::value& value, const std::string& what) {
  if (!value.is_string()) return invalid(what + " is not a text");
  std::string text(value.get_string());
  if (text.size() > limits::kMcpTextBytesMax) return invalid(what + " is longer than 4 KiB");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (std::ranges::any_of(text, control)) return invalid(what + " holds a control character");
  return text;
}

Result<McpValue> value_of(const json::value& value, const std::string& what) {
  const json::object* object = value.if_object();
  McpValue read;
  if (object == nullptr) {
    TRY(read.text, text_of(value, what));
    return read;
  }
  for (const auto& member : *object) {
    if (member.key() == "secret") {
      TRY(read.secret, text_of(member.value(), what));
      TRY_VOID(tools::check_secret_name(read.secret));
    } else if (member.key() == "prefix") {
      TRY(read.text, text_of(member.value(), what));
    } else {
      return invalid(what + " is a text or {secret, prefix?}");
    }
  }
  if (read.secret.empty()) return invalid(what + " names no secret");
  return read;
}

Result<std::map<std::string, McpValue>> values_of(const json::value& value, const std::string& what,
                                                  std::string_view name_characters) {
  const json::object* object = value.if_object();
  if (object == nullptr) return invalid("'" + what + "' is not an object");
  if (object->size() > limits::kMcpEntriesMax)
    return invalid("'" + what + "' has too many members");
  std::map<std::string, McpValue> values;
  for (const auto& member : *object) {
    const std::string name(member.key());
    if (!is_word(name, name_characters)) return invalid("'" + name + "' cannot be in " + what);
    TRY(McpValue read, value_of(member.value(), name + " in '" + what + "'"));
    values.emplace(name, std::move(read));
  }
  return values;
}

Result<std::vector<std::string>> texts_of(const json::value& value, const std::string& what) {
  const json::array* array = value.if_array();
  if (array == nullptr || array->size() > limits::kMcpEntriesMax) {
    return invalid("'" + what + "' is not a list of at most 50 texts");
  }
  std::vector<std::string> texts;
  for (const json::value& each : *array) {
    TRY(std::string text, text_of(each, "a part of '" + what + "'"));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<bool> flag_of(const json::value& value, std::string_view what) {
  if (!value.is_bool()) return invalid("'" + std::string(what) + "' is neither true nor false");
  return value.get_bool();
}

Result<void> take_command(const json::value& value, McpServer& server) {
  TRY(server.command, texts_of(value, "command"));
  if (server.command.empty() || server.command.front().empty()) {
    return invalid("'command' is empty", "give the program and its arguments, each as a text");
  }
  return {};
}

Result<void> take_sign_in(const json::value& value, McpServer::SignIn& sign_in) {
  const json::object* object = value.if_object();
  if (object == nullptr) return invalid("'oauth' is not an object");
  for (const auto& member : *object) {
    if (member.key() == "client_id") {
      TRY(sign_in.client_id, text_of(member.value(), "'client_id'"));
    } else if (member.key() == "scope") {
      TRY(sign_in.scope, text_of(member.value(), "'scope'"));
    } else if (member.key() == "client_secret") {
      TRY(const McpValue secret, value_of(member.value(), "'client_secret'"));
      if (secret.secret.empty() || !secret.text.empty()) {
        return invalid("'client_secret' is not {secret: NAME}", "set the value with secrets.set");
      }
      sign_in.client_secret = secret.secret;
    } else {
      return invalid("'oauth' is {client_id?, client_secret?: {secret}, scope?}");
    }
  }
  return {};
}

Result<void> take_read_only(const json::value& value, McpServer& server) {
  if (value.is_bool()) {
    server.all_read_only = value.get_bool();
    return {};
  }
  TRY(std::vector<std::string> names, texts_of(value, "read_only"));
  server.read_only.insert(names.begin(), names.end());
  return {};
}

Result<void> take(std::string_view key, const json::value& value, McpServer& server) {
  if (key == "command") return take_command(value, server);
  if (key == "oauth") return take_sign_in(value, server.sign_in);
  if (key == "read_only") return take_read_only(value, server);
  if (key == "env") {
    TRY(server.environment, values_of(value, "env", "_"));
  } else if (key == "headers") {
    TRY(server.headers, values_of(value, "headers", "-_"));
  } else if (key == "network") {
    TRY(server.network, flag_of(value, key));
  } else if (key == "enabled") {
    TRY(server.enabled, flag_of(value, key));
  } else if (key == "url") {
    TRY(const std::string text, text_of(value, "'url'"));
    TRY(server.url, net_client::parse_base_url(text));
  } else if (key == "tools") {
    TRY(std::vector<std::string> names, texts_of(value, "tools"));
    server.tools.emplace(names.begin(), names.end());
  } else if (key == "timeout_s") {
    const auto seconds = find_int(json::object{{"s", value}}, "s");
    if (!seconds || *seconds < 1 || *seconds > limits::kMcpCallMax.count()) {
      return invalid("'timeout_s' is not a number from 1 to 900");
    }
    server.timeout = std::chrono::seconds(*seconds);
  } else {
    return invalid("a server has no '" + std::string(key) + "'", std::string(kTakes));
  }
  return {};
}

/// What is written out stands in the log: a key does not belong there.
bool looks_like_a_key(const std::string& name) {
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  });
  constexpr std::string_view kEnds[] = {"KEY", "TOKEN", "SECRET", "PASSWORD", "AUTHORIZATION"};
  return std::ranges::any_of(kEnds, [&upper](auto end) { return upper.ends_with(end); });
}

Result<void> check_no_keys(const std::map<std::string, McpValue>& values) {
  for (const auto& [name, value] : values) {
    if (!value.secret.empty() || !looks_like_a_key(name)) continue;
    return invalid("'" + name + "' looks like a key, and what is written out here is in the log",
                   "keep it with secrets.set, and give {\"secret\": NAME, \"prefix\"?}");
  }
  return {};
}

/// Headers that say how a message is to be read are the client's own.
Result<void> check_headers(const McpServer& server) {
  constexpr std::string_view kOurs[] = {"accept", "content-type",      "content-length",
                                        "host",   "transfer-encoding", "connection"};
  for (const auto& [name, value] : server.headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool ours = std::ranges::count(kOurs, lower) > 0 || lower.starts_with("mcp-") ||
                      lower.starts_with("proxy-");
    if (ours) return invalid("the header " + name + " is not yours to set");
    if (value.secret.empty() || server.url->scheme == net_client::Scheme::kHttps) continue;
    if (!is_loopback(server.url->host)) {
      return invalid("a secret is never sent over http", "give an https URL");
    }
  }
  return {};
}

}  // namespace

Result<McpServer> McpServer::parse(const json::object& object) {
  McpServer server;
  for (const auto& member : object) {
    TRY_VOID(take(member.key(), member.value(), server));
  }
  if (server.command.empty() == !server.url) {
    return invalid("a server has either a 'command' or a 'url'", std::string(kTakes));
  }
  const bool of_http = object.contains("headers") || object.contains("oauth");
  const bool of_command = object.contains("env") || object.contains("network");
  if (server.url ? of_command : of_http) {
    return invalid("'env' and 'network' go with 'command', 'headers' and 'oauth' with 'url'");
  }
  TRY_VOID(check_no_keys(server.environment));
  TRY_VOID(check_no_keys(server.headers));
  if (server.url) TRY_VOID(check_headers(server));
  return server;
}

std::set<std::string> McpServer::secrets() const {
  std::set<std::string> names;
  for (const auto* values : {&environment, &headers}) {
    for (const auto& [name, value] : *values) {
      if (!value.secret.empty()) names.insert(value.secret);
    }
  }
  return names;
}

Result<void> check_mcp_server_name(std::string_view name) {
  const bool good = name.size() <= kNameBytesMax && is_word(name, "-") && name.front() >= 'a' &&
                    name.front() <= 'z' &&
                    std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (good) return {};
  return invalid("a server cannot be called '" + std::string(name.substr(0, 100)) + "'",
                 "use a-z, 0-9 and '-', beginning with a letter, at most 24");
}

}  // namespace coditect::workspace
