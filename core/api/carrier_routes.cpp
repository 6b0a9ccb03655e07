// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <porteur/json.hpp>
#include <porteur/model/discovery.hpp>
#include <porteur/phrase.hpp>

#include "api/carrier_questions.hpp"
#include "api/in_language.hpp"
#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur {

Result<std::string> read_country(std::string_view text) {
    const bool letters = text.size() == 2 && std::ranges::all_of(text, [](char letter) {
                             return letter >= 'A' && letter <= 'Z';
                         });
    if (letters) return std::string(text);
    return failure(
        ErrorKind::invalid_input,
        phrase("the parameter country is {1}; expected two capital letters (ISO 3166-1), as in CA", quoted(text, 20))
    );
}

Result<std::optional<NumberType>> read_number_type(std::string_view text) {
    if (text.empty()) return std::nullopt;
    NumberType type{};
    if (boost::describe::enum_from_string(std::string(text).c_str(), type)) return type;
    return failure(
        ErrorKind::invalid_input,
        phrase(
            "the parameter number_type is {1}; expected local, mobile, national, toll_free, shared_cost or short_code",
            quoted(text, 20)
        )
    );
}

namespace {

std::optional<Answer> refuse_account(Api& api, std::string_view account, std::string_view field) {
    std::string known;
    for (const auto& each : api.services.carriers().accounts) {
        if (each.account == account) return std::nullopt;
        known += (known.empty() ? "" : ", ") + each.account;
    }
    return problem_answer(
        problems::invalid_input,
        account.empty() ? (known.empty() ? phrase("no account is named; none is configured")
                                         : phrase("no account is named; there are: {1}", known))
        : known.empty() ? phrase("there is no account {1}; none is configured", quoted(account, 40))
                        : phrase("there is no account {1}; there are: {2}", quoted(account, 40), known),
        field
    );
}

/// Asks and reads; a result that is not what it should be is the plugin's defect.
/// @param longer  beyond the usual deadline, where much is asked for
template <class T>
Async<Result<T>> ask_for(
    Api& api, const Request& request, std::string account, std::string operation, std::string input,
    std::chrono::milliseconds longer = {}
) {
    auto output = co_await api.services.ask(
        request.caller, account, operation, std::move(input), api.limits.ask_deadline + longer
    );
    if (!output) co_return std::unexpected(std::move(output).error());
    auto read = from_text<T>(*output);
    if (!read)
        co_return failure(
            ErrorKind::internal,
            account + ": " +
                phrase("{1:operation} gave a result that cannot be read: {2:text}", operation, read.error().message)
        );
    co_return read;
}

/// A carrier with a rate limit answers a few numbers a second.
constexpr std::chrono::milliseconds time_for_each_number{400};
/// RingCentral gives ten pages of an account's numbers a minute.
constexpr std::chrono::minutes time_for_all_numbers{3};

/// Texts of /numbers that are no telephone number, with their places: one of them must not keep the others from
/// being answered. What is no text at all stays, and is refused.
std::vector<std::pair<std::size_t, std::string>> take_out_what_is_no_number(json::object& body) {
    std::vector<std::pair<std::size_t, std::string>> wrong;
    auto* numbers = body.if_contains("numbers");
    if (!numbers || !numbers->is_array()) return wrong;
    json::array kept;
    for (const auto& each : numbers->get_array()) {
        const auto text = each.is_string() ? std::string(each.get_string()) : std::string();
        if (!each.is_string() || PhoneNumber::from_json_text(text))
            kept.push_back(each);
        else
            wrong.emplace_back(kept.size() + wrong.size(), text);
    }
    *numbers = std::move(kept);
    return wrong;
}

json::value no_number(const std::string& text) {
    constexpr std::size_t shown_max = 40;
    return json::object{
        {"number", text.substr(0, shown_max)},
        {"portable", false},
        {"reason", "OTHER"},
        {"carrier_word",
         phrase("not asked: this is no telephone number in E.164 form, as in +14165550101")}
    };
}

/// Cells are the carrier's own words, and stay; only what a plugin says for true and false does not.
/// A column is one of these where it holds nothing else.
void say_yes_and_no(DiscoveryList& list, const Tongue& tongue) {
    for (std::size_t column = 0; column < list.columns.size(); ++column) {
        const bool flags = std::ranges::all_of(list.rows, [&](const auto& row) {
            return column < row.size() && (row[column].empty() || row[column] == "yes" || row[column] == "no");
        });
        if (!flags) continue;
        for (auto& row : list.rows)
            if (!row[column].empty())
                row[column] = tongue.heading(row[column] == "yes" ? to_translate("yes") : to_translate("no"));
    }
}

Answer json_answer(const json::value& value) {
    Answer answer;
    answer.body = canonical(value);
    return answer;
}

}  // namespace

