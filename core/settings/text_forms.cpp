// SPDX-License-Identifier: Apache-2.0
#include "settings/text_forms.hpp"

#include <algorithm>

namespace porteur {
namespace {

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view alphanumeric =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}
bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool only(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [&](char letter) {
        return alphanumeric.contains(letter) || more.contains(letter);
    });
}

bool only_lower(std::string_view text, std::string_view more) {
    return only(text, more) &&
           std::ranges::none_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return letter > 0x20 && letter < 0x7F; });
}

bool is_any(std::string_view text) {
    return !text.empty() && std::ranges::none_of(text, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return (byte < 0x20 && letter != '\n' && letter != '\t') || byte == 0x7F;
    });
}

bool is_identifier(std::string_view text) {
    return !text.empty() && text.size() <= 64 && lower.contains(text.front()) &&
           only_lower(text, "_");
}

bool is_account(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text.front() != '-' && only_lower(text, "_-");
}

bool is_step(std::string_view text) {
    return !text.empty() && text.size() <= 64 && only(text, "_-.");
}

bool is_host(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    if (text.contains(':')) return text.find_first_not_of("0123456789abcdefABCDEF:.") == text.npos;
    return text.front() != '.' && text.front() != '-' && text.back() != '.' &&
           !text.contains("..") && only(text, ".-_");
}

bool is_mail(std::string_view text) {
    const auto at = text.rfind('@');
    return at != text.npos && at > 0 && text.size() <= 254 && is_visible(text) &&
           text.find_first_of("<>()[],;:\\\"@") == at && is_host(text.substr(at + 1)) &&
           !text.substr(at + 1).contains(':');
}

bool is_header(std::string_view text) {
    return !text.empty() && text.size() <= 64 && only(text, "!#$%&'*+-.^_`|~");
}

bool is_pointer(std::string_view text) { return text.starts_with('/') && is_any(text); }

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_country(std::string_view text) {
    return text.size() == 2 &&
           std::ranges::all_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

bool is_version(std::string_view text) {
    const auto numbers = text.substr(0, text.find('-'));
    return text.size() <= 64 && std::ranges::count(numbers, '.') == 2 && !numbers.contains("..") &&
           is_digit(numbers.front()) && is_digit(numbers.back()) &&
           numbers.find_first_not_of("0123456789.") == numbers.npos && only(text, ".-+");
}

bool is_variable(std::string_view text) {
    return !text.empty() && (is_letter(text.front()) || text.front() == '_') && only(text, "_");
}

bool is_credential(std::string_view text) {
    return !text.empty() && text.size() <= 255 && text.front() != '.' && only(text, "._-");
}

// Between "//" and the path.
std::string_view authority_of(std::string_view address) {
    const auto begin = address.find("://");
    if (begin == address.npos) return {};
    address.remove_prefix(begin + 3);
    return address.substr(0, address.find_first_of("/?#"));
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

bool is_web(std::string_view text) {
    const bool secure = text.starts_with("https://");
    if (!secure && !text.starts_with("http://")) return false;
    if (!is_visible(text) || text.find_first_of("?#\\\"<>") != text.npos || has_user(text))
        return false;
    const auto host = host_of(text);
    if (!is_host(host)) return false;
    auto rest = authority_of(text);
    rest.remove_prefix(host.size() + (rest.starts_with('[') ? 2 : 0));
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
    return secure || is_loopback(host);
}

}  // namespace

const TextForm any_text{is_any, "holds a control character; write plain text"};
const TextForm identifier{
    is_identifier,
    R"(is not an identifier; write lower-case letters, digits and _, as in "acme_ca")"
};
const TextForm account_name{
    is_account,
    R"(is not the name of an account; write lower-case letters, digits, _ and -, as in "acme-west")"
};
const TextForm step_name{
    is_step, R"(is not the name of a step; write letters, digits, _, . and -, as in "find-order")"
};
const TextForm host_name{
    is_host,
    R"(is not a host; write a name or an address without scheme and port, as in "api.acme.example")"
};
const TextForm mail_address{
    is_mail, R"(is not a mail address; write it bare, as in "ports@acme.example")"
};
const TextForm header_name{
    is_header, R"(is not the name of a header; write letters, digits and -, as in "X-Api-Key")"
};
const TextForm json_pointer{
    is_pointer, R"(is not a JSON pointer; begin with a slash, as in "/ref")"
};
const TextForm sha256{
    is_sha256, "is not a SHA-256; write the 64 lower-case digits that sha256sum prints"
};
const TextForm country_code{
    is_country, R"(is not a country; write the two capital letters of ISO 3166-1, as in "CA")"
};
const TextForm version_text{is_version, R"(is not a version; write three numbers, as in "1.0.0")"};
const TextForm environment_name{
    is_variable, "is not the name of a variable; write letters, digits and _"
};
const TextForm credential_name{
    is_credential, "is not the name of a credential; write letters, digits, ., _ and -"
};
const TextForm web_address{
    is_web,
    R"(is not a web address; write https:// and a host, as in "https://api.acme.example/v2" (http:// only to this machine))"
};

// The addresses themselves are checked by whoever goes to them (core/carriers); here only their letters.
const TextForm address_entry{
    [](std::string_view text) {
        return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:/[]") == text.npos &&
               text.find_first_of(".:") != text.npos;
    },
    R"(is no address; write it as in "10.1.0.0/16", "192.0.2.7:8080" or "[fd00::7]:8443")"
};

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

std::string_view host_of(std::string_view address) {
    auto authority = authority_of(address);
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        return end == authority.npos ? std::string_view{} : authority.substr(1, end - 1);
    }
    return authority.substr(0, authority.rfind(':'));
}

bool may_hold_password(std::string_view text) {
    return has_user(text) || text.contains("password=");
}

bool has_user(std::string_view address) { return authority_of(address).contains('@'); }

}  // namespace porteur
