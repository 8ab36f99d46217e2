#include "storage/objects/s3/xml.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace coditect::objects {
namespace {

TEST(Xml, WhatStoresAnswer) {
  const auto root = parse_xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Result xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\" >\n"
      "  <Contents><Key>a&amp;b "
      "&lt;&#233;&#x1F600;&gt;</Key><ETag>&quot;e&quot;</ETag></Contents>\n"
      "  <Contents><Key>c</Key></Contents>\n  <Empty/><Also ></Also >\n</Result>\n");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->name, "Result");
  ASSERT_EQ(root->children.size(), 4u);
  EXPECT_EQ(root->children[0].text_of("Key"), "a&b <\xC3\xA9\xF0\x9F\x98\x80>");
  EXPECT_EQ(root->children[0].text_of("ETag"), "\"e\"");
  EXPECT_EQ(root->children[1].text_of("ETag"), "");
  EXPECT_EQ(root->find("Nothing"), nullptr);
  EXPECT_NE(root->find("Also"), nullptr);
}

TEST(Xml, RefusesEverythingElse) {
  const char* cases[] = {
      "",
      "text",
      "<a>",
      "<a></b>",
      "<a/><b/>",
      "<a/>more",
      "<a b></a>",
      "<a b=c></a>",
      "<a b=\"c></a>",
      "<a b=\"<\"/>",
      "<a b=\"1\"c=\"2\"/>",
      "< a/>",
      "<a>&unknown;</a>",
      "<a>&amp</a>",
      "<a>&#0;</a>",
      "<a>&#xD800;</a>",
      "<a>&#x110000;</a>",
      "<a>&#;</a>",
      "<a>&#-1;</a>",
      "<a>&#x;</a>",
      "<!DOCTYPE a><a/>",
      "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
      "<a><!-- no --></a>",
      "<a><![CDATA[no]]></a>",
      "<?xml version=\"1.0\"",
      "<a",
      "<a></a",
      "</a>",
  };
  for (const char* text : cases) EXPECT_FALSE(parse_xml(text).ok()) << text;
}

TEST(Xml, NestingHasALimit) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(parse_xml(nested(kXmlDepthMax)).ok());
  EXPECT_FALSE(parse_xml(nested(kXmlDepthMax + 1)).ok());
  EXPECT_FALSE(parse_xml(nested(100'000)).ok());
}

TEST(Xml, EveryEscapedTextComesBack) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    const auto root = parse_xml("<a>" + escape_xml(text) + "</a>");
    RC_ASSERT(root.ok());
    RC_ASSERT(root->text == text);
  }));
}

}  // namespace
}  // namespace coditect::objects
