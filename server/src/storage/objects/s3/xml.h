#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::objects {

/// An element of a small document: its name as written, its text, the elements in it.
struct XmlElement {
  std::string name;
  std::string text;  ///< of this element alone, entities resolved
  std::vector<XmlElement> children;

  /// The first child of that name; null where there is none.
  const XmlElement* find(std::string_view child) const;
  /// The text of the first child of that name; "" where there is none.
  std::string_view text_of(std::string_view child) const;
};

/// Reads what S3 stores answer: elements, attributes (not kept), text, character references and
/// the five named entities. Errc::kInvalid for everything else, document types, comments and
/// nesting beyond kXmlDepthMax among it.
Result<XmlElement> parse_xml(std::string_view text);

inline constexpr int kXmlDepthMax = 16;

/// `text` as the content of an element.
std::string escape_xml(std::string_view text);

}  // namespace coditect::objects
