#include "storage/objects/s3/xml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace coditect::objects {

namespace {

constexpr std::string_view kSpaces = " \t\r\n";

Error no_xml() { return invalid("the store's answer is not the XML that S3 defines"); }

bool is_name_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

/// What stands between "&" and ";". False for what names no character.
bool append_entity(std::string& out, std::string_view name) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, character] : kNamed) {
    if (name != known) continue;
    out += character;
    return true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const int base = name.starts_with('x') ? 16 : 10;
  if (base == 16) name.remove_prefix(1);
  std::uint32_t point = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), point, base);
  if (problem != std::errc{} || end != name.data() + name.size()) return false;
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point == 0 || point > 0x10FFFF || surrogate) return false;
  append_utf8(out, point);
  return true;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find('&');
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    const std::size_t end = text.find(';', at);
    if (end == std::string_view::npos) return std::nullopt;
    if (!append_entity(out, text.substr(at + 1, end - at - 1))) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return out;
}

/// Reads one document from its beginning.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<XmlElement> document() {
    if (take("\xEF\xBB\xBF")) skip_spaces();
    if (take("<?xml")) {
      const std::size_t end = rest_.find("?>");
      if (end == std::string_view::npos) return no_xml();
      rest_.remove_prefix(end + 2);
    }
    skip_spaces();
    TRY(XmlElement root, element(1));
    skip_spaces();
    if (!rest_.empty()) return no_xml();
    return root;
  }

 private:
  Result<XmlElement> element(int depth) {
    if (depth > kXmlDepthMax || !take("<")) return no_xml();
    XmlElement element;
    element.name = name();
    if (element.name.empty()) return no_xml();
    for (;;) {
      const bool spaced = skip_spaces();
      if (take("/>")) return element;
      if (take(">")) break;
      if (!spaced || !attribute()) return no_xml();
    }
    for (;;) {
      const std::size_t tag = rest_.find('<');
      if (tag == std::string_view::npos) return no_xml();
      const auto text = unescape(rest_.substr(0, tag));
      if (!text) return no_xml();
      element.text += *text;
      rest_.remove_prefix(tag);
      if (take("</")) break;
      TRY(XmlElement child, this->element(depth + 1));
      element.children.push_back(std::move(child));
    }
    if (name() != element.name) return no_xml();
    skip_spaces();
    if (!take(">")) return no_xml();
    return element;
  }

  bool attribute() {
    if (name().empty()) return false;
    skip_spaces();
    if (!take("=")) return false;
    skip_spaces();
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) return false;
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos || rest_.substr(0, end).contains('<')) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string name() {
    std::size_t size = 0;
    while (size < rest_.size() && is_name_byte(rest_[size])) ++size;
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool skip_spaces() {
    const std::size_t size = std::min(rest_.find_first_not_of(kSpaces), rest_.size());
    rest_.remove_prefix(size);
    return size > 0;
  }

  std::string_view rest_;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& each : children) {
    if (each.name == child) return &each;
  }
  return nullptr;
}

std::string_view XmlElement::text_of(std::string_view child) const {
  const XmlElement* found = find(child);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

Result<XmlElement> parse_xml(std::string_view text) { return Reader(text).document(); }

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace coditect::objects
