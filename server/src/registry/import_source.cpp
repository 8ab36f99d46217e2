#include "registry/import_source.h"

#include "storage/unpack/unpack.h"

namespace coditect::registry {

Result<json::object> unpack_upload(const Upload& upload, const std::filesystem::path& projects,
                                   const std::stop_token& stop) {
  TRY(const unpack::Unpacked unpacked, unpack::unpack(upload.file(), projects, {}, stop));
  json::object source{{"kind", "import"},
                      {"file", upload.name()},
                      {"format", unpacked.format},
                      {"files", unpacked.files},
                      {"bytes", unpacked.bytes}};
  if (unpacked.left_out_count == 0) return source;
  json::array left_out;
  for (const auto& [path, why] : unpacked.left_out) {
    left_out.push_back({{"path", path}, {"why", why}});
  }
  source["left_out"] = std::move(left_out);
  source["left_out_count"] = unpacked.left_out_count;
  return source;
}

}  // namespace coditect::registry
