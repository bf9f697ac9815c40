// Recursive descent, bounded by kMaxLiteralDepth. Tested by tests/evaluators/literal_test.cpp.
#include "evaluators/imports/literal.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace quarry::evaluators {
namespace {

using nlohmann::json;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class LiteralReader {
 public:
  LiteralReader(std::string_view text, std::string& problem) : text_(text), problem_(problem) {}

  std::optional<json> read() {
    json value;
    if (!read_value(value, 0)) return std::nullopt;
    skip_spaces();
    if (at_ < text_.size()) {
      fail("the end");
      return std::nullopt;
    }
    return value;
  }

 private:
  bool read_value(json& value, int depth) {
    skip_spaces();
    if (depth > kMaxLiteralDepth) return fail("less nesting");
    switch (peek()) {
      case '{':
        return read_dict(value, depth);
      case '[':
        return read_list(value, ']', depth);
      case '(':
        return read_list(value, ')', depth);
      case '\'':
      case '"':
        return read_text(value);
      default:
        return is_word(peek()) ? read_word(value) : read_number(value);
    }
  }

  bool read_dict(json& value, int depth) {
    value = json::object();
    ++at_;
    while (!take('}')) {
      json key;
      if (peek() != '\'' && peek() != '"') return fail("a key in quotes");
      if (!read_text(key)) return false;
      if (!take(':')) return fail("':'");
      const auto [place, fresh] = value.emplace(key.get<std::string>(), json());
      if (!fresh) return fail("every key once");
      if (!read_value(*place, depth + 1)) return false;
      if (!take(',') && peek() != '}') return fail("',' or '}'");
    }
    return true;
  }

  bool read_list(json& value, char end, int depth) {
    value = json::array();
    ++at_;
    while (!take(end)) {
      value.push_back(json());
      if (!read_value(value.back(), depth + 1)) return false;
      if (!take(',') && peek() != end) return fail(std::string("',' or '") + end + "'");
    }
    return true;
  }

  bool read_text(json& value) {
    const char quote = text_[at_++];
    std::string text;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\') {
        if (!read_escape(text)) return fail("an escape such as \\n, \\' or \\u00e9");
      } else {
        text += text_[at_++];
      }
    }
    if (at_ >= text_.size()) return fail("the closing quote");
    ++at_;
    value = std::move(text);
    return true;
  }

  bool read_escape(std::string& text) {
    constexpr std::string_view kLetters = "nrtbf\\'\"/";
    constexpr std::string_view kMeanings = "\n\r\t\b\f\\'\"/";
    ++at_;
    if (at_ >= text_.size()) return false;
    const char letter = text_[at_++];
    if (const std::size_t found = kLetters.find(letter); found != std::string_view::npos) {
      text += kMeanings[found];
      return true;
    }
    const int digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 0;
    unsigned code = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
      if (digit < 0) return false;
      code = code * 16 + static_cast<unsigned>(digit);
      ++at_;
    }
    append_utf8(text, code);
    return digits > 0;
  }

  bool read_word(json& value) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "None" || word == "null" || word == "nan" || word == "NaN") {
      value = nullptr;
    } else if (word == "True" || word == "true") {
      value = true;
    } else if (word == "False" || word == "false") {
      value = false;
    } else {
      at_ = begin;
      return fail("a value");
    }
    return true;
  }

  bool read_number(json& value) {
    const std::size_t begin = at_;
    std::size_t end = at_;
    bool whole = true;
    for (; end < text_.size(); ++end) {
      const char c = text_[end];
      const bool sign = c == '-' || c == '+';
      if (!is_digit(c) && !sign && c != '.' && c != 'e' && c != 'E') break;
      whole = whole && (is_digit(c) || (sign && end == begin));
    }
    const char* first = text_.data() + begin;
    const char* last = text_.data() + end;
    if (first != last && *first == '+') ++first;
    if (first == last) return fail("a value");
    std::int64_t integer = 0;
    double real = 0.0;
    const auto read =
        whole ? std::from_chars(first, last, integer) : std::from_chars(first, last, real);
    if (read.ec != std::errc() || read.ptr != last) return fail("a number that can be held");
    value = whole ? json(integer) : json(real);
    at_ = end;
    return true;
  }

  // 0 at the end; also what stands for a byte 0, which no literal begins with.
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(char wanted) {
    skip_spaces();
    if (peek() != wanted || at_ >= text_.size()) return false;
    ++at_;
    skip_spaces();
    return true;
  }
  bool fail(const std::string& expected) {
    if (problem_.empty())
      problem_ = "expected " + expected + " at character " + std::to_string(at_ + 1);
    return false;
  }

  std::string_view text_;
  std::string& problem_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<json> parse_literal(std::string_view text, std::string& problem) {
  problem.clear();
  return LiteralReader(text, problem).read();
}

}  // namespace quarry::evaluators
