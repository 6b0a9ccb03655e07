// SPDX-License-Identifier: Apache-2.0
#include "carrier.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include <porteur/failure.hpp>
#include <porteur/phrase.hpp>

namespace other {

using namespace porteur;

namespace {

constexpr auto kinds = std::to_array<std::string_view>({"text", "address", "document", "action"});

/// One table of the file: what was read from it, so that a key nobody read is found.
class Table {
public:
    Table(const json::object& from, std::string where) : from_(from), where_(std::move(where)) {}

    std::string text(std::string_view key) {
        const auto* found = take(key);
        if (found == nullptr) return {};
        if (found->is_string()) return std::string(found->get_string());
        return complain(key, to_translate("the file of carriers: {1} is no text")), std::string();
    }
    BothLanguages both(const std::string& key) { return {text(key + "_en"), text(key + "_fr")}; }
    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> out;
        for (const auto& each : list(key))
            if (each.is_string())
                out.emplace_back(each.get_string());
            else
                complain(key, to_translate("the file of carriers: {1} holds something that is no text"));
        return out;
    }
    const json::array& list(std::string_view key) {
        static const json::array none;
        const auto* found = take(key);
        if (found == nullptr) return none;
        if (found->is_array()) return found->get_array();
        complain(key, to_translate("the file of carriers: {1} is no list"));
        return none;
    }
    std::optional<std::int64_t> number(std::string_view key) {
        const auto* found = take(key);
        if (found == nullptr) return std::nullopt;
        if (found->is_int64() && found->get_int64() > 0) return found->get_int64();
        complain(key, to_translate("the file of carriers: {1} is no whole number above zero"));
        return std::nullopt;
    }
    bool flag(std::string_view key, bool otherwise) {
        const auto* found = take(key);
        if (found == nullptr) return otherwise;
        if (found->is_bool()) return found->get_bool();
        complain(key, to_translate("the file of carriers: {1} is neither true nor false"));
        return otherwise;
    }
    void need(std::string_view key, bool there) {
        if (!there) complain(key, to_translate("the file of carriers: {1} is missing"));
    }
    /// @param sentence  with a place for what it is about
    void complain(std::string_view key, std::string_view sentence) {
        if (wrong_.empty()) wrong_ = phrase(sentence, where_ + "." + std::string(key));
    }
    /// The first thing that is wrong; empty if nothing is.
    std::string wrong() {
        for (const auto& each : from_)
            if (std::ranges::find(read_, std::string_view(each.key())) == read_.end())
                complain(
                    each.key(),
                    to_translate("the file of carriers: {1} is not known; see the head of the file")
                );
        return wrong_;
    }

private:
    const json::value* take(std::string_view key) {
        read_.emplace_back(key);
        return from_.if_contains(key);
    }

    const json::object& from_;
    std::string where_, wrong_;
    std::vector<std::string> read_;
};

bool is_expression(const std::string& pattern) {
    try {
        const std::regex tried(pattern, std::regex::ECMAScript);
        return true;
    } catch (const std::regex_error&) {
        return false;
    }
}

Item item_from(Table& table) {
    Item item;
    item.code = table.text("code");
    item.kind = table.text("kind");
    item.field = table.text("field");
    item.document = table.text("document");
    item.pattern = table.text("pattern");
    item.label = table.both("label");
    item.help = table.both("help");
    item.age_days_max = table.number("age_days_max");
    item.required = table.flag("required", true);
    table.text("source");
    table.text("grade");
    table.need("code", !item.code.empty());
    table.need("label_en", !item.label.en.empty());
    table.need("document", item.kind != "document" || !item.document.empty());
    if (std::ranges::find(kinds, item.kind) == kinds.end())
        table.complain(
            "kind",
            to_translate("the file of carriers: {1} is none of text, address, document, action")
        );
    if (!item.field.empty() && item.field.front() != '/')
        table.complain(
            "field",
            to_translate("the file of carriers: {1} is no JSON pointer as in \"/account_number\"")
        );
    if (!is_expression(item.pattern)) table.complain(
            "pattern", to_translate("the file of carriers: {1} is no regular expression")
        );
    return item;
}

std::string names_in(const json::value& all) {
    std::string names;
    if (all.is_object())
        for (const auto& each : all.get_object())
            names += (names.empty() ? "" : ", ") + std::string(each.key());
    return names;
}

}  // namespace

Result<Carrier> carrier_from(const json::value& all, const std::string& key) {
    const auto* found = all.is_object() ? all.get_object().if_contains(key) : nullptr;
    if (found == nullptr || !found->is_object())
        return failure(
            ErrorKind::invalid_input,
            names_in(all).empty()
                ? phrase(
                      "the file of carriers has no {1}; it has nothing; mend settings.carrier, or "
                      "add it",
                      quoted(key)
                  )
                : phrase(
                      "the file of carriers has no {1}; it has {2}; mend settings.carrier, or add "
                      "it",
                      quoted(key), names_in(all)
                  )
        );
    Table table(found->get_object(), key);
    Carrier carrier;
    carrier.name = table.text("name");
    table.text("source");
    carrier.numbers_begin_with = table.texts("numbers_begin_with");
    carrier.hand_in = table.both("hand_in");
    carrier.notes_en = table.texts("notes_en");
    carrier.notes_fr = table.texts("notes_fr");
    table.need("name", !carrier.name.empty());
    std::string wrong;
    for (const auto& each : table.list("items")) {
        const auto where = key + ".items[" + std::to_string(carrier.items.size()) + "]";
        if (!each.is_object()) return failure(ErrorKind::invalid_input, phrase("{1} is no table", where));
        Table inner(each.get_object(), where);
        carrier.items.push_back(item_from(inner));
        if (wrong.empty()) wrong = inner.wrong();
    }
    if (auto outer = table.wrong(); !outer.empty()) wrong = std::move(outer);
    if (!wrong.empty()) return failure(ErrorKind::invalid_input, wrong);
    return carrier;
}

Carrier carrier_of(const AccountSettings& mine) {
    auto read = carrier_from(mine.data("carriers"), mine.text("carrier"));
    if (!read) fail(std::move(read).error());
    if (auto name = mine.text("name"); !name.empty()) read->name = std::move(name);
    return std::move(*read);
}

}  // namespace other
