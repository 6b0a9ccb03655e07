// SPDX-License-Identifier: Apache-2.0
#include "emergency.hpp"

#include <array>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "dids.hpp"
#include "outcome.hpp"
#include "release.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

constexpr auto records_path = "/v2/V911s";

std::string joined(std::initializer_list<std::string> parts) {
    std::string out;
    for (const auto& each : parts)
        if (!each.empty()) out += (out.empty() ? "" : " ") + each;
    return out;
}

json::object record_of(const PurchaseOrder& order, const PhoneNumber& number) {
    const auto& at = *order.emergency_address;
    const auto& caller = order.end_user.authorized_person;
    json::object record{
        {"Number", their_digits(number)},
        {"FirstName", caller.first_name},
        {"LastName", caller.last_name},
        {"StreetNumber", at.house_number},
        {"StreetName", joined({at.street, at.street_type, at.street_direction})},
        {"City", at.city},
        {"ProvinceState", at.region},
        {"PostalZip", at.postal_code},
        {"PendingPort", false}
    };
    if (!at.unit.empty()) record["SuiteNumber"] = json::string(at.unit);
    // Whose it is, where the caller is somebody of a company.
    if (order.end_user.kind == EndUserKind::business && !order.end_user.name.empty())
        record["OtherInfo"] = json::string(order.end_user.name);
    return record;
}

/// A V911Response may be accepted as a request and its address refused all the same.
bool address_refused(const json::value& body) {
    const auto& data = value_at(body, "ResponseData");
    const auto& accepted = value_at(data, "Accepted");
    return accepted.is_bool() && !accepted.get_bool();
}

Rejection rejection_of_record(const Outcome& outcome, const PhoneNumber& number) {
    Rejection ours;
    ours.reason = Reason::address_mismatch;
    ours.text = outcome.words;
    ours.numbers = {number};
    for (const auto& error : list_at(value_at(outcome.body, "ResponseData"), "Errors")) {
        if (ours.code.empty())
            if (const auto code = integer_at(error, "ErrorCode")) ours.code = std::to_string(*code);
        const auto words = text_at(error, "ErrorMessage");
        if (!words.empty() && ours.text.find(words) == std::string::npos)
            ours.text += (ours.text.empty() ? "" : "; ") + quoted(masked_numbers(words), 160);
        for (const auto& [key, field] :
             {std::pair{"SuggestedCity", "city"}, {"SuggestedProvince", "region"}})
            if (const auto suggested = text_at(error, key); !suggested.empty()) {
                ours.fields.push_back("/emergency_address/" + std::string(field));
                ours.text += "; " + phrase("ThinkTel suggests {1:quoted}", quoted(suggested));
            }
    }
    if (ours.fields.empty()) ours.fields = {"/emergency_address"};
    return ours;
}

/// How often a record is sent where each answer is lost, and what the steps of each time end in.
constexpr std::array<std::string_view, 3> times{"", "-again", "-third"};

Op<Outcome> make_record(PurchaseOrder order, PhoneNumber number, std::size_t index) {
    auto step = step_of("e911", index);
    Outcome outcome;
    for (std::size_t time = 0; time < times.size(); ++time) {
        const auto nth = [&](std::string_view name) { return step_of(std::string(name) + std::string(times[time]), index); };
        auto request = http().post(step, records_path);
        request.json(record_of(order, number)).once();
        const auto sent = co_await std::move(request);
        outcome = outcome_of(sent);
        if (outcome.kind != Outcome::Kind::lost) co_return outcome;
        outcome.called_off = !co_await settle_unless_in_doubt(sent, nth("settle-e911"), settle);
        if (outcome.called_off) co_return outcome;  // the number is given back, with a record or without
        const auto found = co_await http()
                               .get(nth("find-e911"), std::string(records_path) + "/" + std::to_string(their_digits(number)))
                               .looks_up(step);
        int status = 0;
        try {
            status = found.status();
        } catch (const Failure& failure) {
            if (failure.error.kind == ErrorKind::cancelled) throw;
            outcome.words += "; " + failure.error.message;
            co_return outcome;
        }
        if (status >= 200 && status < 300) {
            outcome.kind = Outcome::Kind::accepted;
            co_return outcome;
        }
        if (status != 404) co_return outcome;
        // It is certainly not there, and a record that is made twice is the same record.
        // The host lets a step out again only if it saw itself that the answer was lost.
        if (!sent.in_doubt()) step = nth("again-e911");
    }
    co_return outcome;
}

}  // namespace

