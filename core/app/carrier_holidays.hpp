// SPDX-License-Identifier: Apache-2.0
#pragma once

// The days on which a carrier itself does not work, asked of each account whose plugin has
// `discover`: at the start, once a day, and when the accounts were loaded anew. They are kept in
// memory only: as long as a carrier has not answered, its country's calendar counts.

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <porteur/result.hpp>

namespace porteur {

using HolidayList = std::vector<std::pair<std::chrono::year_month_day, std::string>>;

/// The list "holidays" in what `discover` gave; rows that hold no date are left out.
/// @errors   internal: a result of another form @threads any
Result<HolidayList> holidays_in_discovery(const std::string& output);

/// @threads  the executor's one thread
class CarrierHolidays {
public:
    struct Parts {
        boost::asio::any_io_executor executor;
        std::function<std::vector<std::string>()> accounts;  ///< those that have `discover`
        std::function<
            boost::asio::awaitable<Result<std::string>>(std::string account, std::string input)>
            ask;
        std::function<void(std::string account, HolidayList)> take;
        std::function<void(std::string)> note;       ///< one line for the log
        std::chrono::milliseconds after_start{500};  ///< orders that were under way come first
    };
    explicit CarrierHolidays(Parts parts);

    /// Goes on until stop(); the object stays until the executor has come to its end.
    void start();
    void stop();
    /// The accounts have changed.
    void look_again();

private:
    boost::asio::awaitable<void> run();

    Parts parts_;
    boost::asio::steady_timer timer_;
    bool stopped_ = false, again_ = false;
    std::vector<std::string>
        known_;  ///< accounts that have answered since the last look at all of them
};

}  // namespace porteur
