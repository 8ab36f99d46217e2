#include "agents/answer_text.h"

namespace coditect::agents {

namespace {

bool visible(const SaidText& said) {
  return said.text.find_first_not_of(" \t\r\n") != std::string::npos;
}

}  // namespace

std::vector<SaidText> said_texts(const providers::Turn& turn) {
  std::vector<SaidText> all;
  bool begins = true;
  for (const providers::Block& block : turn.blocks) {
    const auto* text = std::get_if<providers::TextBlock>(&block);
    if (text == nullptr) {
      begins = true;
      continue;
    }
    if (text->text.empty()) continue;
    if (begins || all.back().phase != text->phase) all.push_back({"", text->phase});
    all.back().text += text->text;
    begins = false;
  }
  std::erase_if(all, [](const SaidText& said) { return !visible(said); });
  return all;
}

std::string joined_text(const providers::Turn& turn) {
  std::string all;
  for (const SaidText& said : said_texts(turn)) {
    if (!all.empty()) all += "\n\n";
    all += said.text;
  }
  return all;
}

}  // namespace coditect::agents
