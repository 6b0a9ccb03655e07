// SPDX-License-Identifier: Apache-2.0
#include "app/key_rotation.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include <porteur/json.hpp>

#include "access/key_proof.hpp"
#include "app/admin.hpp"
#include "app/keys.hpp"
#include "domain/tenant_tree.hpp"
#include "store/store_lock.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds look_again{50};

std::unexpected<Error> broken(const fs::path& file, std::string_view what) {
    return failure(ErrorKind::unavailable, porteur::quoted(file.string(), 300) + " " + std::string(what) + ": " + std::strerror(errno));
}

Instant now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

Result<void> sync_folder_of(const fs::path& file) {
    const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    if (!synced) return broken(file.parent_path(), "cannot be synced");
    return {};
}

/// As whoever runs porteurd: what another writes into store and documents, porteurd cannot read.
Result<void> is_run_by_its_owner(const fs::path& key) {
    struct stat about {};
    if (::stat(key.c_str(), &about) != 0 || about.st_uid == geteuid()) return {};
    return failure(ErrorKind::invalid_input, "run it as the user that porteurd runs as, to whom " + porteur::quoted(key.string(), 300) + " belongs: runuser -u porteur -- porteurd key rotate");
}

/// Its name stands only for a whole key.
Result<void> make_next(const fs::path& file) {
    const fs::path unfinished = file.string() + ".unfinished";
    ::unlink(unfinished.c_str());
    if (auto made = make_master_key(unfinished); !made) return made;
    if (::renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0) return broken(file, "cannot be put in its place");
    return sync_folder_of(file);
}

/// The old key stays beside it, as backups of before want it.
Result<std::string> swap_files(const fs::path& key, const fs::path& next, const std::string& old_id, const std::function<void(std::string_view)>& after) {
    const fs::path before = key.string() + ".before-" + old_id;
    if (::link(key.c_str(), before.c_str()) != 0 && errno != EEXIST) return broken(before, "cannot be made");
    if (auto synced = sync_folder_of(key); !synced) return std::unexpected(std::move(synced).error());
    after("key.old_kept");
    if (::rename(next.c_str(), key.c_str()) != 0) return broken(key, "cannot be replaced by " + porteur::quoted(next.string(), 300));
    if (auto synced = sync_folder_of(key); !synced) return std::unexpected(std::move(synced).error());
    return before.string();
}

std::string how_by_hand(const SecretRef& key) {
    const auto next = next_key_of(key);
    if (key.source == SecretRef::Source::credential)
        return "the key is a credential, which systemd alone can make:\n"
               "1. (umask 077; openssl rand -hex 32 > " + next.name + "), as root; keep a copy where the backups are not\n"
               "2. systemd-creds encrypt --name=" + next.name + " " + next.name + " /etc/porteur/" + next.name + ".cred && shred -u " + next.name + "\n"
               "3. add LoadCredentialEncrypted=" + next.name + ":/etc/porteur/" + next.name + ".cred to the unit of porteurd, on each machine, and restart it\n"
               "4. run porteurd key rotate again, with both credentials (systemd-run, as the credentials' example says)\n"
               "(docs/operating/keys.md)";
    return "the key is a variable: set " + next.name + " to 64 hexadecimal digits (openssl rand -hex 32) for porteurd on each machine, restart it, and run this again with both";
}

AuditEntry entry_of(std::string action, const std::string& before, const std::string& after) {
    AuditEntry entry;
    entry.at = now();
    entry.who = "porteurd";
    entry.home = entry.tenant = system_tenant;
    entry.action = std::move(action);
    entry.kind = "store";
    entry.object = "store";
    entry.before = canonical(json::object{{"key", before}});
    entry.after = canonical(json::object{{"key", after}});
    return entry;
}

/// One change of the key, from wherever it stands.
class Rotation {
public:
    Rotation(const Settings& settings, const KeyRotationWish& wish) : settings_(settings), wish_(wish), key_(settings.store.key), next_(next_key_of(key_)) {}

    Result<std::string> run() {
        if (is_file())
            if (auto ours = is_run_by_its_owner(key_.name); !ours) return std::unexpected(std::move(ours).error());
        if (auto opened = open(); !opened) return std::unexpected(std::move(opened).error());
        const auto under_way = known_.size() > 1 || wanted() != key_id_of(keys_.first);
        if (!under_way) {
            auto ready = make_ready();
            if (!ready) return std::unexpected(std::move(ready).error());
            if (!ready->empty()) return said_ + *ready;
            if (auto begun = begin(); !begun) return std::unexpected(std::move(begun).error());
        } else {
            said_ += "goes on    a change that was begun " + day_of(known_.front().since) + "\n";
        }
        if (known_.size() > 1) {
            for (const auto& step : {&Rotation::wait_until_taken, &Rotation::seal_rows, &Rotation::seal_documents, &Rotation::finish})
                if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done).error());
        }
        if (auto kept = keep_files(); !kept) return std::unexpected(std::move(kept).error());
        return said_ + what_to_know();
    }

