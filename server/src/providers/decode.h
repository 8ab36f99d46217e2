#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "providers/provider_error.h"

/// What the decoders of all vendors share.
namespace coditect::providers {

/// An answer that breaks the protocol. Asking again may bring a whole one.
ProviderError malformed(std::string message);
/// The stream ended before its end.
ProviderError cut_off();

/// The JSON object of an event. Kind::kMalformed for anything else.
ProviderResult<json::object> parse_payload(std::string_view data);
/// A call's input from the text that a model wrote: an empty text is an empty object, and nothing
/// where it is no JSON object.
std::optional<json::object> parse_input(std::string_view text);

/// A count of tokens: 0 where the member is absent or no count.
std::int64_t tokens(const json::object& object, std::string_view key);
/// The string member; "" where it is absent.
std::string text_of(const json::object& object, std::string_view key);

}  // namespace coditect::providers
