// SPDX-License-Identifier: Apache-2.0
#include "listing.hpp"

#include <porteur/phrase.hpp>

#include "codes.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

/// An account with more pages than this is read wrongly, not that large.
constexpr std::int64_t pages_max = 500;
constexpr int readings_max = 3;
constexpr int pauses_of_a_page_max = 5;
/// One second more than the sliding minute over which RingCentral counts.
constexpr std::chrono::seconds pause_usual{61};

struct Reading {
    std::vector<OwnedNumber> numbers;
    bool whole = true;  ///< as many as RingCentral says there are
};

/// Whether the host gave up asking because the carrier's limit is used up for longer than it holds
/// an operation.
bool is_throttled(const Answer& answer) {
    try {
        return answer.status() == 429;
    } catch (const Failure& failure) {
        return failure.error.kind == ErrorKind::throttled;
    }
}

/// One page, in a large account after a pause where the limit is used up: failing would read all
/// pages before it again.
Op<Answer> page_of(std::string step, std::int64_t page, Pace pace) {
    auto answer = co_await get_numbers(step, page, pace.page_size);
    for (int pause = 1; page > 1 && pause <= pauses_of_a_page_max && is_throttled(answer);
         ++pause) {
        const auto again = step + "-again-" + std::to_string(pause);
        co_await sleep_for("pause-before-" + again, pause_usual);
        answer = co_await get_numbers(again, page, pace.page_size);
    }
    co_return answer;
}

Op<Reading> read_once(std::string steps, Pace pace) {
    Reading reading;
    std::int64_t records = 0, since_pause = 0;
    std::optional<std::int64_t> total;
    for (std::int64_t page = 1; page <= pages_max; ++page) {
        const auto step = steps + std::to_string(page);
        const auto answer = co_await page_of(step, page, pace);
        require_ok(answer);
        const auto read = add_page(answer.json(), page, reading.numbers);
        records += read.records;
        if (total && read.total && *total != *read.total) reading.whole = false;
        if (read.total) total = read.total;
        if (!read.more) break;
        const auto told = wait_after(answer);
        if (told || ++since_pause >= pace.pages_per_minute) {
            co_await sleep_for("pause-after-" + step, told.value_or(pause_usual));
            since_pause = 0;
        }
    }
    if (total && records != *total) reading.whole = false;
    co_return reading;
}

}  // namespace

Op<std::vector<OwnedNumber>> all_numbers(Pace pace) {
    for (int reading = 1; reading <= readings_max; ++reading) {
        const auto steps =
            reading == 1 ? std::string("numbers-") : "numbers-" + std::to_string(reading) + "-";
        auto read = co_await read_once(steps, pace);
        if (read.whole) co_return std::move(read.numbers);
    }
    fail(
        ErrorKind::unavailable, Reason::none, "",
        "ringcentral: " +
            phrase("the list of numbers changed each time it was read; it is read again later")
    );
}

}  // namespace ringcentral
