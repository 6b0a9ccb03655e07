// SPDX-License-Identifier: Apache-2.0
#include "server_url.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <porteur/result.hpp>

#include "command.hpp"

namespace porteur::cli {

namespace urls = boost::urls;

std::string ServerUrl::authority() const {
    const bool is_v6 = host.find(':') != host.npos;
    return (is_v6 ? "[" + host + "]" : host) + ":" + port;
}

std::string ServerUrl::text() const { return (tls ? "https://" : "http://") + authority() + base; }

bool ServerUrl::is_local() const {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Outcome<ServerUrl> parse_server_url(std::string_view text) {
    const auto wrong = [&](const std::string& why) {
        // Neither the user's name nor a password is shown again.
        const auto at = text.find('@');
        return trouble(
            ExitCode::usage,
            at == text.npos
                ? phrase("the daemon's address {1:quoted} {2:text}; write it as in http://127.0.0.1:8480", quoted(text), why)
                : phrase("the daemon's address {1:text}; write it as in http://127.0.0.1:8480", why)
        );
    };
    const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
    if (!parsed) return wrong(told("is not a URL"));
    const auto& url = *parsed;
    if (url.scheme() != "http" && url.scheme() != "https")
        return wrong(told("is neither http:// nor https://"));
    if (url.has_userinfo()) return wrong(told("has a user name in it; the token stands elsewhere"));
    if (url.has_query() || url.has_fragment()) return wrong(told("has a query or a fragment"));
    if (url.host().empty()) return wrong(told("has no host"));

    ServerUrl made;
    made.tls = url.scheme() == "https";
    made.host = url.host_address();
    made.port = std::string(url.port());
    if (made.port.empty()) made.port = made.tls ? "443" : "80";
    made.base = std::string(url.encoded_path());
    while (made.base.ends_with('/')) made.base.pop_back();
    return made;
}

std::string encoded(std::string_view text) {
    return urls::encode(urls::string_view(text.data(), text.size()), urls::unreserved_chars);
}

std::string with_query(
    std::string path, const std::vector<std::pair<std::string, std::string>>& pairs
) {
    char before = '?';
    for (const auto& [name, value] : pairs) {
        if (value.empty()) continue;
        path += before + name + "=" + encoded(value);
        before = '&';
    }
    return path;
}

}  // namespace porteur::cli