std::vector<Problem> problems_of_emergency(const PurchaseOrder& order) {
    std::vector<Problem> problems;
    if (!order.emergency_address) return problems;
    const auto& at = *order.emergency_address;
    const auto need = [&](bool there, std::string field, std::string message) {
        if (!there)
            problems.push_back(
                {std::move(field), Reason::address_required, std::move(message), true}
            );
    };
    const std::string in = "/emergency_address/";
    need(!at.house_number.empty(), in + "house_number",
         phrase("give the house number where the caller is"));
    need(!at.street.empty(), in + "street", phrase("give the street where the caller is"));
    need(!at.city.empty(), in + "city", phrase("give the city where the caller is"));
    need(!at.region.empty(), in + "region",
         phrase("give the province or state where the caller is"));
    need(!at.postal_code.empty(), in + "postal_code",
         phrase("give the postal code where the caller is"));
    const auto& caller = order.end_user.authorized_person;
    need(
        !caller.first_name.empty() && !caller.last_name.empty(), "/end_user/authorized_person",
        phrase("give the first and last name for the 911 record")
    );
    return problems;
}

Op<bool> has_record(PhoneNumber number, std::size_t index) {
    const auto answer = co_await http().get(
        step_of("record", index),
        std::string(records_path) + "/" + std::to_string(their_digits(number))
    );
    if (answer.status() == 404) co_return false;
    require_readable(answer);
    co_return true;
}

Op<Recorded> record_or_undo(
    PurchaseOrder order, std::string pilot, PhoneNumber number, std::size_t index, bool may_undo
) {
    auto outcome = co_await make_record(order, number, index);
    if (outcome.accepted() && address_refused(outcome.body)) outcome.kind = Outcome::Kind::refused;
    if (outcome.accepted()) {
        co_return Recorded{{number, OrderState::completed, Reason::none, "Accepted"}, {}, false};
    }
    if (outcome.called_off)
        co_return Recorded{{number, OrderState::completed, Reason::none, phrase("no 911 record")}, {}, true};
    if (outcome.kind == Outcome::Kind::refused) {
        auto rejection = rejection_of_record(outcome, number);
        if (!may_undo) {
            rejection.text = phrase(
                "the 911 record of {1} was refused: {2:text}; the number was on the trunk before "
                "and stays: a person must make the record, or release it",
                number.masked(), rejection.text
            );
            co_return Recorded{
                {number, OrderState::exception, rejection.reason,
                 phrase("stays without a 911 record")},
                rejection, false
            };
        }
        const auto undone = co_await give_back("undo", pilot, number, index);
        const bool gone = undone.state == OrderState::cancelled;
        rejection.text =
            gone ? phrase(
                       "the 911 record of {1} was refused: {2:text}; the number was given back",
                       number.masked(), rejection.text
                   )
                 : phrase(
                       "the 911 record of {1} was refused: {2:text}; the number could NOT be given "
                       "back ({3:text}): a person must do it, or make the record",
                       number.masked(), rejection.text, undone.carrier_word
                   );
        co_return Recorded{
            {number, gone ? OrderState::cancelled : OrderState::exception, rejection.reason,
             gone ? phrase("given back") : undone.carrier_word},
            rejection, false
        };
    }
    Rejection rejection{Reason::other, "", "", {"/emergency_address"}, {number}};
    rejection.text = phrase(
        "{1} is bought, but whether it has a 911 record is not known ({2:text}): a person must "
        "look at it in uControl, and make the record or release the number; do not submit the "
        "order again as long as the number is there",
        number.masked(), outcome.words
    );
    co_return Recorded{
        {number, OrderState::exception, Reason::other, outcome.words}, rejection, false
    };
}

}  // namespace thinktel
