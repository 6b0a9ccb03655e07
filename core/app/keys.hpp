// SPDX-License-Identifier: Apache-2.0
#pragma once

// The master key that this machine has, and the one that the store wants: most of the time they are the same. While the
// key is changed (key_rotation.hpp), the machine has a second one, the next, beside the first.

#include <functional>
#include <future>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "access/sealing.hpp"
#include "paper/document_folder.hpp"
#include "settings/settings.hpp"
#include "store/key_book.hpp"
#include "store/store.hpp"

namespace porteur {

/// The name of what a restart must find again although the key changed: what reply tokens are made with.
inline constexpr const char* reply_tokens_key = "reply-tokens";

/// The key that the settings name, and the one beside it: of a file FILE.next, of a credential NAME.next, of a variable
/// NAME_NEXT.
struct KeysAtHand {
    MasterKey first;
    std::optional<MasterKey> next;

    /// The one of an id; null: neither is.
    const MasterKey* with_id(std::string_view id) const;
};
/// @errors  as master_key_of; a next one that is there and is none is an error, too
Result<KeysAtHand> keys_at_hand(const Settings& settings);
/// Where the next key would stand.
SecretRef next_key_of(const SecretRef& key);
/// "the file /var/lib/porteur/porteur.key", "the credential porteur-key".
std::string words_of(const SecretRef& key);

/// What documents are sealed with under a master key. It must outlive what is returned.
class DocumentKeys {
public:
    explicit DocumentKeys(const MasterKey& master);
    paper::DocumentKey get() const;

private:
    MasterKey master_, documents_;
    std::string id_;
};

/// What reply tokens are made with while a store is young: a hash of its first key, as hexadecimal digits.
std::string first_reply_key(const MasterKey& master);

/// Has sealing and documents use the key that the store wants, and open what the ones of before have sealed; a store that
/// knows no key yet gets this machine's.
/// @param holds  whether the store is ours to write; else a store that knows no key is left so
/// @errors  invalid_input: this machine has another key; the message says which is wanted, and what mends it
Result<void> ready_keys(Store& store, const Settings& settings, Sealing sealing, const paper::DocumentFolder* documents, bool holds);

/// Opens the keys of before that a store keeps, by the one that `sealing` has, for whoever has no settings.
Result<void> take_keys_of_before(StoreAccess& access, Sealing sealing, const paper::DocumentFolder* documents);

/// Looks whether the store is to be sealed by another key, and changes to it while everything runs.
/// @threads  the executor's one thread; it reads and writes the store there
class KeyFollower {
public:
    struct Parts {
        boost::asio::any_io_executor executor;
        Store& store;
        const Settings& settings;  ///< of which [store] is read
        Sealing sealing;
        const paper::DocumentFolder& documents;
        std::function<void(std::string)> note, warn;
        std::chrono::milliseconds rest{1000};
    };
    explicit KeyFollower(Parts parts) : parts_(std::move(parts)), timer_(parts_.executor) {}

    /// Goes on until stop(). @return made ready when it has ended: the object stays until then
    std::future<void> start();
    void stop();
    /// One look. @errors  what is said in the log
    Result<void> look();

private:
    boost::asio::awaitable<void> run();

    Parts parts_;
    boost::asio::steady_timer timer_;
    bool stopped_ = false;
};

}  // namespace porteur
