// SPDX-License-Identifier: Apache-2.0
#include "app/admin.hpp"

#include "access/token.hpp"
#include "settings/secret.hpp"

namespace porteur {
namespace {

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<std::unique_ptr<Store>> open_beside(const Settings& settings, const Seal& seal) {
    auto address = store_address(settings);
    if (!address) return std::unexpected(std::move(address).error());
    return Store::open({.address = *address, .holder = "porteur", .beside = true}, seal, [](std::function<void()> run) { run(); });
}

}  // namespace

Result<MasterKey> master_key_of(const Settings& settings) {
    const auto& key = settings.store.key;
    if (key.source == SecretRef::Source::file) return read_master_key(key.name);
    auto text = read_secret(key);
    if (!text) return std::unexpected(std::move(text).error());
    return parse_master_key(*text);
}

Result<std::string> store_address(const Settings& settings) {
    if (settings.store.backend == StoreSection::Backend::sqlite) return "sqlite:" + settings.store.path.string();
    if (!settings.store.password) return settings.store.url;
    auto password = read_secret(settings.store.password);
    if (!password) return std::unexpected(std::move(password).error());
    std::string escaped;
    for (const char letter : *password) {
        static constexpr char digits[] = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(letter);
        if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'))
            escaped += letter;
        else
            escaped += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return settings.store.url + (settings.store.url.find('?') == std::string::npos ? "?" : "&") + "password=" + escaped;
}

Result<std::string> init(const Settings& settings) {
    std::string done;
    const auto& key = settings.store.key;
    std::error_code ignored;  // what cannot be made is said by whoever needs it
    if (settings.store.backend == StoreSection::Backend::sqlite)
        std::filesystem::create_directories(settings.store.path.parent_path(), ignored);
    std::filesystem::create_directories(settings.documents.folder, ignored);
    if (key.source == SecretRef::Source::file && !std::filesystem::exists(key.name)) {
        std::filesystem::create_directories(std::filesystem::path(key.name).parent_path(), ignored);
        if (auto made = make_master_key(key.name); !made) return std::unexpected(std::move(made).error());
        done += "key      made: " + key.name + " (keep a copy where the backups are not)\n";
    } else {
        done += "key      there already\n";
    }
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    const StoreSeal seal{Sealing(*master)};
    auto store = open_beside(settings, seal);
    if (!store) return std::unexpected(std::move(store).error());
    done += "store    ready: " + (settings.store.backend == StoreSection::Backend::sqlite ? settings.store.path.string() : settings.store.url) + "\n";
    return done;
}

Result<std::string> create_token(const Settings& settings, const NewToken& wanted) {
    if (wanted.scope != "operator" && wanted.scope != "read")
        return failure(ErrorKind::invalid_input, "scope " + quoted(wanted.scope) + " is neither operator nor read");
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    const StoreSeal seal{Sealing(*master)};
    auto store = open_beside(settings, seal);
    if (!store) return std::unexpected(std::move(store).error());
    const auto token = make_token();
    TokenRow row;
    row.id = now().time_since_epoch().count();
    row.tenant = 1;
    row.name = wanted.name;
    row.hash = hash_of_token(token);
    row.scope = wanted.scope;
    row.created = now();
    if (wanted.valid_for) row.expires = now() + *wanted.valid_for;
    if (auto added = (*store)->add_token(row); !added) return std::unexpected(std::move(added).error());
    return token;
}

Result<std::vector<TokenRow>> list_tokens(const Settings& settings) {
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    const StoreSeal seal{Sealing(*master)};
    auto store = open_beside(settings, seal);
    if (!store) return std::unexpected(std::move(store).error());
    return (*store)->tokens();
}

Result<int> revoke_token(const Settings& settings, const std::string& name) {
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    const StoreSeal seal{Sealing(*master)};
    auto store = open_beside(settings, seal);
    if (!store) return std::unexpected(std::move(store).error());
    auto tokens = (*store)->tokens();
    if (!tokens) return std::unexpected(std::move(tokens).error());
    int revoked = 0;
    for (const auto& token : *tokens) {
        if (token.name != name || token.revoked || (token.expires && *token.expires <= now())) continue;
        if (auto done = (*store)->revoke_token(token.id, now()); !done) return std::unexpected(std::move(done).error());
        ++revoked;
    }
    if (revoked == 0)
        return failure(ErrorKind::invalid_input, "no token of " + quoted(name) + " holds; `porteurd token list` shows them all");
    return revoked;
}

}  // namespace porteur