namespace handlers {

Async<Answer> show_requirements(Api& api, Request& request) {
    const std::string account(request.parameter("account"));
    if (auto refused = refuse_account(api, account, "account")) co_return std::move(*refused);
    RequirementsQuery query;
    if (const auto country = request.parameter("country"); !country.empty()) {
        auto read = read_country(country);
        if (!read)
            co_return problem_answer(problems::invalid_input, read.error().message, "country");
        query.country = *read;
    }
    auto type = read_number_type(request.parameter("number_type"));
    if (!type)
        co_return problem_answer(problems::invalid_input, type.error().message, "number_type");
    query.number_type = *type;
    if (const auto end_user = request.parameter("end_user"); !end_user.empty()) {
        EndUserKind kind{};
        if (!boost::describe::enum_from_string(std::string(end_user).c_str(), kind))
            co_return problem_answer(
                problems::invalid_input,
                phrase("the parameter end_user is {1}; expected business or individual", quoted(end_user, 20)),
                "end_user"
            );
        query.end_user = kind;
    }
    query.action = request.parameter("action");
    if (!query.action.empty() && query.action != "port_out" && query.action != "port_in" &&
        query.action != "purchase")
        co_return problem_answer(
            problems::invalid_input,
            phrase("the parameter action is {1}; expected port_out, port_in or purchase", quoted(query.action, 20)),
            "action"
        );
    auto found =
        co_await ask_for<Requirements>(api, request, account, "requirements", to_text(query));
    if (!found) co_return problem_answer(found.error());
    co_return json_answer(to_json(*found));
}

Async<Answer> list_targets(Api& api, Request& request) {
    const std::string account(request.parameter("account"));
    if (auto refused = refuse_account(api, account, "account")) co_return std::move(*refused);
    auto found =
        co_await ask_for<std::vector<TargetChoice>>(api, request, account, "list_targets", "{}");
    if (!found) co_return problem_answer(found.error());
    co_return json_answer(json::object{{"items", to_json(*found)}});
}

Async<Answer> check_portability(Api& api, Request& request) {
    auto body = read_object(request.body, "account numbers reason");
    if (!body) co_return problem_answer(body.error());
    const auto* named = body->if_contains("account");
    const std::string account(
        named && named->is_string() ? std::string_view(named->get_string()) : ""
    );
    if (auto refused = refuse_account(api, account, "/account")) co_return std::move(*refused);
    body->erase("account");
    const auto wrong = take_out_what_is_no_number(*body);
    auto list = from_json<NumberList>(*body, UnknownKeys::refuse);
    if (!list) co_return problem_answer(list.error());
    if (list->numbers.empty() && wrong.empty())
        co_return problem_answer(
            problems::invalid_input, "/numbers: expected at least one number", "/numbers"
        );
    json::array items;
    if (!list->numbers.empty()) {
        auto found = co_await ask_for<std::vector<Portability>>(
            api, request, account, "check_portability", to_text(*list),
            time_for_each_number * static_cast<std::int64_t>(list->numbers.size())
        );
        if (!found) co_return problem_answer(found.error());
        items = to_json(*found).as_array();
    }
    for (const auto& [at, text] : wrong)
        items.insert(items.begin() + static_cast<std::ptrdiff_t>(std::min(at, items.size())),
                     no_number(text));
    co_return json_answer(json::object{{"items", std::move(items)}});
}

Async<Answer> check_account(Api& api, Request& request) {
    const std::string account(request.parameter("account"));
    if (auto refused = refuse_account(api, account, "account")) co_return std::move(*refused);
    auto found = co_await ask_for<AccountCheck>(api, request, account, "check_account", "{}");
    if (!found) co_return problem_answer(found.error());
    co_return json_answer(to_json(*found));
}

Async<Answer> list_account_numbers(Api& api, Request& request) {
    const std::string account(request.parameter("account"));
    if (auto refused = refuse_account(api, account, "account")) co_return std::move(*refused);
    auto found = co_await ask_for<std::vector<CarrierNumber>>(
        api, request, account, "list_numbers", "{}", time_for_all_numbers
    );
    if (!found) co_return problem_answer(found.error());
    co_return json_answer(json::object{{"items", to_json(*found)}});
}

Async<Answer> discover(Api& api, Request& request) {
    const std::string account(request.parameter("account"));
    if (auto refused = refuse_account(api, account, "account")) co_return std::move(*refused);
    const DiscoveryQuery query{
        std::string(request.parameter("what")), std::string(request.parameter("area"))
    };
    auto found = co_await ask_for<std::vector<DiscoveryList>>(
        api, request, account, "discover", to_text(query)
    );
    if (!found) co_return problem_answer(found.error());
    const auto language = language_of(request);
    if (language != Language::english)
        for (auto& list : *found) say_yes_and_no(list, Tongue::of(language));
    auto answer = json_answer(json::object{{"lists", to_json(*found)}});
    if (language != Language::english) answer.headers.emplace_back("Content-Language", code_of(language));
    co_return answer;
}

}  // namespace handlers
}  // namespace porteur
