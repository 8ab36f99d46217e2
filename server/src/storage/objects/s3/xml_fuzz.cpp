// What parse_xml accepts it reads the same way again after it has been written out.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "storage/objects/s3/xml.h"

namespace {

using coditect::objects::XmlElement;

std::string write(const XmlElement& element) {
  std::string text = "<" + element.name + ">" + coditect::objects::escape_xml(element.text);
  for (const XmlElement& child : element.children) text += write(child);
  return text + "</" + element.name + ">";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto element = coditect::objects::parse_xml(text);
  if (!element) return 0;
  const std::string written = write(*element);
  const auto again = coditect::objects::parse_xml(written);
  coditect::check(again.ok());
  coditect::check(write(*again) == written);
  return 0;
}
