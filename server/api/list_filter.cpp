// Recursive descent over tokens. Tested by tests/server/list_filter_test.cpp.
#include "server/api/list_filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace quarry::server {
namespace {

constexpr std::size_t kLongest = 8192;
constexpr int kDeepest = 32;
constexpr int kMostComparisons = 64;

struct Token {
  enum class Kind { kWord, kQuoted, kSign, kOpen, kClose, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
};

// Longer signs first.
constexpr std::array<std::pair<std::string_view, Comparison>, 7> kSigns = {
    {{"!=", Comparison::kNotEqual},
     {"<=", Comparison::kAtMost},
     {">=", Comparison::kAtLeast},
     {"=", Comparison::kEqual},
     {"<", Comparison::kLess},
     {">", Comparison::kMore},
     {":", Comparison::kHas}}};

class Tokens {
 public:
  Tokens(const std::string& text, search::FieldErrors& errors) : text_(text), errors_(errors) {
    advance();
  }
  const Token& current() const { return token_; }
  Token take() {
    Token taken = std::move(token_);
    advance();
    return taken;
  }

 private:
  void advance() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ == text_.size()) {
      token_ = {};
    } else if (text_[at_] == '(' || text_[at_] == ')') {
      const bool is_open = text_[at_++] == '(';
      token_ = {is_open ? Token::Kind::kOpen : Token::Kind::kClose, is_open ? "(" : ")"};
    } else if (text_[at_] == '"' || text_[at_] == '\'') {
      token_ = quoted(text_[at_]);
    } else if (const auto sign = sign_here(); !sign.empty()) {
      token_ = {Token::Kind::kSign, std::string(sign)};
      at_ += sign.size();
    } else {
      token_ = word();
    }
  }

  std::string_view sign_here() const {
    for (const auto& [sign, comparison] : kSigns) {
      if (std::string_view(text_).substr(at_).starts_with(sign)) return sign;
    }
    return {};
  }

  Token quoted(char quote) {
    Token token{Token::Kind::kQuoted, ""};
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      token.text += text_[at_];
    }
    if (at_ == text_.size()) {
      errors_.push_back({"filter", std::string("a text that begins with ") + quote +
                                       " does not end: " + quote + token.text});
    } else {
      ++at_;
    }
    return token;
  }

  // A time has ':' in it, as in created_at > 2026-11-26T05:00:00Z; a field never has digits before.
  Token word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view(" ()\"'=<>!").find(text_[at_]) == std::string_view::npos) {
      const bool is_in_time =
          at_ > begin && text_[at_] == ':' && is_digit(text_[at_ - 1]) && is_digit(text_[begin]);
      if (text_[at_] == ':' && !is_in_time) break;
      ++at_;
    }
    if (at_ == begin) ++at_;  // a lone '!'
    return {Token::Kind::kWord, text_.substr(begin, at_ - begin)};
  }

  static bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

  const std::string& text_;
  search::FieldErrors& errors_;
  std::size_t at_ = 0;
  Token token_;
};

ListValue value_of(const Token& token) {
  if (token.kind == Token::Kind::kQuoted) return token.text;
  if (token.text == "null") return std::monostate();
  if (token.text == "true" || token.text == "false") return token.text == "true";
  double number = 0.0;
  const char* end = token.text.data() + token.text.size();
  const auto [rest, error] = std::from_chars(token.text.data(), end, number);
  if (error == std::errc() && rest == end && std::isfinite(number)) return number;
  return token.text;
}

class Parser {
 public:
  Parser(const std::string& text, std::span<const ListField> fields, search::FieldErrors& errors)
      : tokens_(text, errors), fields_(fields), errors_(errors) {}

  ListCondition parse() {
    ListCondition whole = any();
    if (!is_broken_ && tokens_.current().kind != Token::Kind::kEnd)
      expected("AND, OR or the end of the filter");
    return whole;
  }

 private:
  using Kind = ListCondition::Kind;

  bool take_word(const char* word) {
    const bool is_it =
        tokens_.current().kind == Token::Kind::kWord && tokens_.current().text == word;
    if (is_it) tokens_.take();
    return is_it;
  }

  // The first place that makes no sense is told; what follows cannot be understood.
  void expected(const std::string& what) {
    if (!is_broken_)
      errors_.push_back({"filter", "expected " + what +
                                       (tokens_.current().kind == Token::Kind::kEnd
                                            ? " at its end"
                                            : ", got \"" + tokens_.current().text + "\"")});
    is_broken_ = true;
  }

  ListCondition joined(Kind kind, const char* word, ListCondition (Parser::*part)()) {
    ListCondition all{.kind = kind};
    do {
      all.parts.push_back((this->*part)());
    } while (!is_broken_ && take_word(word));
    if (all.parts.size() > 1) return all;
    ListCondition only = std::move(all.parts.front());
    return only;
  }
  ListCondition any() { return joined(Kind::kAny, "OR", &Parser::all); }
  ListCondition all() { return joined(Kind::kAll, "AND", &Parser::factor); }

