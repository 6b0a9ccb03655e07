// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porteur {

/// A telephone number in E.164 form: "+" and 7 to 15 digits, the first not 0. The shape only: whether
/// a country uses the number is the host's to say (core/numbering).
/// @source ITU-T E.164, section 6
class PhoneNumber {
public:
    static constexpr std::string_view json_wanted = "a number in E.164 form as in +14165550101";

    PhoneNumber() = default;

    /// Nothing if `text` is not of that shape. @threads any
    static constexpr bool is_shaped(std::string_view text) noexcept {
        if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
        for (const char letter : text.substr(1))
            if (letter < '0' || letter > '9') return false;
        return true;
    }
    static std::optional<PhoneNumber> from_json_text(std::string_view text) {
        if (!is_shaped(text)) return std::nullopt;
        PhoneNumber made;
        made.text_ = text;
        return made;
    }

    /// "+14165550101"; empty only for a number that was never set.
    const std::string& text() const noexcept { return text_; }
    const std::string& json_text() const noexcept { return text_; }
    /// For logs and messages: all but the last four digits hidden, "+*******0101".
    std::string masked() const {
        if (text_.size() < 5) return text_;
        std::string out = text_;
        for (std::size_t index = 1; index + 4 < out.size(); ++index) out[index] = '*';
        return out;
    }
    /// The digits after the country code 1, as North American carriers write them: "4165550101".
    /// Nothing for a number outside the North American plan.
    std::optional<std::string> north_american() const {
        if (text_.size() != 12 || text_[1] != '1') return std::nullopt;
        return text_.substr(2);
    }
    bool empty() const noexcept { return text_.empty(); }

    friend auto operator<=>(const PhoneNumber&, const PhoneNumber&) = default;

private:
    std::string text_;
};

/// True for a North American toll-free number (800, 833, 844, 855, 866, 877, 888).
/// @source NANPA, toll-free resource, read 2026-11
inline bool is_toll_free(const PhoneNumber& number) {
    const auto national = number.north_american();
    if (!national) return false;
    const auto area = std::string_view(*national).substr(0, 3);
    return area == "800" || area == "833" || area == "844" || area == "855" || area == "866" ||
           area == "877" || area == "888";
}

/// A carrier's words made fit for a message: of each run of seven digits or more (blanks, dots, dashes
/// and brackets between them count as part of it) only the last four stay. @threads any
inline std::string masked_numbers(std::string_view text) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    std::string out(text);
    for (std::size_t at = 0; at < out.size();) {
        if (!is_digit(out[at])) {
            ++at;
            continue;
        }
        std::vector<std::size_t> run;
        while (at < out.size() &&
               (is_digit(out[at]) || std::string_view(" .-()").find(out[at]) != std::string_view::npos)) {
            if (is_digit(out[at])) run.push_back(at);
            ++at;
        }
        if (run.size() < 7) continue;
        for (std::size_t index = 0; index + 4 < run.size(); ++index) out[run[index]] = '*';
    }
    return out;
}

}  // namespace porteur
