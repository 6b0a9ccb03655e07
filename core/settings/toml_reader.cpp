// SPDX-License-Identifier: Apache-2.0
#include "settings/toml_reader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "settings/nearest.hpp"

namespace porteur {
namespace {

// 'duration' and not 'time', as a unit is what people forget.
constexpr std::string_view duration_advice =
    R"(is not a duration; write a whole number and ms, s, m, h or d, as in "5s")";
constexpr std::string_view size_advice =
    R"(is not a size; write a whole number and B, kB, MB, GB, KiB, MiB or GiB, as in "10MB")";
constexpr std::string_view rate_advice =
    R"(is not a rate; write a whole number, a slash and s, m or h, as in "10/s")";

bool contains(const std::vector<std::string>& all, std::string_view one) {
    return std::ranges::find(all, one) != all.end();
}

std::string quoted_choices(const std::vector<std::string>& names) {
    std::vector<std::string> all;
    for (const auto& name : names) all.push_back(porteur::quoted(name));
    if (all.size() == 1) return all.front();
    const auto last = all.back();
    all.pop_back();
    return fmt::format("{} or {}", fmt::join(all, ", "), last);
}

}  // namespace

void TomlReading::complain(Position at, std::string text) {
    findings_.emplace(at, std::move(text));
}

std::vector<std::string> TomlReading::findings() const {
    if (!hopeless_.empty()) return {hopeless_};
    std::vector<std::string> all;
    for (const auto& [at, text] : findings_) all.push_back(place(where_, at) + ": " + text);
    return all;
}

// ---- finding keys

const TomlNode* TableReader::find(std::string_view key) const {
    if (table_ == nullptr) return nullptr;
    const auto found = std::ranges::find(table_->children, key, &TomlNode::key);
    return found == table_->children.end() ? nullptr : &*found;
}

const TomlNode* TableReader::know(std::string_view key) {
    known_.emplace_back(key);
    if (describing()) reading_->know(path_of(key));
    return find(key);
}

const TomlNode* TableReader::any(std::string_view key) { return know(key); }

const TomlNode* TableReader::of_kind(std::string_view key, TomlKind kind, std::string_view advice) {
    const auto* node = know(key);
    if (node == nullptr || node->kind == kind) return node;
    refuse(*node, fmt::format("is of the wrong type; {}", advice));
    return nullptr;
}

std::vector<std::string> TableReader::names() const {
    std::vector<std::string> all;
    if (table_ != nullptr)
        for (const auto& child : table_->children) all.push_back(child.key);
    return all;
}

std::string TableReader::path_of(std::string_view key) const {
    return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

std::string TableReader::spot() const {
    return path_.empty() ? "at the top level" : fmt::format("in [{}]", path_);
}

Position TableReader::at(std::string_view key) const {
    if (const auto* node = find(key)) return node->at;
    const auto* deepest = table_;
    while (deepest != nullptr && !key.empty()) {
        const auto name = key.substr(0, key.find('.'));
        key.remove_prefix(std::min(key.size(), name.size() + 1));
        const auto found = std::ranges::find(deepest->children, name, &TomlNode::key);
        if (found == deepest->children.end()) break;
        deepest = &*found;
    }
    return deepest == nullptr ? Position{} : deepest->at;
}

// ---- complaints

void TableReader::complain(std::string_view key, std::string text) {
    if (!describing()) reading_->complain(at(key), std::move(text));
}

void TableReader::refuse(const TomlNode& node, std::string_view complaint) {
    reading_->complain(node.at, fmt::format("{} = {} {}", node.key, shown(node), complaint));
}

void TableReader::need(std::string_view key, std::string_view example) {
    if (!has(key))
        complain(key, fmt::format("{} is missing {}; add {} = {}", key, spot(), key, example));
}

void TableReader::finish() {
    if (describing()) return;
    for (const auto& child : table_->children)
        if (!contains(known_, child.key))
            reading_->complain(
                child.key_at, fmt::format(
                                  "unknown key {} {}{}", porteur::quoted(child.key), spot(),
                                  suggestion(child.key, known_)
                              )
            );
}

// ---- single values

bool TableReader::fits(const TomlNode& node, const TextForm& form) {
    if (node.kind != TomlKind::text)
        refuse(node, "is not a text; write it in double quotes");
    else if (node.text.empty())
        refuse(node, "is empty; write a text, or leave the key out");
    else if (!any_text.fits(node.text))
        refuse(node, any_text.complaint);
    else if (!form.fits(node.text))
        refuse(node, form.complaint);
    else
        return true;
    return false;
}

std::optional<std::string> TableReader::read_text(std::string_view key, const TextForm& form) {
    const auto* node = know(key);
    if (node == nullptr || !fits(*node, form)) return std::nullopt;
    return node->text;
}

std::optional<std::int64_t> TableReader::read_integer(
    std::string_view key, std::int64_t min, std::int64_t max
) {
    const auto* node = know(key);
    if (node == nullptr) return std::nullopt;
    if (node->kind != TomlKind::integer) {
        refuse(*node, "is not a whole number; write one without quotes");
        return std::nullopt;
    }
    if (node->integer < min || node->integer > max) {
        refuse(*node, fmt::format("is out of range; write {} to {}", min, max));
        return std::nullopt;
    }
    return node->integer;
}

std::optional<std::chrono::milliseconds> TableReader::read_duration(
    std::string_view key, DurationRange range
) {
    const auto* node = know(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->kind == TomlKind::text ? parse_duration(node->text) : std::nullopt;
    if (!value) {
        refuse(*node, duration_advice);
        return std::nullopt;
    }
    if (*value < range.min || *value > range.max) {
        refuse(
            *node, fmt::format(
                       R"(is out of range; write "{}" to "{}")", duration_text(range.min),
                       duration_text(range.max)
                   )
        );
        return std::nullopt;
    }
    return value;
}

std::optional<std::uint64_t> TableReader::read_size(std::string_view key, SizeRange range) {
    const auto* node = know(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->kind == TomlKind::text ? parse_size(node->text) : std::nullopt;
    if (!value) {
        refuse(*node, size_advice);
        return std::nullopt;
    }
    if (*value < range.min || *value > range.max) {
        refuse(
            *node,
            fmt::format(
                R"(is out of range; write "{}" to "{}")", size_text(range.min), size_text(range.max)
            )
        );
        return std::nullopt;
    }
    return value;
}

std::optional<std::size_t> TableReader::read_choice(
    std::string_view key, const std::vector<std::string>& names
) {
    const auto* node = know(key);
    if (node == nullptr) return std::nullopt;
    const auto found = std::ranges::find(names, node->text);
    if (node->kind == TomlKind::text && found != names.end())
        return static_cast<std::size_t>(found - names.begin());
    refuse(*node, fmt::format("is not allowed; write {}", quoted_choices(names)));
    return std::nullopt;
}

void TableReader::boolean(std::string_view key, bool& target) {
    const auto* node = know(key);
    if (node == nullptr) return;
    if (node->kind == TomlKind::boolean)
        target = node->boolean;
    else
        refuse(*node, "is neither true nor false; write one of them without quotes");
}

void TableReader::rate(std::string_view key, std::optional<Rate>& target) {
    const auto* node = know(key);
    if (node == nullptr) return;
    const auto value = node->kind == TomlKind::text ? parse_rate(node->text) : std::nullopt;
    if (value)
        target = value;
    else
        refuse(*node, rate_advice);
}

void TableReader::path(std::string_view key, std::filesystem::path& target) {
    if (const auto value = read_text(key, any_text))
        target = (reading_->folder() / *value).lexically_normal();
}

void TableReader::secret(std::string_view key, SecretRef& target) {
    const auto* node = know(key);
    if (node == nullptr) return;
    static constexpr std::string_view advice =
        R"(write { file = "..." }, { env = "..." } or { credential = "..." })";
    if (node->kind != TomlKind::table) {
        // The value is not shown: it is most likely the secret itself.
        const auto what = node->kind == TomlKind::text ? "a literal text" : "a literal value";
        complain(
            key,
            fmt::format("{} is {} (not shown); a secret never stands here: {}", key, what, advice)
        );
        return;
    }
    if (node->children.size() != 1) {
        complain(key, fmt::format("{} must name exactly one source; {}", key, advice));
        return;
    }
    const auto& source = node->children.front();
    const auto read = [&](SecretRef::Source kind, const TextForm& form) {
        if (source.kind != TomlKind::text || !any_text.fits(source.text) ||
            !form.fits(source.text)) {
            reading_->complain(
                source.at, fmt::format(
                               "the {} of {} (not shown) is not fit to name a secret; {}",
                               source.key, key, advice
                           )
            );
            return;
        }
        target.source = kind;
        target.name = source.text;
        target.at = node->key_at;
        target.where = place(reading_->where(), node->at) + ": " + std::string{key};
    };
    if (source.key == "env")
        read(SecretRef::Source::env, environment_name);
    else if (source.key == "credential")
        read(SecretRef::Source::credential, credential_name);
    else if (source.key == "file") {
        read(SecretRef::Source::file, any_text);
        target.name = (reading_->folder() / target.name).lexically_normal().string();
    } else
        reading_->complain(
            source.key_at,
            fmt::format(
                "unknown source {} of the secret {}; {}", porteur::quoted(source.key), key, advice
            )
        );
}

// ---- several values

void TableReader::texts(
    std::string_view key, std::vector<std::string>& target, const TextForm& form
) {
    const auto* node = of_kind(key, TomlKind::list, R"(write a list of texts, as in ["a", "b"])");
    if (node == nullptr) return;
    target.clear();
    for (TomlNode child : node->children) {
        child.key = fmt::format("{}[{}]", key, target.size());
        if (contains(target, child.text) && child.kind == TomlKind::text)
            refuse(child, "stands here twice; take one away");
        fits(child, form);
        // Kept even if it does not fit, so that the next one's index is right.
        target.push_back(child.text);
    }
}

void TableReader::paths(std::string_view key, std::vector<std::filesystem::path>& target) {
    std::vector<std::string> all;
    texts(key, all);
    if (!has(key)) return;
    target.clear();
    for (const auto& each : all) target.push_back((reading_->folder() / each).lexically_normal());
}

void TableReader::durations(
    std::string_view key, std::vector<std::chrono::milliseconds>& target, DurationRange range
) {
    const auto* node = of_kind(key, TomlKind::list, R"(write a list of durations, as in ["5s", "5m"])");
    if (node == nullptr) return;
    if (node->children.empty()) refuse(*node, R"(is empty; write at least one, as in ["5s"])");
    target.clear();
    for (TomlNode child : node->children) {
        child.key = fmt::format("{}[{}]", key, target.size());
        const auto value = child.kind == TomlKind::text ? parse_duration(child.text) : std::nullopt;
        if (!value)
            refuse(child, duration_advice);
        else if (*value < range.min || *value > range.max)
            refuse(
                child, fmt::format(
                           R"(is out of range; write "{}" to "{}")", duration_text(range.min),
                           duration_text(range.max)
                       )
            );
        target.push_back(value.value_or(range.min));
    }
}

// ---- tables

void TableReader::within(const TomlNode* node, std::string_view key, const Within& read) {
    TableReader in{*reading_, node, path_of(key)};
    read(in);
    in.finish();
}

void TableReader::each_named(
    std::string_view key, const std::function<void(TableReader&, std::string)>& read
) {
    const auto* node = of_kind(key, TomlKind::table, "write a table for each name");
    if (describing())
        return within(nullptr, fmt::format("{}.*", key), [&](TableReader& in) { read(in, "*"); });
    if (node == nullptr) return;
    for (const auto& child : node->children) {
        if (child.kind != TomlKind::table)
            refuse(child, fmt::format("is not a table; write [{}.{}]", path_of(key), child.key));
        else if (!identifier.fits(child.key))
            reading_->complain(
                child.key_at, fmt::format("{} {}", porteur::quoted(child.key), identifier.complaint)
            );
        else
            within(&child, fmt::format("{}.{}", key, child.key), [&](TableReader& in) {
                read(in, child.key);
            });
    }
}

void TableReader::each_listed(std::string_view key, const Within& read) {
    const auto* node =
        of_kind(key, TomlKind::list, fmt::format("write [[{}]] before each entry", path_of(key)));
    if (describing()) return within(nullptr, key, read);
    if (node == nullptr) return;
    for (TomlNode child : node->children) {
        child.key = key;
        if (child.kind == TomlKind::table)
            within(&child, key, read);
        else
            refuse(child, fmt::format("is not a table; write [[{}]] before each", path_of(key)));
    }
}

void TableReader::free(
    std::string_view key, const std::function<void(TableReader&, std::string_view)>& read
) {
    const auto* node = of_kind(key, TomlKind::table, "write a table");
    if (describing())
        within(nullptr, key, [&](TableReader& in) { read(in, "*"); });
    else if (node != nullptr)
        within(node, key, [&](TableReader& in) {
            for (const auto& name : in.names()) read(in, name);
        });
}

}  // namespace porteur
