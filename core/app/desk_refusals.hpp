// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the desks of people and of numbers look at before a change, and refuse it with.

#include <porteur/phrase.hpp>

#include "access/token.hpp"
#include "api/people_services.hpp"
#include "app/host_words.hpp"
#include "domain/tenant_tree.hpp"

namespace porteur::desk {

inline std::string hash_of_cookie(std::string_view cookie) {
    return blake2b_hex("session|" + std::string(cookie));
}

inline std::unexpected<Error> refused(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

inline Error no_user(Id id) {
    return host::coded(
        ErrorKind::invalid_input, not_found_code,
        phrase("there is no user {1} among yours", id_text(id))
    );
}

inline Error no_account(std::int64_t id) {
    return host::coded(
        ErrorKind::invalid_input, not_found_code, phrase("there is no account {1} among yours", id)
    );
}

/// Whether the caller has a right over what is of an account. What they may not even see is absent.
/// @param seen_by  the right by which it is seen
inline Result<void> check_reach(
    const TenantTree& tree, const Caller& caller, Right right, std::int64_t tenant,
    const Error& absent, Right seen_by = Right::view_people
) {
    const auto relation = tree.relation(caller.tenant, tenant);
    if (may(caller.role, right, relation)) return {};
    if (!may(caller.role, seen_by, relation)) return std::unexpected(absent);
    return std::unexpected(host::coded(
        ErrorKind::invalid_input, forbidden_code,
        phrase(
            "{1} has not the right {2} there, as a {3}", quoted(caller.token_name, 60),
            word_of(right), word_of(caller.role)
        )
    ));
}

inline Error too_many(std::chrono::seconds wait) {
    auto error = host::coded(
        ErrorKind::throttled, too_many_code,
        phrase("too many attempts to sign in; try again in {1} seconds", wait.count())
    );
    error.kind = ErrorKind::invalid_input;
    error.retry_after = wait;
    return error;
}

}  // namespace porteur::desk