private:
    bool is_file() const { return key_.source == SecretRef::Source::file; }
    const std::string& wanted() const { return known_.front().id; }
    std::string before() const { return known_.size() > 1 ? known_[1].id : ""; }
    void after(std::string_view step) const {
        if (wish_.after) wish_.after(step);
    }
    void told(std::string_view what, std::uint64_t done, std::uint64_t all) const {
        if (wish_.told) wish_.told(what, done, all);
    }
    static std::string day_of(Instant at) {
        const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(at));
        char text[16];
        std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
        return text;
    }

    Result<void> open() {
        auto keys = keys_at_hand(settings_);
        if (!keys) return std::unexpected(std::move(keys).error());
        keys_ = std::move(*keys);
        seal_.emplace(Sealing(keys_.first));
        auto address = store_address(settings_);
        if (!address) return std::unexpected(std::move(address).error());
        address_ = std::move(*address);
        auto store = Store::open({.address = address_, .holder = "porteur", .beside = true}, *seal_, [](std::function<void()> run) { run(); });
        if (!store) return std::unexpected(std::move(store).error());
        store_ = std::move(*store);
        auto folder = paper::DocumentFolder::open_beside(settings_.documents.folder, DocumentKeys(keys_.first).get());
        if (!folder) return std::unexpected(std::move(folder).error());
        documents_.emplace(std::move(*folder));
        if (auto ready = ready_keys(*store_, settings_, seal_->sealing(), &*documents_, false); !ready) return ready;
        if (auto read = read_known(); !read || !known_.empty()) return read;
        if (auto made = book().record_first(key_id_of(keys_.first), {{reply_tokens_key, first_reply_key(keys_.first)}}, now(), true); !made) return made;
        return read_known();
    }
    Result<void> read_known() {
        auto known = book().keys();
        if (!known) return std::unexpected(std::move(known).error());
        known_ = std::move(*known);
        return {};
    }
    KeyBook book() { return KeyBook(access_of(*store_)); }

    /// @return  what has to be done first; empty: nothing
    Result<std::string> make_ready() {
        if (keys_.next) return std::string();
        if (!is_file()) return failure(ErrorKind::invalid_input, how_by_hand(key_));
        if (auto made = make_next(next_.name); !made) return std::unexpected(std::move(made).error());
        auto next = read_master_key(next_.name);
        if (!next) return std::unexpected(std::move(next).error());
        keys_.next = *next;
        said_ += "made       " + next_.name + ", key " + key_id_of(*next) + "\n";
        after("key.next_made");
        if (!settings_.cluster) return std::string();
        return "The settings have [cluster]: copy it to " + next_.name + " of each other machine (owner porteur, mode 0400), and run this again. Nothing is sealed with it yet.\n";
    }

    Result<void> begin() {
        const auto& old = keys_.first;
        const auto old_id = key_id_of(old), id = key_id_of(*keys_.next);
        if (old_id == id) return failure(ErrorKind::invalid_input, words_of(next_) + " has the key that is in use; remove it, and run this again");
        const auto sealed = Sealing(*keys_.next).close(text_of(old), place_of_key(old_id));
        if (auto begun = book().begin(old_id, sealed, id, entry_of("key.change_begun", old_id, id)); !begun) return begun;
        after("key.begun");
        if (auto ready = ready_keys(*store_, settings_, seal_->sealing(), &*documents_, false); !ready) return ready;
        return read_known();
    }

    Result<void> wait_until_taken() {
        told("the daemon takes the new key", 0, 0);
        const auto end = std::chrono::steady_clock::now() + wish_.patience;
        for (;;) {
            if (auto read = read_known(); !read) return read;
            const auto hold = book().newest_hold();
            if (!hold) return std::unexpected(hold.error());
            if (known_.empty() || known_.front().taken_by == *hold) break;
            // One that begins from now on uses the new key.
            const auto held = is_held(address_);
            if (!held) return std::unexpected(held.error());
            if (!*held) break;
            if (std::chrono::steady_clock::now() >= end)
                return failure(ErrorKind::unavailable, "the porteurd that works has not taken key " + wanted() + " within " + std::to_string(wish_.patience.count() / 1000) +
                                                           " s: see its log; its machine needs the key in " + words_of(next_) +
                                                           ". Nothing was sealed anew yet, and everything opens; mend that, and run this again");
            std::this_thread::sleep_for(look_again);
        }
        after("key.taken");
        return {};
    }

    Result<void> seal_rows() {
        const auto beginning = Sealing::beginning(wanted());
        const auto all = book().left(beginning);
        if (!all) return std::unexpected(all.error());
        // What somebody was just changing is there at the next pass.
        constexpr int passes_max = 20;
        for (int pass = 0; pass < passes_max; ++pass) {
            auto done = book().seal_anew(beginning, [&](std::int64_t count) {
                told("rows", static_cast<std::uint64_t>(count), static_cast<std::uint64_t>(std::max(*all, count)));
                after("key.rows");
                return true;
            });
            if (!done) return std::unexpected(std::move(done).error());
            rows_ += done->done;
            const auto left = book().left(beginning);
            if (!left) return std::unexpected(left.error());
            closed_rows_ = *left;
            if (*left == done->closed_count) {
                for (const auto& each : done->closed) closed_ += (closed_.empty() ? "" : ", ") + each;
                return {};
            }
        }
        return failure(ErrorKind::unavailable, "the store has changed faster than it was sealed anew; run this again");
    }

    Result<void> seal_documents() {
        auto done = documents_->seal_anew([&](std::size_t count, std::size_t all) {
            told("documents", count, all);
            after("key.document");
            return true;
        });
        if (!done) return std::unexpected(std::move(done).error());
        documents_count_ = done->all;
        closed_documents_ = done->closed.size();
        for (const auto& each : done->closed)
            if (closed_.size() < 500) closed_ += (closed_.empty() ? "" : ", ") + ("document " + each);
        return {};
    }

    Result<void> finish() {
        if (!closed_.empty() && !wish_.leave_unreadable)
            return failure(ErrorKind::rejected, std::to_string(closed_rows_) + " rows and " + std::to_string(closed_documents_) + " documents open with no key: " + closed_ +
                                                    ". They are damaged, or of a key of before; all else is sealed with key " + wanted() + ", and key " + before() +
                                                    " is kept. Bring them from a backup, or let them be with --leave-unreadable");
        old_ = before();
        if (auto done = book().finish(entry_of("key.changed", old_, wanted())); !done) return done;
        after("key.finished");
        said_ += "sealed     " + std::to_string(rows_) + " rows anew, and " + std::to_string(documents_count_ - closed_documents_) + " documents, with key " + wanted() + "\n";
        return {};
    }

    Result<void> keep_files() {
        if (!keys_.next || key_id_of(*keys_.next) != wanted()) return {};
        const auto old = key_id_of(keys_.first);
        if (old == wanted()) return {};
        if (!is_file()) {
            said_ += "Now make it the first: put the key of " + next_.name + " in the place of " + key_.name + " on each machine, take " + next_.name +
                     " away, and restart porteurd.\n";
            return {};
        }
        auto kept = swap_files(key_.name, next_.name, old, wish_.after ? wish_.after : [](std::string_view) {});
        if (!kept) return std::unexpected(std::move(kept).error());
        after("key.swapped");
        said_ += "key        " + key_.name + " has key " + wanted() + "; that of before is " + *kept + "\n";
        old_ = old;
        return {};
    }

    std::string what_to_know() const {
        if (old_.empty()) return "Nothing was to be done for key " + wanted() + ".\n";
        return "Backups that were taken before need key " + old_ + ": keep it where you keep keys, for as long as you keep them, and nowhere else.\n"
               "Keep a copy of key " + wanted() + " there, too, and take a backup now.\n" +
               (settings_.cluster ? "On each other machine run porteurd key rotate as well: it puts the key into its place there, and does nothing else.\n" : "");
    }

    const Settings& settings_;
    const KeyRotationWish& wish_;
    const SecretRef key_, next_;
    KeysAtHand keys_;
    std::string address_;
    std::optional<StoreSeal> seal_;
    std::unique_ptr<Store> store_;
    std::optional<paper::DocumentFolder> documents_;
    std::vector<StoreKey> known_;
    std::int64_t rows_ = 0, closed_rows_ = 0;
    std::size_t documents_count_ = 0, closed_documents_ = 0;
    std::string closed_, said_, old_;
};

}  // namespace

Result<std::string> rotate_key(const Settings& settings, const KeyRotationWish& wish) { return Rotation(settings, wish).run(); }

Result<KeyStanding> key_standing(const Settings& settings) {
    const auto keys = keys_at_hand(settings);
    if (!keys) return std::unexpected(keys.error());
    KeyStanding out;
    out.first = key_id_of(keys->first);
    if (keys->next) out.next = key_id_of(*keys->next);
    auto address = store_address(settings);
    if (!address) return std::unexpected(std::move(address).error());
    const StoreSeal seal{Sealing(keys->first)};
    auto store = Store::open({.address = *address, .holder = "porteur", .beside = true}, seal, [](std::function<void()> run) { run(); });
    if (!store) return std::unexpected(std::move(store).error());
    KeyBook book(access_of(**store));
    const auto known = book.keys();
    if (!known) return std::unexpected(known.error());
    for (const auto& each : *known) (each.is_current ? out.wanted : out.before) = each.id;
    if (out.wanted.empty()) return out;
    const auto left = book.left(Sealing::beginning(out.wanted));
    if (!left) return std::unexpected(left.error());
    out.left = *left;
    return out;
}

}  // namespace porteur
