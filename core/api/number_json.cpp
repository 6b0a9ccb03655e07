// SPDX-License-Identifier: Apache-2.0
#include "api/number_json.hpp"

#include <algorithm>

#include "api/order_json.hpp"
#include "domain/json_text.hpp"

namespace porteur {
namespace {

// A page has two thousand members, so each name is one piece with what stands around it: `,"name":`.

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out += name;
    append_json_text(out, text);
}

void append_words(std::string& out, std::string_view name, std::string_view words) {
    out += name;
    out += '[';
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (end > 0) {
            if (out.back() != '[') out += ',';
            append_json_text(out, words.substr(0, end));
        }
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    out += ']';
}

void append_account(std::string& out, std::string_view name, std::int64_t id, std::string_view called, std::string_view kind) {
    out += name;
    if (id == 0) {
        out += "null";
        return;
    }
    out += R"({"id":)";
    append_json_number(out, id);
    if (!kind.empty()) append_member(out, R"(,"kind":)", kind);
    append_member(out, R"(,"name":)", called);
    out += '}';
}

void append_cost(std::string& out, std::string_view cost) {
    out += R"(,"cost":)";
    const auto blank = cost.find(' ');
    if (blank == cost.npos) {
        out += "null";
        return;
    }
    out += '{';
    append_member(out, R"("amount":)", cost.substr(0, blank));
    append_member(out, R"(,"currency":)", cost.substr(blank + 1));
    out += '}';
}

}  // namespace

void append_number(std::string& out, const NumberShown& number, bool with_var) {
    const auto& row = number.row;
    const auto& shared = number.shared;
    const auto text = number_text(row.key);
    out += '{';
    append_account(
        out, R"("company":)", number.company, number.company_name, number.company == 0 ? std::string_view() : word_of(number.company_kind)
    );
    append_cost(out, row.cost);
    append_member(out, R"(,"country":)", shared.country);
    out += R"(,"created":)";
    append_time(out, row.created);
    out += R"(,"custom":)";
    out += row.custom;
    append_words(out, R"(,"features":)", row.features);
    out += R"(,"first_call":)";
    if (row.first_call)
        append_time(out, *row.first_call);
    else
        out += "null";
    append_member(out, R"(,"id":)", text);
    append_member(out, R"(,"note":)", row.note);
    append_member(out, R"(,"number":)", text);
    out += R"(,"order":)";
    if (row.order != 0)
        append_json_text(out, id_text(row.order));
    else
        out += "null";
    append_member(out, R"(,"provider":)", shared.account);
    append_member(out, R"(,"source":)", row.source);
    append_member(out, R"(,"state":)", word_of(shared.state));
    append_member(out, R"(,"status":)", shared.active ? "active" : "pending");
    append_words(out, R"(,"tags":)", row.tags);
    append_member(out, R"(,"type":)", shared.type);
    out += R"(,"updated":)";
    append_time(out, row.updated);
    append_member(out, R"(,"use_type":)", word_of(shared.use));
    append_member(out, R"(,"used_by":)", row.used_by);
    if (with_var) append_account(out, R"(,"var":)", number.var, number.var_name, {});
    out += R"(,"version":)";
    append_json_number(out, row.version);
    out += '}';
}

}  // namespace porteur
