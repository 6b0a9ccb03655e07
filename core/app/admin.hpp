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
    std::int64_t tenant = 1;  ///< account whose administrator it stands for
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

struct NewUser {
    std::int64_t tenant = 1;
    std::string login;
    std::string name;
    std::string language = "en";
    std::string password;
};
/// `porteurd user create`: somebody who signs in; for the first one, also while the daemon runs. @return their id
Result<std::string> create_user(const Settings& settings, const NewUser& wanted);

/// What `porteurd audit` is asked for.
struct AuditWish {
    std::string file;   ///< an export to check instead of the store; "-": standard input
    std::string noted;  ///< a head that was noted before, "COUNT:HASH"
};
/// `porteurd audit verify`. @return what was found, a line @errors rejected: the log was changed
Result<std::string> verify_audit(const Settings& settings, const AuditWish& wish);
/// The same for an export, without any settings.
Result<std::string> verify_audit_export(const AuditWish& wish);
/// `porteurd audit export`: writes the log to a file; "-": standard output.
Result<void> export_audit(const Settings& settings, const std::string& file);
/// `porteurd audit head`: what to note elsewhere.
Result<std::string> audit_head(const Settings& settings);

}  // namespace porteur
