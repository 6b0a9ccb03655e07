// SPDX-License-Identifier: Apache-2.0
#include "carriers/destination.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <porteur/phrase.hpp>

#include "carriers/encoding.hpp"

namespace porteur::carriers {
namespace {

/// @param sentence  with a place for the URL
std::unexpected<Error> bad_url(std::string_view text, std::string_view sentence) {
    // What follows the question mark may hold what nobody should read in a log.
    return failure(
        ErrorKind::invalid_input,
        phrase(sentence, quoted(text.substr(0, text.find('?')), 200))
    );
}

bool is_target(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) {
        return letter > ' ' && letter < '\x7F' && letter != '#';
    });
}

}  // namespace

std::string Origin::authority() const {
    const std::string name = host.find(':') == host.npos ? host : "[" + host + "]";
    return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed) return bad_url(text, to_translate("URL {1} cannot be read"));

    const auto scheme = lower({parsed->scheme().data(), parsed->scheme().size()});
    if (scheme != "https" && scheme != "http") return bad_url(text, to_translate("URL {1} is neither https nor http"));
    if (parsed->has_userinfo()) return bad_url(text, to_translate("URL {1} has a user name in it"));

    Url url;
    url.origin.tls = scheme == "https";
    const auto host = parsed->encoded_host();
    url.origin.host = lower({host.data(), host.size()});
    if (url.origin.host.starts_with('[')) {
        url.origin.host = url.origin.host.substr(1, url.origin.host.size() - 2);
    }
    const auto& name = url.origin.host;
    if (name.empty() || name.ends_with('.') || name.find('%') != name.npos) {
        return bad_url(text, to_translate("URL {1} has no plain host"));
    }
    url.origin.port = url.origin.tls ? 443 : 80;
    if (parsed->has_port() && !parsed->port().empty()) {
        if (parsed->port_number() == 0) return bad_url(text, to_translate("URL {1} has no valid port"));
        url.origin.port = parsed->port_number();
    }

    const auto path = parsed->encoded_path();
    url.target.assign(path.data(), path.size());
    if (url.target.empty()) url.target = "/";
    if (parsed->has_query()) {
        const auto query = parsed->encoded_query();
        url.target.append("?").append(query.data(), query.size());
    }
    return url;
}

Result<Destinations> Destinations::make(
    std::string_view base_url, const std::vector<std::string>& hosts
) {
    Destinations made;
    const auto base = parse_url(base_url);
    if (!base) return std::unexpected(base.error());
    if (base->target.find('?') != std::string::npos) return bad_url(base_url, to_translate("URL {1} has a query"));
    made.base_path_ = base->target;
    while (made.base_path_.ends_with('/')) made.base_path_.pop_back();
    made.origins_.push_back(std::make_shared<const Origin>(base->origin));

    for (const auto& entry : hosts) {
        const bool has_scheme = entry.find("://") != entry.npos;
        auto url = parse_url(has_scheme ? entry : "https://" + entry);
        if (!url) return std::unexpected(url.error());
        if (url->target != "/") return bad_url(entry, to_translate("URL {1} has a path, but names a host"));
        made.origins_.push_back(std::make_shared<const Origin>(std::move(url->origin)));
    }
    return made;
}

Result<Destinations::Target> Destinations::find(std::string_view url_or_path) const {
    if (url_or_path.starts_with('/')) {
        if (!is_target(url_or_path)) {
            return bad_url(url_or_path, to_translate("URL {1} has blanks, control bytes or letters outside ASCII"));
        }
        Target found{origins_.front(), {}};
        found.target.reserve(base_path_.size() + url_or_path.size());
        found.target.append(base_path_).append(url_or_path);
        return found;
    }

    auto url = parse_url(url_or_path);
    if (!url) return std::unexpected(url.error());
    const auto known =
        std::ranges::find_if(origins_, [&](const auto& origin) { return *origin == url->origin; });
    if (known == origins_.end()) {
        return failure(
            ErrorKind::invalid_input,
            phrase(
                "{1} is not a host of this account; nothing was sent. Add it to the account's "
                "hosts if the carrier owns it",
                url->origin.text()
            )
        );
    }
    return Target{*known, std::move(url->target)};
}

}  // namespace porteur::carriers
