// SPDX-License-Identifier: Apache-2.0
// The command line over the daemon's own API server, with a host in memory behind it: what the one
// sends, the other takes. The scripted server of the other tests says only what the API should do.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>

#include "../../../tests/unit/api/api_client.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using porteur::testing::FakeHost;
using porteur::testing::Served;
using porteur::testing::soon;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class OverApi : public ::testing::Test {
protected:
    Ran run(const std::vector<std::string>& words) {
        world.environment["PORTEUR_URL"] = "http://127.0.0.1:" + std::to_string(served.port);
        world.environment.emplace("PORTEUR_TOKEN", std::string(FakeHost::operator_token));
        return world.run(words);
    }
    /// The id that a change printed first.
    static std::string id_of(const Ran& ran) { return ran.out.substr(0, 13); }

    World world;
    Served served;
};

TEST_F(OverApi, IsFrenchFromTheErrorToTheScreen) {
    const std::vector<std::string> create{"port", "create", "--account", "acme-1", "--reference", "R-9", "--number", "+14165550101"};
    world.environment["LC_ALL"] = "fr_CA.UTF-8";
    const auto made = run(create);
    EXPECT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(made.out, HasSubstr("  brouillon\n"));
    EXPECT_THAT(made.out, HasSubstr("ensuite\u00a0: porteur port submit "));
    auto elsewhere = create;
    elsewhere[3] = "nobody-1";
    const auto refused = run(elsewhere);
    EXPECT_EQ(refused.status, status_of(ExitCode::refused));
    EXPECT_THAT(refused.err, StartsWith("porteur: Une valeur n'est pas comme elle doit être: /account: il n'y a pas de compte \"nobody-1\"\u00a0; il y a\u00a0: "));
    world.environment.erase("LC_ALL");
    EXPECT_THAT(run(elsewhere).err, StartsWith("porteur: A value is not as it must be: /account: there is no account \"nobody-1\"; there are: "));
}

