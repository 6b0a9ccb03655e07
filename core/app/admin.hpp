// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the operator does on the daemon's machine: making the key, the store and tokens.

#include <string>

#include "access/sealing.hpp"
#include "settings/settings.hpp"
#include "store/store.hpp"

namespace porteur {

/// Sealing, as the store names it.
class StoreSeal : public Seal {
public:
    explicit StoreSeal(Sealing sealing) : sealing_(std::move(sealing)) {}
    std::string close(std::string_view plain, std::string_view place) const override { return sealing_.close(plain, place); }
    Result<std::string> open(std::string_view sealed, std::string_view place) const override { return sealing_.open(sealed, place); }
    const Sealing& sealing() const { return sealing_; }

private:
    Sealing sealing_;
};

/// The key that the settings name. @errors as read_master_key
Result<MasterKey> master_key_of(const Settings& settings);

/// The store's address with its password, if it has one.
Result<std::string> store_address(const Settings& settings);

/// `porteurd init`: makes the key file if there is none, and the store.
/// @return  what was done, a line each
Result<std::string> init(const Settings& settings);

struct NewToken {
    std::string name;
    std::string scope = "operator";  ///< "operator" or "read"
    std::optional<std::chrono::hours> valid_for;
};
/// `porteurd token create`: also while the daemon runs. @return the token, shown this once
Result<std::string> create_token(const Settings& settings, const NewToken& wanted);
/// `porteurd token list`: all that were ever made, the oldest first.
Result<std::vector<TokenRow>> list_tokens(const Settings& settings);
/// `porteurd token revoke`: takes back those of this name that still hold. @return how many
/// @errors  invalid_input: nobody of this name holds one
Result<int> revoke_token(const Settings& settings, const std::string& name);

}  // namespace porteur
