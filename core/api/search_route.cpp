// SPDX-License-Identifier: Apache-2.0
// Asks all sellers at once. What has come by the deadline is the answer; who has not answered by
// then, or has failed, is named with the reason, so that "no numbers" and "nobody answered" are
// never confused.
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "api/carrier_questions.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::int64_t quantity_max = 100;
constexpr milliseconds deadline_max{60'000};

std::unexpected<Error> wrong(
    std::string_view name, std::string_view value, std::string_view wanted
) {
    return failure(
        ErrorKind::invalid_input, phrase("the parameter {1} is {2}; expected {3:text}", name, quoted(value, 40), wanted)
    );
}

Result<std::int64_t> read_count(
    const Request& request, std::string_view name, std::int64_t fallback, std::int64_t max
) {
    const auto text = request.parameter(name);
    if (text.empty()) return fallback;
    std::int64_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || count < 1 || count > max)
        return wrong(name, text, phrase("a whole number from 1 to {1}", max));
    return count;
}

Result<NumberQuery> read_search(const Request& request) {
    NumberQuery query;
    if (const auto named = request.parameter("country"); !named.empty()) {
        auto country = read_country(named);
        if (!country) return std::unexpected(std::move(country).error());
        query.country = *country;
    }
    auto type = read_number_type(request.parameter("number_type"));
    if (!type) return std::unexpected(std::move(type).error());
    query.number_type = *type;
    query.area_code = request.parameter("area_code");
    query.contains = request.parameter("contains");
    for (const auto& [name, value] :
         {std::pair{"area_code", query.area_code}, {"contains", query.contains}})
        if (value.size() > 15 || value.find_first_not_of("0123456789") != value.npos)
            return wrong(name, value, "at most 15 digits");
    query.region = request.parameter("region");
    query.city = request.parameter("city");
    auto quantity = read_count(request, "quantity", query.quantity, quantity_max);
    if (!quantity) return std::unexpected(std::move(quantity).error());
    query.quantity = *quantity;
    return query;
}

/// Shared with the questions under way, which may outlive the request.
struct Search {
    explicit Search(asio::any_io_executor executor) : timer(std::move(executor)) {}
    asio::steady_timer timer;
    std::map<std::string, std::optional<Result<std::vector<AvailableNumber>>>>
        answers;  // by account
    std::size_t open = 0;
};

Async<void> ask_seller(
    std::shared_ptr<Search> search, ApiServices& services, Caller caller, std::string account,
    std::string input, milliseconds deadline
) {
    Result<std::vector<AvailableNumber>> found =
        failure(ErrorKind::internal, "the plugin host failed");
    try {
        auto output = co_await services.ask(
            std::move(caller), account, "search_numbers", std::move(input), deadline
        );
        if (output)
            found = from_text<std::vector<AvailableNumber>>(*output);
        else
            found = std::unexpected(std::move(output).error());
    } catch (const std::exception&) {
        // A defect of one account must not take the others' numbers away; `found` says it.
    }
    search->answers[account] = std::move(found);
    if (--search->open == 0) search->timer.cancel();
}

}  // namespace

Async<Answer> handlers::search_available_numbers(Api& api, Request& request) {
    auto query = read_search(request);
    if (!query) co_return problem_answer(query.error());
    auto wait = read_count(
        request, "deadline_ms", api.limits.search_deadline.count(), deadline_max.count()
    );
    if (!wait) co_return problem_answer(wait.error());
    const milliseconds deadline(*wait);
    const auto input = to_text(*query);

    const auto executor = co_await asio::this_coro::executor;
    const auto search = std::make_shared<Search>(executor);
    search->timer.expires_after(deadline);
    const auto sellers = api.services.sellers();
    search->open = sellers.size();
    for (const auto& account : sellers) search->answers[account];
    for (const auto& account : sellers)
        asio::co_spawn(
            executor, ask_seller(search, api.services, request.caller, account, input, deadline),
            asio::detached
        );
    if (search->open > 0) {
        boost::system::error_code woken;
        co_await search->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }

    json::array numbers, unanswered;
    for (const auto& [account, answer] : search->answers) {
        if (!answer || !*answer) {
            unanswered.push_back(json::object{
                {"account", account},
                {"why", answer ? answer->error().message
                               : phrase("no answer within {1} ms", deadline.count())}
            });
            continue;
        }
        for (const auto& each : **answer) {
            auto line = to_json(each).get_object();
            line["account"] = account;
            numbers.push_back(std::move(line));
        }
    }
    Answer out;
    out.body = canonical(
        json::object{{"numbers", std::move(numbers)}, {"unanswered", std::move(unanswered)}}
    );
    co_return out;
}

}  // namespace porteur
