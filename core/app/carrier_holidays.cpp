// SPDX-License-Identifier: Apache-2.0
#include "app/carrier_holidays.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/calendar_text.hpp>
#include <porteur/json.hpp>
#include <porteur/model/discovery.hpp>

namespace porteur {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::hours anew_every{24}, tried_again_after{1};

}  // namespace

Result<HolidayList> holidays_in_discovery(const std::string& output) {
    const auto lists = from_text<std::vector<DiscoveryList>>(output);
    if (!lists)
        return failure(
            ErrorKind::internal,
            "discover gave a result that cannot be read: " + lists.error().message
        );
    HolidayList days;
    for (const auto& list : *lists) {
        if (list.name != "holidays") continue;
        const auto column = [&](std::string_view name) {
            return static_cast<std::size_t>(
                std::ranges::find(list.columns, name) - list.columns.begin()
            );
        };
        const auto date = column("date"), name = column("name");
        for (const auto& row : list.rows) {
            const auto day = date < row.size() ? read_iso_date(row[date]) : std::nullopt;
            if (day) days.emplace_back(*day, name < row.size() ? row[name] : std::string());
        }
    }
    return days;
}

CarrierHolidays::CarrierHolidays(Parts parts) : parts_(std::move(parts)), timer_(parts_.executor) {}

void CarrierHolidays::start() { asio::co_spawn(parts_.executor, run(), asio::detached); }

void CarrierHolidays::stop() {
    stopped_ = true;
    timer_.cancel();
}

void CarrierHolidays::look_again() {
    again_ = true;
    timer_.cancel();
}

asio::awaitable<void> CarrierHolidays::run() {
    boost::system::error_code woken;
    timer_.expires_after(parts_.after_start);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    while (!stopped_) {
        if (std::exchange(again_, false)) known_.clear();
        bool all = true;
        for (const auto& account : parts_.accounts()) {
            if (std::ranges::find(known_, account) != known_.end()) continue;
            auto output = co_await parts_.ask(account, R"({"area":"","what":"holidays"})");
            if (stopped_) co_return;
            auto days = output ? holidays_in_discovery(*output)
                               : std::unexpected(std::move(output).error());
            if (days) {
                known_.push_back(account);
                parts_.take(account, std::move(*days));
            } else if (days.error().kind == ErrorKind::invalid_input ||
                       days.error().kind == ErrorKind::unsupported) {
                known_.push_back(account);  // it has no such list
            } else {
                all = false;
                parts_.note(
                    account + ": its carrier's holidays are not known: " + days.error().message
                );
            }
        }
        if (again_) continue;  // the accounts changed meanwhile
        timer_.expires_after(all ? anew_every : tried_again_after);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (!woken && all) known_.clear();
    }
}

}  // namespace porteur
