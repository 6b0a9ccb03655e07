// SPDX-License-Identifier: Apache-2.0
#include "api/order_json.hpp"

#include <array>
#include <cstdio>
#include <cstring>

#include "api/routes.hpp"
#include "domain/waiting.hpp"

namespace porteur {
namespace {

template <class Enum>
json::string word(Enum value) {
    return json::string(boost::describe::enum_to_string(value, ""));
}

json::value time_or_null(const std::optional<Instant>& time) {
    return time ? json::value(json::string(time_text(*time))) : json::value(nullptr);
}

json::object object_from(const std::string& text) {
    auto value = parse_json(text);
    return value && value->is_object() ? std::move(value->get_object()) : json::object{};
}

/// What is kept is brief; what is shown has every field.
template <class Model>
json::object whole(json::object brief) {
    auto read = from_json<Model>(brief);
    return read ? std::move(to_json(*read).get_object()) : std::move(brief);
}

std::string last_four(std::string_view text) {
    // Nothing of a text so short that four characters are most of it.
    if (text.size() < 8) return std::string(text.size(), '*');
    std::string out(text.size(), '*');
    out.replace(text.size() - 4, 4, text.substr(text.size() - 4));
    return out;
}

json::array numbers_of(
    const Order& order, const json::object& request, const json::object& progress
) {
    json::array out;
    const auto* wanted = request.if_contains("numbers");
    const auto* known = progress.if_contains("numbers");
    if (!wanted || !wanted->is_array()) return out;
    for (const auto& number : wanted->get_array()) {
        json::object line{{"number", number}, {"state", word(order.state)}};
        if (known && known->is_array())
            for (const auto& each : known->get_array())
                if (each.is_object() && each.get_object().contains("number") &&
                    each.get_object().at("number") == number)
                    line = each.get_object();
        out.push_back(std::move(line));
    }
    return out;
}

/// What POST .../settle would take now, by the rule that judges it there.
json::array verdicts_taken(const Order& order) {
    json::array out;
    // Most orders wait for nobody, and are shown often.
    if (order.delivery != Delivery::in_doubt && order.delivery != Delivery::waiting_for_person) return out;
    for (const auto& [word, verdict] :
         {std::pair("found_at_carrier", PersonVerdict::found_at_carrier),
          {"not_carried_out", PersonVerdict::not_carried_out},
          {"tried_again", PersonVerdict::tried_again},
          {"left", PersonVerdict::left}})
        if (settle_by_person(order, verdict, "id", order.updated, "api")) out.push_back(json::string(word));
    return out;
}

}  // namespace

namespace {

using TimeText = std::array<char, 26>;

/// In quotes. Digit by digit: a page of numbers has two hundred of them.
TimeText quoted_time(Instant time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    auto left = (time - day).count();
    TimeText out;
    std::memcpy(out.data(), R"("0000-00-00T00:00:00.000Z")", out.size());
    const auto put = [&out](std::size_t end, std::int64_t value, int digits) {
        for (; digits > 0; --digits, value /= 10) out[end--] = static_cast<char>('0' + value % 10);
    };
    put(4, static_cast<int>(date.year()), 4);
    put(7, static_cast<unsigned>(date.month()), 2);
    put(10, static_cast<unsigned>(date.day()), 2);
    put(23, left % 1000, 3);
    left /= 1000;
    put(19, left % 60, 2);
    put(16, left / 60 % 60, 2);
    put(13, left / 3600, 2);
    return out;
}

}  // namespace

std::string time_text(Instant time) {
    const auto quoted = quoted_time(time);
    return {quoted.data() + 1, quoted.size() - 2};
}

void append_time(std::string& out, Instant time) {
    // One row's times are often one and the same, and so are those of rows that came together.
    thread_local Instant last{};
    thread_local TimeText quoted = quoted_time(last);
    if (time != last) {
        quoted = quoted_time(time);
        last = time;
    }
    out.append(quoted.data(), quoted.size());
}

json::object order_json(const Order& order, std::string_view scope, Detail detail) {
    auto request = object_from(order.request);
    auto progress = object_from(order.progress);
    json::object out{
        {"id", id_text(order.id)},
        {"kind", word(order.kind)},
        {"reference", order.reference},
        {"account", order.account},
        {"state", word(order.state)},
        {"delivery", word(order.delivery)},
        {"attempt", order.attempt},
        {"carrier_id", order.carrier_id},
        {"version", order.version},
        {"problem", order.problem},
        {"created", time_text(order.created)},
        {"updated", time_text(order.updated)},
        {"submitted", time_or_null(order.submitted)},
        {"due", time_or_null(order.due)},
        {"numbers", numbers_of(order, request, progress)},
    };
    out["parent"] = order.parent == 0 ? json::value(nullptr) : json::value(json::string(id_text(order.parent)));
    if (order.kind == OrderKind::port) out["losing_account"] = order.losing_account;
    if (detail == Detail::in_list) return out;
    request = order.kind == OrderKind::port      ? whole<PortOrder>(std::move(request))
              : order.kind == OrderKind::release ? whole<NumberList>(std::move(request))
                                                 : whole<PurchaseOrder>(std::move(request));
    if (scope != "operator")
        if (auto* account = request.if_contains("account_number"); account && account->is_string())
            *account = last_four(account->get_string());
    // The host's own, given beside the request.
    request.erase("reference");
    request.erase("attempt");
    // What a plugin keeps for itself is nobody's business.
    progress.erase("keep");
    for (const auto key : {word_before_mail_key, correction_key, release_key, waits_since_key}) progress.erase(key);
    if (order.kind == OrderKind::port) out["corrected_fields"] = to_json(corrected_fields(order));
    out["settle"] = verdicts_taken(order);
    const bool rests = order.open_operation != 0 && order.delivery == Delivery::waiting_for_person;
    out["waiting_operation"] = rests ? json::value(json::string(id_text(order.open_operation))) : json::value(nullptr);
    out["request"] = std::move(request);
    out["progress"] = std::move(progress);
    return out;
}

json::object entry_json(const TimelineEntry& entry) {
    return {
        {"id", id_text(entry.id)},
        // 0: of a web hook, say, which belongs to no order.
        {"order", entry.order == 0 ? json::value(nullptr) : json::value(json::string(id_text(entry.order)))},
        {"at", time_text(entry.at)},
        {"source", entry.source},
        {"kind", entry.kind},
        {"text", entry.text},
        {"data", object_from(entry.data)}
    };
}

bool may_see(const TimelineEntry& entry, std::string_view scope) {
    if (scope == "operator" || !entry.kind.ends_with(".comment")) return true;
    const auto data = object_from(entry.data);
    const auto* is_private = data.if_contains("private");
    return is_private && is_private->is_bool() && !is_private->get_bool();
}

json::object operation_json(const Operation& operation) {
    return {
        {"id", id_text(operation.id)},
        {"account", operation.account},
        {"name", operation.name},
        {"build", operation.build},
        {"state", name_of(operation.state)},
        {"began", time_text(operation.began)},
        {"ended", time_or_null(operation.ended)}
    };
}

json::object document_json(const StoredDocument& document) {
    auto out = to_json(document.about).get_object();
    out["created"] = time_text(document.created);
    return out;
}

Answer order_answer(const Order& order, std::string_view scope, int status) {
    Answer answer;
    answer.status = status;
    answer.body = canonical(order_json(order, scope));
    answer.headers.emplace_back("ETag", "\"" + std::to_string(order.version) + "\"");
    if (status == 201)
        answer.headers.emplace_back(
            "Location", "/v1/" + std::string(boost::describe::enum_to_string(order.kind, "")) + "-orders/" + id_text(order.id)
        );
    return answer;
}

void add_order_headers(Answer& answer, const Request& request) {
    const auto body = object_from(answer.body);
    if (const auto* version = body.if_contains("version"); version && version->is_int64())
        answer.headers.emplace_back("ETag", "\"" + std::to_string(version->get_int64()) + "\"");
    if (const auto* id = body.if_contains("id"); id && id->is_string() && answer.status == 201)
        answer.headers.emplace_back("Location", request.path + "/" + std::string(id->get_string()));
}

}  // namespace porteur
