#include "api/http/static_files.h"

#include <array>

#include "base/posix_file.h"
#include "base/sha256.h"

namespace coditect::api {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNotBuilt =
    "<!doctype html><meta charset=utf-8><title>CODITECT</title>"
    "<p>The server runs, but the studio is not built. Run <code>make build</code> and start it "
    "again.\n";

/// Everything comes from this server; nothing inline runs.
constexpr std::string_view kPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: "
    "blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'";

std::string_view type_of(const fs::path& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
      {".wasm", "application/wasm"},
  }};
  const std::string extension = path.extension().string();
  for (const auto& [known, type] : kTypes) {
    if (extension == known) return type;
  }
  return "application/octet-stream";
}

net::Response guarded(net::Response response) {
  return std::move(response)
      .with("Content-Security-Policy", std::string(kPolicy))
      .with("Referrer-Policy", "no-referrer")
      .with("X-Frame-Options", "DENY");
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const fs::path& folder) {
  StaticFiles files;
  std::error_code error;
  for (fs::recursive_directory_iterator each(folder, error), end; each != end;
       each.increment(error)) {
    if (error) break;
    if (!each->is_regular_file(error)) continue;
    TRY(std::string content, read_file(each->path()));
    const std::string path = "/" + fs::relative(each->path(), folder, error).generic_string();
    std::string tag = "\"" + sha256_hex(content).substr(0, 32) + "\"";
    files.files_[path] = {std::move(content), std::string(type_of(each->path())), std::move(tag)};
  }
  return files;
}

bool StaticFiles::has(std::string_view path) const {
  return path == "/" || path.starts_with("/assets/") || files_.contains(path);
}

net::Response StaticFiles::serve(const net::RequestHead& head) const {
  const std::string_view path = head.path == "/" ? "/index.html" : std::string_view(head.path);
  const bool asset = path.starts_with("/assets/");
  const auto found = files_.find(path);
  if (found == files_.end() && head.path == "/") {
    return guarded(net::text_response(200, "text/html; charset=utf-8", std::string(kNotBuilt)));
  }
  if (found == files_.end()) {
    return net::problem(404, "", "there is no file " + head.path, "reload the page");
  }
  const File& file = found->second;
  // The names of assets hold their hash, so what a name means never changes.
  const std::string_view caching = asset ? "public, max-age=31536000, immutable" : "no-cache";
  const bool unchanged = head.find_header("If-None-Match") == file.tag;
  net::Response response =
      unchanged ? net::Response{304, {}, {}} : net::text_response(200, file.type, file.content);
  return guarded(std::move(response))
      .with("ETag", file.tag)
      .with("Cache-Control", std::string(caching));
}

}  // namespace coditect::api
