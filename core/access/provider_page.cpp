// SPDX-License-Identifier: Apache-2.0
#include "access/provider_page.hpp"

#include <algorithm>

#include <porteur/json.hpp>

namespace porteur {
namespace {

std::unexpected<Error> refused(std::string why) {
    return failure(
        ErrorKind::rejected,
        "what the provider says of itself (/.well-known/openid-configuration) " + std::move(why)
    );
}

std::string text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Whether a list of the document has a word. @param unsaid  what counts where there is no list
bool lists(const json::object& from, std::string_view name, std::string_view word, bool unsaid) {
    const auto* value = from.if_contains(name);
    if (!value || !value->is_array()) return unsaid;
    return std::ranges::any_of(value->get_array(), [&](const json::value& each) {
        return each.is_string() && each.get_string() == word;
    });
}

bool is_plain_address(std::string_view address) {
    return std::ranges::all_of(address, [](char letter) {
        return letter > ' ' && letter <= '~' && letter != '#';
    });
}

}  // namespace

std::string address_of_provider_page(std::string_view issuer) {
    while (issuer.ends_with('/')) issuer.remove_suffix(1);
    return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<ProviderPage> read_provider_page(std::string_view document, std::string_view issuer) {
    const auto read = parse_json(document);
    if (!read || !read->is_object()) return refused("is no JSON object");
    const auto& from = read->get_object();
    if (const auto said = text_of(from, "issuer"); said != issuer)
        return refused(
            "has the issuer " + quoted(said, 200) + " and the settings have " +
            quoted(issuer, 200) + "; they must be the very same"
        );
    ProviderPage out;
    // The settings let an issuer be without TLS on this machine alone; then its own addresses may
    // be so, too.
    const auto origin =
        std::string(issuer.substr(0, issuer.find('/', issuer.find("://") + 3))) + "/";
    for (const auto& [name, into] :
         {std::pair<std::string_view, std::string*>{
              "authorization_endpoint", &out.authorization_endpoint
          },
          {"token_endpoint", &out.token_endpoint},
          {"jwks_uri", &out.keys}}) {
        *into = text_of(from, name);
        if ((!into->starts_with("https://") && !into->starts_with(origin)) ||
            !is_plain_address(*into))
            return refused(
                "has no " + std::string(name) + ", or one that does not begin with https://"
            );
    }
    if (const auto said = text_of(from, "userinfo_endpoint");
        (said.starts_with("https://") || said.starts_with(origin)) && is_plain_address(said))
        out.userinfo_endpoint = said;
    if (!lists(from, "response_types_supported", "code", true))
        return refused("does not offer the authorization code flow (\"code\")");
    out.takes_secret_in_body =
        !lists(from, "token_endpoint_auth_methods_supported", "client_secret_basic", true) &&
        lists(from, "token_endpoint_auth_methods_supported", "client_secret_post", false);
    const auto* names_itself = from.if_contains("authorization_response_iss_parameter_supported");
    out.names_itself = names_itself && names_itself->is_bool() && names_itself->get_bool();
    return out;
}

}  // namespace porteur