TEST_F(OverApi, APortIsMadeWithDocumentsShownAmendedAndSubmitted) {
    const auto loa = world.file("loa.pdf", "%PDF-1.7" + std::string(150'000, 'x'));
    const auto bill = world.file("bill.pdf", "%PDF-1.7");
    const auto made = run(
        {"port",
         "create",
         "--account",
         "acme-1",
         "--losing-account",
         "oldtel-1",
         "--reference",
         "R-1",
         "--number",
         "+14165550101,+14165550102",
         "--remaining",
         "+14165550103",
         "--losing-carrier",
         "Old Tel",
         "--account-number",
         "4165550100",
         "--btn",
         "+14165550100",
         "--date",
         "2026-12-15",
         "--trunk",
         "4165559999",
         "--end-user",
         "Acme Inc.",
         "--end-user-kind",
         "business",
         "--registration-number",
         "1",
         "--tax-id",
         "2",
         "--person-first-name",
         "Anna",
         "--person-last-name",
         "Roy",
         "--person-title",
         "CFO",
         "--person-email",
         "anna@example.com",
         "--person-telephone",
         "+14165550104",
         "--house-number",
         "100",
         "--street",
         "King",
         "--street-type",
         "St",
         "--street-direction",
         "W",
         "--unit",
         "5",
         "--city",
         "Montréal",
         "--region",
         "QC",
         "--postal-code",
         "H2X 1Y4",
         "--address-country",
         "CA",
         "--contact-email",
         "ports@example.com",
         "--pin",
         "123456",
         "--loa",
         loa,
         "--loa-signed-on",
         "2026-11-20"}
    );
    ASSERT_EQ(made.status, 0) << made;
    EXPECT_EQ(served.host.last_new_order().pin, "123456");
    EXPECT_THAT(served.host.last_new_order().request, HasSubstr("\"city\":\"Montréal\""));
    EXPECT_THAT(served.host.last_new_order().request, HasSubstr("\"signed_on\":\"2026-11-20\""));
    EXPECT_EQ(served.host.upload_bytes, 150'008U);
    const auto id = id_of(made);

    const auto amended =
        run({"port", "amend", id, "--postal-code", "H2X 1Y5", "--btn", "", "--invoice", bill});
    ASSERT_EQ(amended.status, 0) << amended;
    EXPECT_THAT(served.host.last_amendment().request, HasSubstr("\"postal_code\":\"H2X 1Y5\""));
    EXPECT_THAT(served.host.last_amendment().request, HasSubstr("\"city\":\"Montréal\""));
    EXPECT_THAT(served.host.last_amendment().request, HasSubstr("\"name\":\"loa.pdf\""));
    EXPECT_THAT(served.host.last_amendment().request, HasSubstr("\"name\":\"bill.pdf\""));

    EXPECT_EQ(run({"port", "submit", id}), (Ran{0, id + "  draft, sending\n", ""}));
    const auto shown = run({"port", "show", id});
    EXPECT_THAT(shown.out, HasSubstr("Account      oldtel-1 -> acme-1\n"));
    EXPECT_THAT(shown.out, HasSubstr("+14165550102  draft\n"));
    EXPECT_THAT(shown.out, HasSubstr("  api           made\n"));
    EXPECT_THAT(
        run({"port", "list", "--state", "draft", "--limit", "1"}).out, HasSubstr("+14165550101 +1")
    );
    EXPECT_THAT(run({"port", "cancel", id}).out, StartsWith(id + "  cancelled"));
}

TEST_F(OverApi, APurchaseTakesItsFields) {
    const auto kbis = world.file("kbis.pdf", "%PDF-1.7");
    const auto made = run(
        {"purchase",
         "create",
         "--account",
         "acme-1",
         "--country",
         "FR",
         "--number-type",
         "mobile",
         "--number",
         "+33755500101",
         "--end-user",
         "Société Générique",
         "--street",
         "Rue de la Paix",
         "--city",
         "Paris",
         "--address-country",
         "FR",
         "--alternates",
         "choose_for_us",
         "--comment",
         "for alerts",
         "--document",
         "registration=" + kbis,
         "--submit"}
    );
    ASSERT_EQ(made.status, 0) << made;
    EXPECT_THAT(made.out, HasSubstr("  draft, sending\n"));
    EXPECT_THAT(served.host.last_new_order().request, HasSubstr("\"street\":\"Rue de la Paix\""));
    EXPECT_THAT(
        run({"purchase", "answer", id_of(made), "take", "--text", "yes"}).out,
        StartsWith(id_of(made))
    );
    EXPECT_EQ(served.host.last_answer(), std::pair(std::string("take"), std::string("yes")));
}

TEST_F(OverApi, ARepeatWithTheSameKeyChangesNothingAndAnotherRequestUnderItIsAConflict) {
    const auto order = served.order();
    const auto id = id_text(order.id);
    const auto first = run({"port", "submit", id, "--idempotency-key", "k-1"});
    EXPECT_EQ(run({"port", "submit", id, "--idempotency-key", "k-1"}), first);
    EXPECT_EQ(served.host.changed, 1);
    const auto other = run({"port", "cancel", id, "--idempotency-key", "k-1"});
    EXPECT_EQ(other.status, status_of(ExitCode::conflict)) << other;
}

TEST_F(OverApi, AnOrderInDoubtIsSettled) {
    auto order = served.order();
    order.delivery = Delivery::in_doubt;
    served.host.put(order);
    const auto id = id_text(order.id);
    EXPECT_EQ(run({"port", "settle", id, "found_at_carrier", "--carrier-id", "T-7"}).status, 0);
    EXPECT_EQ(
        served.host.last_verdict(), std::pair(PersonVerdict::found_at_carrier, std::string("T-7"))
    );
    EXPECT_EQ(run({"port", "settle", id, "not_carried_out"}).status, status_of(ExitCode::conflict));
}

TEST_F(OverApi, AMailIsListedShownAndAssigned) {
    const auto order = served.order(OrderKind::purchase);
    InboxMail mail;
    mail.id = served.host.next_id();
    mail.sender = "desk@carrier.example";
    mail.subject = "Your request";
    mail.matched_by = "subject_reference";
    mail.reason = "its subject names the order, which anybody can write";
    mail.proposals = "[\"" + id_text(order.id) + "\"]";
    mail.raw = "Hello";
    mail.state = "waiting";
    served.host.put(mail);
    const auto id = id_text(mail.id);
    EXPECT_THAT(run({"mail", "list"}).out, HasSubstr(id));
    const auto shown = run({"mail", "show", id});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr(order.reference));
    const auto assigned = run({"mail", "assign", id, id_text(order.id), "--take-word"});
    EXPECT_EQ(assigned.status, 0) << assigned.err;
    EXPECT_EQ(served.host.get_mail(mail.id).order, order.id);
    EXPECT_EQ(run({"mail", "list"}).out, "No mail waits.\n");
    EXPECT_EQ(run({"mail", "dismiss", id}).status, status_of(ExitCode::conflict));
    EXPECT_EQ(run({"mail", "show", "nothing"}).status, status_of(ExitCode::not_found));
}

TEST_F(OverApi, AnOrderIsWatchedOverTheStreamOfEvents) {
    Order order = served.order();
    order.id = 1;  // the order that the host's events are about
    order.delivery = Delivery::sending;
    served.host.put(order);
    std::jthread carrier([&] {
        EXPECT_TRUE(soon([&] { return served.host.listeners == 1; }));
        order.state = OrderState::completed;
        order.delivery = Delivery::idle;
        served.host.put(order);
        served.host.add_entry("port.state_changed");
    });
    EXPECT_EQ(
        run({"port", "watch", "0000000000001"}),
        (Ran{0,
             "1970-01-01 01:00:00  api           made\n"
             "1970-01-01 01:00:00  engine        line one line two\n",
             ""})
    );
}

TEST_F(OverApi, QuestionsToCarriersAreAnswered) {
    served.host.on_ask = [](auto, auto operation, auto input) -> Result<std::string> {
        if (operation == "requirements") {
            EXPECT_THAT(input, HasSubstr("\"action\":\"port_out\""));
            return R"({"items":[{"code":"pin","label_en":"PIN","label_fr":"NIP","kind":"text"}]})";
        }
        if (operation == "list_targets")
            return R"([{"kind":"trunk","id":"1","label_en":"Trunk","label_fr":"Liaison"}])";
        if (operation == "check_portability")
            return R"([{"number":"+14165550101","portable":true}])";
        if (operation == "search_numbers")
            return R"([{"number":"+33755500101","type":"mobile","country":"FR","features":["sms"]}])";
        return failure(ErrorKind::unsupported, "acme: has no such operation");
    };
    EXPECT_THAT(
        run({"carriers"}).out,
        AllOf(HasSubstr("oldtel-1  Acme Telecom  acme 1.2.0  down    CA US "), HasSubstr("running  connection refused\n"))
    );
    EXPECT_THAT(
        run({"requirements", "acme", "--action", "port_out", "--lang", "fr"}).out,
        HasSubstr("requis  NIP")
    );
    EXPECT_EQ(run({"targets", "acme-1"}).out, "KIND   ID  WHAT IT IS\ntrunk  1   Trunk\n");
    EXPECT_EQ(
        run({"portability", "check", "acme-1", "+14165550101"}).out,
        "NUMBER        PORTABLE\n+14165550101  yes\n"
    );
    EXPECT_THAT(
        run({"numbers", "search", "--country", "FR", "--number-type", "mobile", "--area-code", "7",
             "--contains", "55", "--region", "IDF", "--city", "Paris", "--quantity", "3",
             "--deadline", "5s"})
            .out,
        HasSubstr("+33755500101  shop-2   mobile")
    );
}

TEST_F(OverApi, TroublesHaveTheirExitStatus) {
    const auto id = id_text(served.order().id);
    EXPECT_EQ(run({"port", "show", "0000000000009"}).status, status_of(ExitCode::not_found));
    EXPECT_EQ(run({"targets", "acme-1"}).status, status_of(ExitCode::refused));
    EXPECT_EQ(
        run({"port", "create", "--account", "acme-1", "--address-country", "CA", "--document-id",
             "none"})
            .status,
        status_of(ExitCode::refused)
    );
    world.environment["PORTEUR_TOKEN"] = FakeHost::reader_token;
    EXPECT_EQ(run({"port", "submit", id}).status, status_of(ExitCode::not_authorised));
    EXPECT_EQ(run({"port", "show", id}).status, 0);
    world.environment["PORTEUR_TOKEN"] = "prt_unknown";
    EXPECT_EQ(run({"port", "show", id}).status, status_of(ExitCode::not_authorised));
}

TEST_F(OverApi, StatusIsTold) {
    served.host.outgoing.figures.states = {{OrderKind::port, OrderState::draft, 1}};
    const auto ran = run({"status"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr("Port orders      1 draft\n"));
    served.host.ready = false;
    EXPECT_EQ(run({"status"}).status, status_of(ExitCode::not_reachable));
}

}  // namespace
}  // namespace porteur::cli
