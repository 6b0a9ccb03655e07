// SPDX-License-Identifier: Apache-2.0
#include "app/admin.hpp"

#include <cstdio>
#include <memory>

#include "access/owner.hpp"
#include "access/password.hpp"
#include "access/token.hpp"
#include "settings/secret.hpp"
#include "store/people_book.hpp"

namespace porteur {
namespace {

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// In the audit log, whoever may read the key and the store is the machine itself.
ChangeBy by_command_line() { return {.at = now(), .who = "porteurd", .person = 0, .home = system_tenant, .address = {}}; }

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
    // What another user makes there porteurd cannot read.
    const bool is_sqlite = settings.store.backend == StoreSection::Backend::sqlite;
    for (const auto& each : {is_sqlite ? settings.store.path.parent_path() : settings.documents.folder, settings.documents.folder})
        if (const auto owner = other_owner_of(each))
            return failure(ErrorKind::invalid_input, porteur::quoted(each.string(), 300) + " belongs to " + *owner +
                                                         ", and so must what is in it; run `runuser -u " + *owner + " -- porteurd init`");
    std::error_code ignored;  // what cannot be made is said by whoever needs it
    if (settings.store.backend == StoreSection::Backend::sqlite)
        std::filesystem::create_directories(settings.store.path.parent_path(), ignored);
    std::filesystem::create_directories(settings.documents.folder, ignored);
    if (key.source == SecretRef::Source::file && !std::filesystem::exists(key.name, ignored)) {
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
    if (auto fits = check_token_name(wanted.name); !fits) return std::unexpected(std::move(fits).error());
    const auto token = make_token();
    TokenRow row;
    row.id = first_id_at(now()) + static_cast<Id>(random_bytes(1).front() & 0x7F);
    row.tenant = wanted.tenant;
    row.name = wanted.name;
    row.hash = hash_of_token(token);
    row.scope = wanted.scope;
    row.created = now();
    if (wanted.valid_for) row.expires = now() + *wanted.valid_for;
    PeopleBook book(access_of(**store), true);
    if (auto added = book.add_token(by_command_line(), row, {}); !added) return std::unexpected(std::move(added).error());
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
        if (auto done = PeopleBook(access_of(**store), true).revoke_token(by_command_line(), token); !done) return std::unexpected(std::move(done).error());
        ++revoked;
    }
    if (revoked == 0)
        return failure(ErrorKind::invalid_input, "no token of " + quoted(name) + " holds; `porteurd token list` shows them all");
    return revoked;
}

namespace {

/// The store beside the daemon, and the seal that it needs.
struct Opened {
    std::unique_ptr<StoreSeal> seal;
    std::unique_ptr<Store> store;
};

Result<Opened> opened(const Settings& settings) {
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    Opened out{.seal = std::make_unique<StoreSeal>(Sealing(*master)), .store = {}};
    auto store = open_beside(settings, *out.seal);
    if (!store) return std::unexpected(std::move(store).error());
    out.store = std::move(*store);
    return out;
}

Result<std::optional<AuditHead>> noted_head(const std::string& text) {
    if (text.empty()) return std::optional<AuditHead>();
    auto head = read_audit_head(text);
    if (!head) return std::unexpected(std::move(head).error());
    return std::optional(std::move(*head));
}

std::string found_whole(const AuditHead& head) { return "whole: " + std::to_string(head.count) + " records, head " + text_of(head) + "\n"; }

struct CloseFile {
    void operator()(std::FILE* file) const {
        if (file != stdin && file != stdout) std::fclose(file);
    }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Result<File> open_file(const std::string& name, bool to_write) {
    if (name == "-") return File(to_write ? stdout : stdin);
    File file(std::fopen(name.c_str(), to_write ? "wbe" : "rbe"));
    if (!file) return failure(ErrorKind::unavailable, quoted(name, 300) + " cannot be opened");
    return file;
}

}  // namespace

Result<std::string> create_user(const Settings& settings, const NewUser& wanted) {
    User user;
    user.login = folded_login(wanted.login);
    user.name = wanted.name.empty() ? wanted.login : wanted.name;
    user.language = wanted.language;
    user.tenant = wanted.tenant;
    for (const auto& fits : {check_login(user.login), check_name(user.name), check_language(user.language), check_password(wanted.password, user.login)})
        if (!fits) return std::unexpected(fits.error());
    auto there = opened(settings);
    if (!there) return std::unexpected(std::move(there).error());
    user.created = user.updated = now();
    user.id = first_id_at(now()) + static_cast<Id>(random_bytes(1).front() & 0x7F);
    const auto made = PeopleBook(access_of(*there->store), true).add_user(by_command_line(), user, {.password = hash_of_password(wanted.password)}, {});
    if (!made) return std::unexpected(made.error());
    return id_text(made->id);
}

Result<std::string> verify_audit(const Settings& settings, const AuditWish& wish) {
    const auto noted = noted_head(wish.noted);
    if (!noted) return std::unexpected(noted.error());
    auto there = opened(settings);
    if (!there) return std::unexpected(std::move(there).error());
    const auto head = AuditLog(access_of(*there->store)).verify(*noted);
    if (!head) return std::unexpected(head.error());
    return found_whole(*head);
}

Result<std::string> verify_audit_export(const AuditWish& wish) {
    auto noted = noted_head(wish.noted);
    if (!noted) return std::unexpected(noted.error());
    const auto file = open_file(wish.file, false);
    if (!file) return std::unexpected(file.error());
    AuditExportCheck check(std::move(*noted));
    std::vector<char> piece(1 << 20);
    while (const auto count = std::fread(piece.data(), 1, piece.size(), file->get()))
        if (auto fine = check.take({piece.data(), count}); !fine) return std::unexpected(fine.error());
    if (std::ferror(file->get()) != 0) return failure(ErrorKind::unavailable, quoted(wish.file, 300) + " cannot be read");
    const auto head = check.finish();
    if (!head) return std::unexpected(head.error());
    return found_whole(*head);
}

Result<void> export_audit(const Settings& settings, const std::string& name) {
    auto there = opened(settings);
    if (!there) return std::unexpected(std::move(there).error());
    auto file = open_file(name, true);
    if (!file) return std::unexpected(std::move(file).error());
    bool whole = true;
    auto done = AuditLog(access_of(*there->store)).write([&](std::string_view piece) {
        whole = std::fwrite(piece.data(), 1, piece.size(), file->get()) == piece.size();
        return whole;
    });
    if (!done) return done;
    if (!whole || std::fflush(file->get()) != 0) return failure(ErrorKind::unavailable, quoted(name, 300) + " cannot be written");
    return {};
}

Result<std::string> audit_head(const Settings& settings) {
    auto there = opened(settings);
    if (!there) return std::unexpected(std::move(there).error());
    const auto head = AuditLog(access_of(*there->store)).head();
    if (!head) return std::unexpected(head.error());
    return text_of(*head) + "\n";
}

}  // namespace porteur
