// SPDX-License-Identifier: Apache-2.0
#include "source_words.hpp"

#include <algorithm>

namespace porteur::plugin_tool {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool begins_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' || (letter & 0x80) != 0;
}

class Reader {
public:
    explicit Reader(std::string_view source) : left_(source) {}

    std::vector<SourceWord> all() {
        while (!left_.empty()) next();
        return std::move(words_);
    }

private:
    using Kind = SourceWord::Kind;

    void skip(std::size_t count) {
        const auto passed = left_.substr(0, count);
        line_ += static_cast<std::uint32_t>(std::ranges::count(passed, '\n'));
        left_.remove_prefix(passed.size());
    }
    void add(Kind kind, std::string_view text) { words_.push_back({kind, std::string(text), line_}); }

    void next() {
        const char first = left_.front();
        if (left_.starts_with("//")) return skip(std::min(left_.find('\n'), left_.size()));
        if (left_.starts_with("/*")) {
            const auto end = left_.find("*/", 2);
            return skip(end == left_.npos ? left_.size() : end + 2);
        }
        if (first == '#') return directive();
        if (first == '"') return literal();
        if (first == '\'') return skip(closing('\''));
        if (begins_name(first)) return name();
        if (is_digit(first)) return number();
        if (static_cast<unsigned char>(first) <= ' ') return skip(1);
        const std::size_t size = left_.starts_with("::") || left_.starts_with("->") ? 2 : 1;
        add(Kind::mark, left_.substr(0, size));
        skip(size);
    }

    /// What follows an #include is the name of a file; other lines may hold code.
    void directive() {
        auto line = left_.substr(1, left_.find('\n') - 1);
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        skip(line.starts_with("include") ? std::min(left_.find('\n'), left_.size()) : 1);
    }

    /// Bytes to the end of what the first byte opens; a line's end closes it, as nothing else would.
    std::size_t closing(char quote) const {
        std::size_t at = 1;
        while (at < left_.size() && left_[at] != quote && left_[at] != '\n') at += left_[at] == '\\' ? 2 : 1;
        return std::min(at + 1, left_.size());
    }
    void literal() {
        const auto size = closing('"');
        const bool is_closed = size >= 2 && left_[size - 1] == '"';
        add(Kind::text, left_.substr(1, size - (is_closed ? 2 : 1)));
        skip(size);
    }
    void raw_literal(std::size_t quote) {
        const auto open = left_.find('(', quote);
        const auto close = open == left_.npos ? std::string() : ")" + std::string(left_.substr(quote + 1, open - quote - 1)) + "\"";
        const auto end = open == left_.npos ? left_.npos : left_.find(close, open + 1);
        if (end == left_.npos) return skip(quote + 1);
        add(Kind::text, left_.substr(open + 1, end - open - 1));
        skip(end + close.size());
    }
    void name() {
        const auto end = std::ranges::find_if_not(left_, [](char letter) { return begins_name(letter) || is_digit(letter); });
        const auto text = left_.substr(0, static_cast<std::size_t>(end - left_.begin()));
        const bool is_prefix = text.size() < left_.size() && left_[text.size()] == '"';
        if (is_prefix && text.ends_with('R') && text.size() <= 3) return raw_literal(text.size());
        if (!is_prefix || text.size() > 2) add(Kind::name, text);
        skip(text.size());
    }
    /// With its exponent, suffix and the quotes between digits.
    void number() {
        std::size_t at = 1;
        while (at < left_.size() && (begins_name(left_[at]) || is_digit(left_[at]) || left_[at] == '.' || left_[at] == '\'')) ++at;
        add(Kind::number, left_.substr(0, at));
        skip(at);
    }

    std::string_view left_;
    std::uint32_t line_ = 1;
    std::vector<SourceWord> words_;
};

}  // namespace

std::vector<SourceWord> words_in_source(std::string_view source) { return Reader(source).all(); }

}  // namespace porteur::plugin_tool