  ListCondition factor() {
    if (++depth_ > kDeepest) {
      expected("at most " + std::to_string(kDeepest) + " levels");
      return {};
    }
    ListCondition found;
    if (take_word("NOT")) {
      found.kind = Kind::kNot;
      found.parts.push_back(factor());
    } else if (tokens_.current().kind == Token::Kind::kOpen) {
      tokens_.take();
      found = any();
      if (!is_broken_ && tokens_.current().kind != Token::Kind::kClose) expected("\")\"");
      tokens_.take();
    } else {
      found = comparison();
    }
    --depth_;
    return found;
  }

  ListCondition comparison() {
    if (++comparisons_ > kMostComparisons)
      expected("at most " + std::to_string(kMostComparisons) + " comparisons");
    if (!is_broken_ && tokens_.current().kind != Token::Kind::kWord) expected("a field");
    if (is_broken_) return {};
    const std::string name = tokens_.take().text;
    if (tokens_.current().kind != Token::Kind::kSign)
      expected("a comparison such as = or <= after \"" + name + "\"");
    if (is_broken_) return {};
    const std::string sign = tokens_.take().text;
    const auto kind = tokens_.current().kind;
    if (kind != Token::Kind::kWord && kind != Token::Kind::kQuoted)
      expected("a value after \"" + name + " " + sign + "\"");
    if (is_broken_) return {};
    const Token value = tokens_.take();
    return checked(name, sign, value);
  }

  ListCondition checked(const std::string& name, const std::string& sign, const Token& token) {
    ListCondition found{.kind = Kind::kCompare, .field = name, .value = value_of(token)};
    found.comparison =
        std::ranges::find(kSigns, sign, [](const auto& pair) { return pair.first; })->second;
    const ListField* field = find_field(name, fields_, "filter", errors_);
    if (field == nullptr) return found;
    // A study may be called 7.
    if (field->kind != FieldKind::kNumber && std::holds_alternative<double>(found.value))
      found.value = token.text;
    check_comparison(*field, found.comparison, found.value, "filter", errors_);
    return found;
  }

  Tokens tokens_;
  std::span<const ListField> fields_;
  search::FieldErrors& errors_;
  bool is_broken_ = false;
  int depth_ = 0;
  int comparisons_ = 0;
};

std::string kind_name(const ListField& field) {
  constexpr std::array kNames = {"a text", "a number", "true or false", "a text"};
  return kNames.at(static_cast<std::size_t>(field.kind));
}

bool fits(const ListField& field, const ListValue& value) {
  switch (field.kind) {
    case FieldKind::kNumber:
      return std::holds_alternative<double>(value);
    case FieldKind::kFlag:
      return std::holds_alternative<bool>(value);
    default:
      return std::holds_alternative<std::string>(value);
  }
}

}  // namespace

const ListField* find_field(const std::string& name, std::span<const ListField> fields,
                            const std::string& pointer, search::FieldErrors& errors) {
  std::vector<std::string> known;
  for (const ListField& field : fields) {
    if (field.is_hidden) continue;
    if (field.name == name) return &field;
    known.push_back(field.name);
  }
  errors.push_back({pointer, "there is no field \"" + name + "\" here" +
                                 search::did_you_mean(name, known) + "; known are " +
                                 search::one_of(known)});
  return nullptr;
}

bool check_comparison(const ListField& field, Comparison comparison, const ListValue& value,
                      const std::string& pointer, search::FieldErrors& errors) {
  const bool is_equality = comparison == Comparison::kEqual || comparison == Comparison::kNotEqual;
  const std::size_t before = errors.size();
  if (std::holds_alternative<std::monostate>(value)) {
    if (!is_equality) errors.push_back({pointer, field.name + ": null can be = or != alone"});
  } else if (!fits(field, value)) {
    errors.push_back({pointer, field.name + " is compared with " + kind_name(field)});
  } else if (field.kind == FieldKind::kTexts && comparison != Comparison::kHas) {
    errors.push_back(
        {pointer, field.name + " is a list: ask what it has, " + field.name + ":TEXT"});
  } else if (field.kind == FieldKind::kFlag && !is_equality) {
    errors.push_back({pointer, field.name + " is true or false: it can be = or != alone"});
  } else if (field.kind == FieldKind::kNumber && comparison == Comparison::kHas) {
    errors.push_back({pointer, field.name + " is a number: compare it with =, !=, <, <=, > or >="});
  } else if (is_equality && !field.allowed.empty()) {
    const auto& text = std::get<std::string>(value);
    if (std::ranges::find(field.allowed, text) == field.allowed.end())
      errors.push_back({pointer, field.name + " is never \"" + text + "\"" +
                                     search::did_you_mean(text, field.allowed) + "; it is " +
                                     search::one_of(field.allowed)});
  }
  return errors.size() == before;
}

ListCondition parse_filter(const std::string& text, std::span<const ListField> fields,
                           search::FieldErrors& errors) {
  if (text.size() > kLongest) {
    errors.push_back({"filter", "must be at most " + std::to_string(kLongest) + " bytes"});
    return {};
  }
  if (text.find_first_not_of(' ') == std::string::npos) return {};
  return Parser(text, fields, errors).parse();
}

}  // namespace quarry::server
