// SPDX-License-Identifier: Apache-2.0
#include "plugins/canonical_check.hpp"

#include <array>
#include <string>

#include <porteur/json.hpp>

namespace porteur {
namespace {

// The length of the UTF-8 character that begins at `at`; 0 if there is none.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) -> unsigned {
        return at + index < text.size() ? static_cast<unsigned char>(text[at + index]) : 0;
    };
    const auto follows = [&](std::size_t index, unsigned from = 0x80, unsigned to = 0xBF) {
        return byte(index) >= from && byte(index) <= to;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first == 0xE0) return follows(1, 0xA0) && follows(2) ? 3 : 0;
    if (first == 0xED) return follows(1, 0x80, 0x9F) && follows(2) ? 3 : 0;  // no surrogates
    if (first >= 0xE1 && first <= 0xEF) return follows(1) && follows(2) ? 3 : 0;
    if (first == 0xF0) return follows(1, 0x90) && follows(2) && follows(3) ? 4 : 0;
    if (first >= 0xF1 && first <= 0xF3) return follows(1) && follows(2) && follows(3) ? 4 : 0;
    if (first == 0xF4) return follows(1, 0x80, 0x8F) && follows(2) && follows(3) ? 4 : 0;
    return 0;
}

class Checker {
public:
    explicit Checker(std::string_view text) : text_(text) {}

    const char* run() {
        if (const char* wrong = value(canonical_depth_max)) return wrong;
        return at_ == text_.size() ? nullptr : "something follows the value";
    }
    std::size_t position() const { return at_; }

private:
    bool take(char wanted) {
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    bool take(std::string_view wanted) {
        if (!text_.substr(at_).starts_with(wanted)) return false;
        at_ += wanted.size();
        return true;
    }

    const char* value(int depth) {
        if (at_ >= text_.size()) return "the text ends early";
        switch (text_[at_]) {
            case '{':
                return depth == 0 ? "too deep" : object(depth - 1);
            case '[':
                return depth == 0 ? "too deep" : array(depth - 1);
            case '"':
                return string(nullptr);
            case 't':
                return take("true") ? nullptr : "no JSON value";
            case 'f':
                return take("false") ? nullptr : "no JSON value";
            case 'n':
                return take("null") ? nullptr : "no JSON value";
            case ' ':
            case '\t':
            case '\r':
            case '\n':
                return "a blank";
            default:
                return number();
        }
    }

    const char* object(int depth) {
        ++at_;
        if (take('}')) return nullptr;
        std::string kept_before, kept;  // only for keys with escapes
        std::string_view before;
        for (bool first = true;; first = false) {
            const auto begin = at_;
            bool escaped = false;
            if (at_ >= text_.size() || text_[at_] != '"') return "no key";
            if (const char* wrong = string(&escaped)) return wrong;
            std::string_view key = text_.substr(begin + 1, at_ - begin - 2);
            if (escaped) {
                kept = unescaped(key);
                key = kept;
            }
            if (!first && !(before < key)) return before == key ? "a key twice" : "keys not sorted";
            if (!take(':')) return "no colon after a key";
            if (const char* wrong = value(depth)) return wrong;
            if (take('}')) return nullptr;
            if (!take(',')) return "no comma between members";
            if (escaped) {
                kept_before.swap(kept);
                key = kept_before;
            }
            before = key;
        }
    }

    const char* array(int depth) {
        ++at_;
        if (take(']')) return nullptr;
        while (true) {
            if (const char* wrong = value(depth)) return wrong;
            if (take(']')) return nullptr;
            if (!take(',')) return "no comma between elements";
        }
    }

    const char* string(bool* escaped) {
        ++at_;
        while (true) {
            at_ += detail::clean_bytes(text_.substr(at_), 0x80);
            if (at_ == text_.size()) return "a text without end";
            const auto byte = static_cast<unsigned char>(text_[at_]);
            if (byte == '"') {
                ++at_;
                return nullptr;
            }
            if (byte < 0x20) return "a control byte in a text";
            if (byte == '\\') {
                if (escaped) *escaped = true;
                if (const char* wrong = escape()) return wrong;
            } else {
                const auto length = character_length(text_, at_);
                if (length == 0) return "broken UTF-8";
                at_ += length;
            }
        }
    }

    const char* escape() {
        for (const std::string_view plain : {"\\\"", "\\\\", "\\n", "\\r", "\\t"})
            if (take(plain)) return nullptr;
        const auto form = text_.substr(at_, 6);
        const bool control =
            form.size() == 6 && form.starts_with("\\u00") && (form[4] == '0' || form[4] == '1') &&
            ((form[5] >= '0' && form[5] <= '9') || (form[5] >= 'a' && form[5] <= 'f'));
        if (!control || form == "\\u0009" || form == "\\u000a" || form == "\\u000d")
            return "an escape that is not needed";
        at_ += 6;
        return nullptr;
    }

    const char* number() {
        const bool negative = take('-');
        const auto begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
        if (at_ == begin) return "no JSON value";
        if (text_[begin] == '0' && (at_ - begin > 1 || negative))
            return "a number in a second form";
        if (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E'))
            return "a number that is not whole";
        return fits_64_bits(text_.substr(begin, at_ - begin), negative) ? nullptr : "a number beyond 64 bits";
    }

    // The SDK reads what does not fit as a fraction, and would write it otherwise.
    static bool fits_64_bits(std::string_view digits, bool negative) {
        constexpr std::string_view lowest = "9223372036854775808", highest = "18446744073709551615";
        const auto limit = negative ? lowest : highest;
        return digits.size() < limit.size() || (digits.size() == limit.size() && digits <= limit);
    }

    // Only of texts that string() has passed.
    static std::string unescaped(std::string_view text) {
        std::string out;
        for (std::size_t index = 0; index < text.size(); ++index) {
            if (text[index] != '\\') {
                out += text[index];
                continue;
            }
            switch (text[++index]) {
                case 'n':
                    out += '\n';
                    break;
                case 'r':
                    out += '\r';
                    break;
                case 't':
                    out += '\t';
                    break;
                case 'u': {
                    const char low = text[index + 4];
                    out += static_cast<char>(
                        (text[index + 3] - '0') * 16 + (low <= '9' ? low - '0' : low - 'a' + 10)
                    );
                    index += 4;
                    break;
                }
                default:
                    out += text[index];
            }
        }
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Result<void> check_canonical_json(std::string_view text) {
    Checker checker(text);
    if (const char* wrong = checker.run())
        return failure(
            ErrorKind::internal, std::string("not canonical JSON: ") + wrong + " at byte " +
                                     std::to_string(checker.position())
        );
    return {};
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto length = character_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string plain_text(std::string_view text, std::size_t length_max) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = character_length(text, at);
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool shown = length > 1 || (length == 1 && byte >= 0x20 && byte != 0x7F);
        if (out.size() + (shown ? length : 1) > length_max) break;
        if (shown)
            out.append(text, at, length);
        else
            out += '?';
        at += shown ? length : 1;
    }
    return out;
}

}  // namespace porteur
