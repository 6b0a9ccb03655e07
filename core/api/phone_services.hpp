// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of people's telephones: each person's own alone, as where they are at home,
// whichever account they have entered. Threads as in services.hpp.

#include <optional>
#include <string>

#include "api/people_services.hpp"

namespace porteur {

/// The telephone system did not do what was asked of it, or nobody knows whether it did.
inline constexpr std::string_view telephone_system_code = "telephone-system";

/// A person's telephone without its password.
struct PhoneShown {
    std::string phone;        ///< the telephone system of their account; empty: it has none
    bool soft_phone = false;  ///< it can be used in a browser
    bool can_call_back = false;
    std::string domain;
    std::string sip_user;
    bool has_password = false;
    std::string call_back;
};

/// What the browser of this person signs its soft phone in with.
struct PhoneCredentials {
    std::string websocket, domain, sip_user, password;
};

/// Only what is there is changed; an empty text takes it out.
struct PhoneWish {
    std::optional<std::string> sip_user, password, call_back;
};

struct CallBack {
    std::string from, to;
};

class PhoneServices {
public:
    virtual ~PhoneServices() = default;

    virtual Result<PhoneShown> phone(const Caller& caller) = 0;
    /// @errors  unsupported: the account has no telephone system; invalid_input
    virtual Async<Result<PhoneShown>> change_phone(Caller caller, PhoneWish wish) = 0;
    /// @errors  unsupported: no soft phone here; conflict_code: something is not said yet
    virtual Result<PhoneCredentials> credentials(const Caller& caller) = 0;
    /// Has the telephone system ring the person and then the number. The answer is kept before it
    /// is asked, as one in doubt, and then as what came: the same key rings once.
    /// @param kept  answers errors, too
    /// @errors  unsupported; invalid_input: the number; conflict_code: nobody said what rings
    /// first;
    ///          too_many_code; telephone_system_code
    virtual Async<Result<CallBack>> call_back(
        Caller caller, std::string number, std::optional<AnswerKept<Result<CallBack>>> kept
    ) = 0;
};

}  // namespace porteur
