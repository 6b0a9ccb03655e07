// SPDX-License-Identifier: Apache-2.0
#include "domain/people.hpp"

#include <algorithm>
#include <charconv>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

namespace porteur {
namespace {

constexpr std::size_t login_size_max = 100;
constexpr std::size_t name_size_max = 200;
constexpr std::size_t extension_size_max = 20;
constexpr std::size_t password_size_min = 10;
constexpr std::size_t password_size_max = 256;
constexpr std::string_view from_account = " (from account ";

std::unexpected<Error> wrong(std::string_view field, std::string text) {
    return failure(ErrorKind::invalid_input, std::string(field) + ": " + std::move(text));
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte < 0x20 || byte == 0x7F;
    });
}

}  // namespace

std::string_view word_of(MemberKind kind) noexcept {
    switch (kind) {
        case MemberKind::user:
            return "user";
        case MemberKind::service:
            return "service";
        case MemberKind::group:
            return "group";
    }
    return {};
}

std::optional<MemberKind> member_kind_of(std::string_view word) noexcept {
    for (const auto kind : {MemberKind::user, MemberKind::service, MemberKind::group})
        if (word_of(kind) == word) return kind;
    return std::nullopt;
}

Result<void> check_login(std::string_view login) {
    static constexpr std::string_view others = "._+-@";
    const bool fits = login.size() >= 2 && login.size() <= login_size_max &&
                      std::ranges::all_of(login, [](char letter) {
                          return (letter >= 'a' && letter <= 'z') ||
                                 (letter >= '0' && letter <= '9') ||
                                 others.find(letter) != others.npos;
                      });
    if (!fits || login.front() == '@')
        return wrong(
            "/login", phrase(
                          "is {1}; expected 2 to 100 letters, digits and any of . _ + - @, as in "
                          "\"alice\" or \"alice@example.com\"",
                          quoted(login, 100)
                      )
        );
    return {};
}

Result<void> check_name(std::string_view name) {
    if (name.empty() || name.size() > name_size_max || has_control(name) || name.front() == ' ' ||
        name.back() == ' ')
        return wrong(
            "/name", phrase(
                         "is {1}; expected 1 to 200 bytes of text, without blanks around it",
                         quoted(name, 60)
                     )
        );
    return {};
}

Result<void> check_extension(std::string_view extension) {
    if (extension.size() > extension_size_max ||
        extension.find_first_not_of("0123456789*#") != extension.npos)
        return wrong(
            "/extension", phrase("is {1}; expected at most 20 digits", quoted(extension, 40))
        );
    return {};
}

Result<void> check_language(std::string_view language) {
    if (language != "en" && language != "fr")
        return wrong(
            "/language", phrase("is {1}; expected \"en\" or \"fr\"", quoted(language, 20))
        );
    return {};
}

Result<void> check_password(std::string_view password, std::string_view login) {
    if (password.size() < password_size_min || password.size() > password_size_max)
        return wrong(
            "/password", phrase(
                             "has {1} bytes; expected {2} to {3}", password.size(),
                             password_size_min, password_size_max
                         )
        );
    if (folded_login(password) == folded_login(login))
        return wrong("/password", phrase("is the login; think of another one"));
    if (password.find_first_not_of(password.front()) == password.npos)
        return wrong("/password", phrase("is one letter many times; think of another one"));
    return {};
}

Result<void> check_token_name(std::string_view name) {
    if (auto fits = check_name(name); !fits) return fits;
    if (name.front() == '@' || name.find(from_account) != name.npos)
        return wrong(
            "/name",
            phrase("is {1}; it would look like a person's, think of another one", quoted(name, 60))
        );
    return {};
}

std::string folded_login(std::string_view login) {
    std::string out(login);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

std::string who_text(std::string_view name, std::int64_t home) {
    std::string out(name);
    if (home != 0) out += std::string(from_account) + std::to_string(home) + ")";
    return out;
}

std::pair<std::string, std::int64_t> read_who(std::string_view who) {
    const auto at = who.rfind(from_account);
    if (at == who.npos || !who.ends_with(')')) return {std::string(who), 0};
    const auto number =
        who.substr(at + from_account.size(), who.size() - at - from_account.size() - 1);
    std::int64_t home = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), home);
    if (read.ec != std::errc{} || read.ptr != number.data() + number.size())
        return {std::string(who), 0};
    return {std::string(who.substr(0, at)), home};
}

std::string audit_json(const Tenant& tenant) {
    return canonical(json::object{
        {"disabled", tenant.disabled},
        {"kind", word_of(tenant.kind)},
        {"name", tenant.name},
        {"parent", tenant.parent}
    });
}

std::string audit_json(const User& user) {
    return canonical(json::object{
        {"disabled", user.disabled},
        {"language", user.language},
        {"login", user.login},
        {"name", user.name},
        {"second_factor", user.second_factor},
        {"tenant", user.tenant}
    });
}

std::string audit_json(const Member& member) {
    return canonical(json::object{
        {"extension", member.extension},
        {"kind", word_of(member.kind)},
        {"name", member.name},
        {"tenant", member.tenant}
    });
}

}  // namespace porteur
