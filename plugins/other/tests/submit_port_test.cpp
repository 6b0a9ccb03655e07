// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

Script handing_in(const json::object& given, const std::string& today = "2026-11-22T15:00:00Z") {
    Script script(other(), "submit_port", canonical(given), settings());
    script.asks_time(today);
    return script;
}

TEST(SubmitPort, HasAPersonHandThePacketIn) {
    auto script = handing_in(order());
    script.expects_manual()
        .named("hand-in")
        .with_head(
            R"({"choices":["submitted","refused"],"remind_seconds":172800,"text":"required",
                "title":"Hand order po-7 in at OpenPhone"})"
        )
        .with_text(file("packet-en.txt"))
        .is_answered("submitted", " OP-4711 \nby telephone\n")
        .asks_time("2026-11-22T16:00:00Z")
        .ends_with(
            R"({"carrier_id":"OP-4711","state":"submitted","carrier_word":"submitted","check_again":86400,
                "keep":{"ask_after":"2026-11-23T16:00:00Z","language":"en","state":"submitted"}})"
        );
    cut_everywhere(script);
}

TEST(SubmitPort, WritesThePacketInTheCustomersLanguage) {
    auto given = order();
    given["language"] = "fr";
    given["remaining"] = json::array{"+14165550100"};
    handing_in(given)
        .expects_manual()
        .with_text(file("packet-fr.txt"))
        .is_answered("submitted", "OP-4711")
        .asks_time("2026-11-22T16:00:00Z")
        .ends_with(R"({"keep":{"language":"fr"}})");
}

TEST(SubmitPort, EndsAsRefusedInThePersonsWords) {
    handing_in(order())
        .expects_manual()
        .is_answered("refused", "PIN_INVALID: has eight digits, +1 416 555 0101")
        .fails_with(ErrorKind::rejected, Reason::pin_invalid, HasSubstr("has eight digits"))
        .coded("PIN_INVALID");
    handing_in(order())
        .expects_manual()
        .is_answered("refused", "they will not have it")
        .fails_with(
            ErrorKind::rejected, Reason::other,
            HasSubstr("OpenPhone refused: \"they will not have it\"")
        );
}

TEST(SubmitPort, AsksNobodyAboutAnOrderThatIsNotComplete) {
    auto given = order();
    given["account_number"] = "";
    Script(other(), "submit_port", canonical(given), settings())
        .fails_with(
            ErrorKind::invalid_input, Reason::account_number_required, HasSubstr("Account number")
        );
}

TEST(SubmitPort, AsksNobodyToHandInAStatementOf46Days) {
    handing_in(order(), "2026-12-16T00:00:00Z")
        .fails_with(ErrorKind::invalid_input, Reason::document_refused, HasSubstr("46 days old"));
    handing_in(order(), "2026-10-01T00:00:00Z")
        .fails_with(ErrorKind::invalid_input, Reason::document_refused, HasSubstr("yet to come"));
    handing_in(order(), "2026-12-15T23:59:59Z").expects_manual();
}

}  // namespace
}  // namespace porteur::testkit
