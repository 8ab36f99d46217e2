#include "app/client/server_location.h"

#include "app/config.h"
#include "base/json.h"
#include "base/posix_file.h"

namespace coditect::app {

Result<std::filesystem::path> data_folder(const Shell& shell) {
  if (const auto data = shell.environment.find("CODITECT_DATA")) {
    return std::filesystem::path(*data);
  }
  Config config;
  const std::filesystem::path file = "coditect.toml";
  std::error_code error;
  if (std::filesystem::exists(file, error)) TRY_VOID(load_config(file, config));
  return config.data.empty() ? std::filesystem::path("data") : config.data;
}

Result<ServerLocation> find_server(const Shell& shell, const std::filesystem::path& data) {
  const auto url = shell.environment.find("CODITECT_URL");
  const auto token = shell.environment.find("CODITECT_TOKEN");
  if (url && token) return ServerLocation{*url, *token};
  if (url || token) {
    return invalid(std::string(url ? "CODITECT_TOKEN" : "CODITECT_URL") + " is not set",
                   "set both CODITECT_URL and CODITECT_TOKEN, or neither to find the server by "
                   "its data folder");
  }
  const std::filesystem::path file = data / "node" / "server.json";
  const auto text = read_file(file);
  if (!text) {
    return not_found(
        "no server is known: CODITECT_URL is not set, and there is no " + file.string(),
        "start one with `coditect serve`, or set CODITECT_URL and CODITECT_TOKEN");
  }
  const auto object = parse_json_object(*text);
  const auto found_url = object ? find_string(*object, "url") : std::nullopt;
  const auto found_token = object ? find_string(*object, "token") : std::nullopt;
  if (!found_url || !found_token) {
    return invalid(file.string() + " does not say where the server is",
                   "start the server again, which writes it anew");
  }
  return ServerLocation{*found_url, *found_token};
}

}  // namespace coditect::app
