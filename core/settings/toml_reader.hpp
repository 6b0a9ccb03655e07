// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/descriptor.hpp"
#include "settings/secret.hpp"
#include "settings/text_forms.hpp"
#include "settings/toml_tree.hpp"
#include "settings/units.hpp"

namespace porteur {

// How a settings file is read: a function names each key of a struct once, in a list of one-line
// calls, `in.duration("timeout", api.timeout)`. A key that is absent leaves the struct's default. A
// value that does not fit becomes a finding and reading goes on, so that a person mends a file in
// one go. What no call has named is unknown. The same function, run without a file, lists the keys
// it knows: that is how a test proves that each is documented.

/// The reading of one file: what was found wrong, and which keys are known.
class TomlReading {
public:
    /// @param where   the file as a person knows it; begins every finding
    /// @param folder  what relative paths in the file are relative to
    TomlReading(std::string where, std::filesystem::path folder)
        : where_(std::move(where)), folder_(std::move(folder)) {}

    void complain(Position at, std::string text);
    /// The file is no TOML at all; `message` already begins with the place.
    void give_up(std::string message) { hopeless_ = std::move(message); }
    void know(std::string path) { known_.push_back(std::move(path)); }

    const std::string& where() const { return where_; }
    const std::filesystem::path& folder() const { return folder_; }
    const std::vector<std::string>& known() const { return known_; }

    /// "file:line:column: text", from top to bottom.
    std::vector<std::string> findings() const;

private:
    std::string where_;
    std::filesystem::path folder_;
    std::multimap<Position, std::string>
        findings_;  ///< what stands at one place: in order of arrival
    std::vector<std::string> known_;
    std::string hopeless_;
};

struct DurationRange {
    std::chrono::milliseconds min{1}, max = std::chrono::hours{24} * 3650;
};
struct SizeRange {
    std::uint64_t min = 1, max = std::numeric_limits<std::int64_t>::max();
};

/// Reads one table. Not copied; lives as long as the call that reads the table.
class TableReader {
public:
    template <class T>
    using Read = void (*)(TableReader& in, T& target);

    /// @param table  null: nothing is there, the keys are only listed
    /// @param path   "api.tls"; empty for the document
    TableReader(TomlReading& reading, const TomlNode* table, std::string path)
        : reading_(&reading), table_(table), path_(std::move(path)) {}
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;

    // One value. The target may be an optional.
    template <class T>
    void text(std::string_view key, T& target, const TextForm& form = any_text) {
        if (auto value = read_text(key, form)) target = std::move(*value);
    }
    template <class T>
    void integer(std::string_view key, T& target, std::int64_t min, std::int64_t max) {
        if (const auto value = read_integer(key, min, max)) target = *value;
    }
    template <class T>
    void duration(std::string_view key, T& target, DurationRange range = {}) {
        if (const auto value = read_duration(key, range)) target = *value;
    }
    template <class T>
    void size(std::string_view key, T& target, SizeRange range = {}) {
        if (const auto value = read_size(key, range)) target = *value;
    }
    /// @param choices  pairs of a name and what it stands for
    template <class T, class List>
    void choice(std::string_view key, T& target, const List& choices) {
        std::vector<std::string> names;
        for (const auto& [name, meaning] : choices) names.emplace_back(name);
        if (const auto index = read_choice(key, names)) target = choices[*index].second;
    }
    void boolean(std::string_view key, bool& target);
    void rate(std::string_view key, std::optional<Rate>& target);
    void path(std::string_view key, std::filesystem::path& target);
    void secret(std::string_view key, SecretRef& target);

    // Several values.
    void texts(
        std::string_view key, std::vector<std::string>& target, const TextForm& form = any_text
    );
    void paths(std::string_view key, std::vector<std::filesystem::path>& target);
    /// In the order of the file; the same one may stand there twice.
    void durations(
        std::string_view key, std::vector<std::chrono::milliseconds>& target,
        DurationRange range = {}
    );

