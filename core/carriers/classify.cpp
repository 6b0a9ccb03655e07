// SPDX-License-Identifier: Apache-2.0
#include "carriers/classify.hpp"

#include <string>

#include <porteur/phrase.hpp>

#include "carriers/retry_after.hpp"

namespace porteur {
namespace {

std::optional<std::chrono::seconds> wish_of(
    const HttpAnswer& answer, std::chrono::sys_seconds now
) {
    const auto field = answer.header("retry-after");
    if (field.empty()) return std::nullopt;
    const auto wait = parse_retry_after(field, now);
    return wait ? std::optional(*wait) : std::nullopt;
}

std::string said(const HttpAnswer& answer) {
    return phrase("the carrier answered {1:n}", answer.status);
}

}  // namespace

std::optional<Error> classify(
    const HttpAnswer& answer, Repeat repeat, std::chrono::sys_seconds now
) {
    const int status = answer.status;
    const bool lost = status >= 500 || status == 408 || status == 425;

    if (status == 401) {
        return Error{
            .kind = ErrorKind::unauthorized,
            .message = said(answer) + ": " +
                       phrase("it does not accept the account's credentials; check them")
        };
    }
    if (status == 429) {
        return Error{
            .kind = ErrorKind::throttled,
            .message = said(answer) + ": " + phrase("too many requests; sent again after the wait"),
            .retry_after = wish_of(answer, now).value_or(throttled_wait_default)
        };
    }
    if (!lost) return std::nullopt;
    if (repeat == Repeat::forbidden) {
        return Error{
            .kind = ErrorKind::in_doubt,
            .message = said(answer) + ": " +
                       phrase("it may have acted all the same; it is looked up first"),
            .retry_after = wish_of(answer, now).value_or(std::chrono::seconds{0})
        };
    }
    if (status == 501 || status == 505) return std::nullopt;

    const auto wish = wish_of(answer, now);
    return Error{
        .kind = status == 503 && wish ? ErrorKind::throttled : ErrorKind::unavailable,
        .message = said(answer) + "; " + phrase("sent again later"),
        .retry_after = wish.value_or(std::chrono::seconds{0})
    };
}

Error classify(const ExchangeFailure& failure, Repeat repeat) {
    Error error = failure.error;
    if (failure.may_have_left) {
        error.kind = repeat == Repeat::harmless ? ErrorKind::unavailable : ErrorKind::in_doubt;
    }
    return error;
}

}  // namespace porteur
