// SPDX-License-Identifier: Apache-2.0
#include "app/keys.hpp"

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "access/key_proof.hpp"
#include "access/token.hpp"
#include "app/admin.hpp"
#include "settings/secret.hpp"

namespace porteur {

namespace asio = boost::asio;

namespace {

Result<MasterKey> key_in(const SecretRef& key) {
    if (key.source == SecretRef::Source::file) return read_master_key(key.name);
    auto text = read_secret(key);
    if (!text) return std::unexpected(std::move(text).error());
    return parse_master_key(*text);
}

bool is_there(const SecretRef& key) {
    std::error_code none;
    if (key.source == SecretRef::Source::file) return std::filesystem::exists(std::filesystem::symlink_status(key.name, none));
    if (key.source == SecretRef::Source::env) return process_environment(key.name).has_value();
    const auto folder = process_environment("CREDENTIALS_DIRECTORY");
    return folder && std::filesystem::exists(std::filesystem::path(*folder) / key.name, none);
}

std::string ids_of(const KeysAtHand& keys) {
    return key_id_of(keys.first) + (keys.next ? " and " + key_id_of(*keys.next) : "");
}

std::unexpected<Error> another_key(const std::string& wanted, const KeysAtHand& keys, const SecretRef& key) {
    return failure(ErrorKind::invalid_input, "the store is sealed with key " + wanted + ", and this machine has " + ids_of(keys) + " in " + words_of(key) +
                                                 "; the key was changed elsewhere, or this is another store's: bring key " + wanted + " from the machine where porteurd key rotate was run, to " +
                                                 words_of(next_key_of(key)) + " (docs/operating/keys.md)");
}

}  // namespace

const MasterKey* KeysAtHand::with_id(std::string_view id) const {
    if (next && key_id_of(*next) == id) return &*next;
    return key_id_of(first) == id ? &first : nullptr;
}

SecretRef next_key_of(const SecretRef& key) {
    auto next = key;
    next.name += key.source == SecretRef::Source::env ? "_NEXT" : ".next";
    return next;
}

std::string words_of(const SecretRef& key) {
    switch (key.source) {
        case SecretRef::Source::file: return "the file " + key.name;
        case SecretRef::Source::env: return "the variable " + key.name;
        case SecretRef::Source::credential: return "the credential " + key.name;
        case SecretRef::Source::none: break;
    }
    return "no place";
}

Result<KeysAtHand> keys_at_hand(const Settings& settings) {
    KeysAtHand out;
    // The next one first: when it has become the first meanwhile, it is found there.
    if (const auto place = next_key_of(settings.store.key); is_there(place)) {
        auto next = key_in(place);
        if (next)
            out.next = std::move(*next);
        else if (is_there(place))
            return std::unexpected(std::move(next).error());
    }
    auto first = master_key_of(settings);
    if (!first) return std::unexpected(std::move(first).error());
    out.first = *first;
    return out;
}

DocumentKeys::DocumentKeys(const MasterKey& master) : master_(master), documents_(derived_key(master, KeyUse::documents)), id_(key_id_of(master)) {}

paper::DocumentKey DocumentKeys::get() const {
    const auto bytes = [](const MasterKey& key) { return std::span<const unsigned char, MasterKey::size>(key.data(), MasterKey::size); };
    return {.id = id_, .key = bytes(documents_), .old_key = bytes(master_)};
}

std::string first_reply_key(const MasterKey& master) {
    return blake2b_hex("reply-tokens|" + std::string(reinterpret_cast<const char*>(master.data()), MasterKey::size));
}

Result<void> take_keys_of_before(StoreAccess& access, Sealing sealing, const paper::DocumentFolder* documents) {
    const auto known = KeyBook(access).keys();
    if (!known) return std::unexpected(known.error());
    for (const auto& each : *known) {
        if (each.is_current) continue;
        const auto text = sealing.open(each.sealed, place_of_key(each.id));
        const auto key = text ? parse_master_key(*text) : Result<MasterKey>(std::unexpected(text.error()));
        if (!key) return failure(ErrorKind::internal, "the key " + each.id + " of before, which the store keeps, " + key.error().message);
        sealing.take_old(*key);
        if (documents != nullptr) documents->take_old(DocumentKeys(*key).get());
    }
    return {};
}

Result<void> ready_keys(Store& store, const Settings& settings, Sealing sealing, const paper::DocumentFolder* documents, bool holds) {
    auto& access = access_of(store);
    KeyBook book(access);
    const auto keys = keys_at_hand(settings);
    if (!keys) return std::unexpected(keys.error());
    auto known = book.keys();
    if (!known) return std::unexpected(known.error());
    if (known->empty()) {
        const auto opens = book.opens_anything();
        if (!opens) return std::unexpected(opens.error());
        if (!opens->value_or(true))
            return failure(ErrorKind::invalid_input, "what the store has does not open with key " + key_id_of(keys->first) + " of " + words_of(settings.store.key) +
                                                         "; bring the key that it was made with (porteurd restore --check of a backup says its fingerprint)");
        if (!holds) return {};
        const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        if (auto done = book.record_first(key_id_of(keys->first), {{reply_tokens_key, first_reply_key(keys->first)}}, now, false); !done) return done;
        known = book.keys();
        if (!known) return std::unexpected(known.error());
    }
    if (known->empty() || !known->front().is_current) return failure(ErrorKind::internal, "the store does not say which key seals it");
    const auto& wanted = known->front().id;
    const auto* key = keys->with_id(wanted);
    if (key == nullptr) return another_key(wanted, *keys, settings.store.key);
    sealing.take(*key);
    if (documents != nullptr) documents->take(DocumentKeys(*key).get());
    if (auto taken = take_keys_of_before(access, sealing, documents); !taken) return taken;
    return holds ? book.mark_taken(wanted) : Result<void>();
}

Result<void> KeyFollower::look() {
    KeyBook book(access_of(parts_.store));
    const auto known = book.keys();
    if (!known) return std::unexpected(known.error());
    if (known->empty() || !known->front().is_current) return {};
    const auto& wanted = known->front().id;
    if (parts_.sealing.id() != wanted) {
        const auto keys = keys_at_hand(parts_.settings);
        if (!keys) return std::unexpected(keys.error());
        const auto* key = keys->with_id(wanted);
        if (key == nullptr) return another_key(wanted, *keys, parts_.settings.store.key);
        parts_.documents.take(DocumentKeys(*key).get());
        parts_.sealing.take(*key);
        parts_.note("the store is sealed with key " + wanted + " from now on");
    } else if (known->front().taken_by == access_of(parts_.store).fence()) {
        return {};
    }
    // What the writer has sealed so far is on the disk after this.
    std::promise<Result<void>> written;
    parts_.store.commit(Commit(), [&](Result<void> done) { written.set_value(std::move(done)); });
    if (auto done = written.get_future().get(); !done) return done;
    return book.mark_taken(wanted);
}

asio::awaitable<void> KeyFollower::run() {
    std::string said;
    while (!stopped_) {
        const auto done = look();
        // Said once, not every second.
        const auto news = done ? std::string() : done.error().message;
        if (!news.empty() && news != said) parts_.warn("the master key: " + news);
        said = news;
        timer_.expires_after(parts_.rest);
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

std::future<void> KeyFollower::start() { return asio::co_spawn(parts_.executor, run(), asio::use_future); }

void KeyFollower::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace porteur
