#pragma once

namespace coditect::databases {

/// SQL that lives as long as the program, so that its address can stand for it. The constructor
/// runs at compile time, which refuses the address of anything that does not.
class StaticSql {
 public:
  consteval StaticSql(const char* text) : text_(text) {}
  const char* text() const { return text_; }

 private:
  const char* text_;
};

}  // namespace coditect::databases
