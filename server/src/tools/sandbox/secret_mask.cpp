#include "tools/sandbox/secret_mask.h"

#include <algorithm>
#include <cstdint>

#include "base/hex.h"
#include "base/json.h"

namespace coditect::tools {

namespace {

/// Shorter forms are too likely to be something else.
constexpr std::size_t kFormBytesMin = 8;
/// Lines of a longer value, such as a key in a file's form.
constexpr std::size_t kLineBytesMin = 16;

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Of whole groups of three bytes.
std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at + 2 < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]));
    };
    const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int shift = 18; shift >= 0; shift -= 6) text += kBase64[group >> shift & 63];
  }
  return text;
}

/// With what is left over at the end, without padding.
std::string base64_to_the_end(std::string_view bytes) {
  const std::size_t missing = (3 - bytes.size() % 3) % 3;
  std::string text = base64(std::string(bytes) + std::string(missing, '\0'));
  text.resize(text.size() - missing);
  return text;
}

std::string for_urls(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").contains(c);
}

std::string percent_encoded(std::string_view text, std::string_view digits, std::string_view kept,
                            std::string_view space) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c) || kept.contains(c)) {
      encoded += c;
    } else if (c == ' ') {
      encoded += space;
    } else {
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return encoded;
}

std::string lower(std::string_view text) {
  std::string result;
  for (const char c : text) result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::string upper_hex(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// As a shell prints its variables: `mark` in front of every one of `special`.
std::string escaped(std::string_view text, std::string_view special, std::string_view mark) {
  std::string result;
  for (const char c : text) {
    if (special.contains(c)) result += mark;
    result += c;
  }
  return result;
}

std::vector<std::string> forms_of(std::string_view value) {
  std::vector<std::string> forms{std::string(value)};
  // Behind 0, 1 or 2 other bytes the same bytes fall into other groups of three; those that share a
  // group with what is before or behind them are left out.
  for (std::size_t skipped = 0; skipped < 3 && skipped < value.size(); ++skipped) {
    for (const auto& encode : {base64, base64_to_the_end}) {
      forms.push_back(encode(value.substr(skipped)));
      forms.push_back(for_urls(forms.back()));
    }
  }
  for (const std::string_view digits : {"0123456789ABCDEF", "0123456789abcdef"}) {
    for (const std::string_view kept : {"", "/", "!*'()", "!*'()/"}) {
      forms.push_back(percent_encoded(value, digits, kept, "%20"));
      forms.push_back(percent_encoded(value, digits, kept, "+"));
    }
  }
  const std::string quoted = json::serialize(json::value(json::string(value)));
  forms.push_back(quoted.substr(1, quoted.size() - 2));
  forms.push_back(escaped(value, "\"$`\\", "\\"));
  forms.push_back(escaped(value, "'", "'\\'"));
  const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
  forms.push_back(to_hex({bytes, value.size()}));
  forms.push_back(upper_hex(forms.back()));
  return forms;
}

}  // namespace

SecretMask::SecretMask(const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets) {
    const std::string shown = "[secret " + secret.name + "]";
    for (const std::string& form : forms_of(secret.value)) add(form, shown);
    if (!secret.value.contains('\n')) continue;
    for (std::string_view rest = secret.value; !rest.empty();) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() >= kLineBytesMin && !line.starts_with("-----")) {
        add(std::string(line), shown);
      }
    }
  }
  std::ranges::sort(forms_, std::ranges::greater{},
                    [](const Form& form) { return form.text.size(); });
  for (const Form& form : forms_) begins_[static_cast<unsigned char>(form.text[0])] = true;
}

void SecretMask::add(const std::string& form, const std::string& shown) {
  const bool known = std::ranges::count(forms_, form, &Form::text) > 0;
  if (form.size() >= kFormBytesMin && !known) forms_.push_back({form, shown});
}

std::string SecretMask::take(std::string_view chunk) {
  held_ += chunk;
  return decide(held_, More::kMayCome);
}

std::string SecretMask::finish() { return decide(held_, More::kNone); }

std::string SecretMask::masked(std::string_view text) const {
  std::string whole(text);
  return decide(whole, More::kNone);
}

std::string SecretMask::masked_name(std::string_view host) const {
  const std::string name = lower(host);
  for (const Form& form : forms_) {
    if (name.contains(lower(form.text))) return form.shown;
  }
  return std::string(host);
}

std::string SecretMask::decide(std::string& text, More more) const {
  std::string decided;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (!begins_[static_cast<unsigned char>(rest[0])]) {
      decided += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    const Form* found = nullptr;
    bool undecided = false;
    for (const Form& form : forms_) {
      if (rest.starts_with(form.text)) {
        found = &form;
        break;
      }
      if (more == More::kMayCome && form.text.starts_with(rest)) {
        undecided = true;  // a longer form may still turn out to stand here
        break;
      }
    }
    if (undecided) break;
    decided += found == nullptr ? std::string_view(&rest[0], 1) : std::string_view(found->shown);
    rest.remove_prefix(found == nullptr ? 1 : found->text.size());
  }
  text.erase(0, text.size() - rest.size());
  return decided;
}

}  // namespace coditect::tools