    // Tables. Each is checked for unknown keys once it is read.
    template <class T>
    void table(std::string_view key, T& target, Read<T> read) {
        const auto* node = of_kind(key, TomlKind::table, "write a table");
        if (node || describing()) within(node, key, [&](TableReader& in) { read(in, target); });
    }
    template <class T>
    void table(std::string_view key, std::optional<T>& target, Read<T> read) {
        if (has(key) || describing())
            table(key, target.emplace(), read);
        else
            know(key);
    }
    /// [key.NAME] for each NAME; T has a `name`.
    template <class T>
    void named(std::string_view key, std::vector<T>& target, Read<T> read) {
        each_named(key, [&](TableReader& in, std::string name) {
            target.emplace_back().name = std::move(name);
            read(in, target.back());
        });
    }
    /// [[key]], once for each entry.
    template <class T>
    void list(std::string_view key, std::vector<T>& target, Read<T> read) {
        each_listed(key, [&](TableReader& in) { read(in, target.emplace_back()); });
    }
    /// A table from free names to one kind of value: `read(in, name)` reads each.
    void free(
        std::string_view key, const std::function<void(TableReader&, std::string_view)>& read
    );

    /// A value to be judged by somebody else; null if absent.
    const TomlNode* any(std::string_view key);

    /// Complains if the key is absent. @param example  what to write after `key = `
    void need(std::string_view key, std::string_view example);
    /// Complains at the value of the key ("auth.user" reaches into a table), or at the table if the
    /// key is absent.
    void complain(std::string_view key, std::string text);
    /// The place of the value, or of the table if the key is absent.
    Position at(std::string_view key) const;

    bool has(std::string_view key) const { return find(key) != nullptr; }
    /// The names that stand in the table, in their order.
    std::vector<std::string> names() const;
    /// "in [api.tls]", "at the top level"
    std::string spot() const;
    TomlReading& reading() { return *reading_; }

    /// Complains about every key that no call has named.
    void finish();

private:
    using Within = std::function<void(TableReader&)>;

    bool describing() const { return table_ == nullptr; }
    const TomlNode* find(std::string_view key) const;
    const TomlNode* know(std::string_view key);
    const TomlNode* of_kind(std::string_view key, TomlKind kind, std::string_view advice);
    void refuse(const TomlNode& node, std::string_view complaint);
    bool fits(const TomlNode& node, const TextForm& form);
    std::string path_of(std::string_view key) const;
    void within(const TomlNode* node, std::string_view key, const Within& read);
    void each_named(
        std::string_view key, const std::function<void(TableReader&, std::string)>& read
    );
    void each_listed(std::string_view key, const Within& read);

    std::optional<std::string> read_text(std::string_view key, const TextForm& form);
    std::optional<std::int64_t> read_integer(
        std::string_view key, std::int64_t min, std::int64_t max
    );
    std::optional<std::chrono::milliseconds> read_duration(
        std::string_view key, DurationRange range
    );
    std::optional<std::uint64_t> read_size(std::string_view key, SizeRange range);
    std::optional<std::size_t> read_choice(
        std::string_view key, const std::vector<std::string>& names
    );

    TomlReading* reading_;
    const TomlNode* table_;
    std::string path_;
    std::vector<std::string> known_;
};

/// The keys that a reading function knows: "port", "tls.cert_file", "operations.*.settle".
template <class T>
std::vector<std::string> keys_of(TableReader::Read<T> read) {
    TomlReading reading{"", ""};
    TableReader in{reading, nullptr, ""};
    T target{};
    read(in, target);
    return reading.known();
}

/// Reads a whole document into a struct. Findings stand in `reading`.
/// @param document  the file's bytes
template <class T>
void read_document(
    std::string_view document, TomlReading& reading, T& target, TableReader::Read<T> read
) {
    const auto root = parse_toml(document, reading.where());
    if (!root) return reading.give_up(root.error().message);
    TableReader in{reading, &*root, ""};
    read(in, target);
    in.finish();
}

}  // namespace porteur
