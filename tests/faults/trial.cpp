// SPDX-License-Identifier: Apache-2.0
// A plugin with the effects that the example carrier has no use for: a mail, a KEYED step, a task
// for a person, an event, a signature, a long sleep, a doubt that only a person can settle, a preflight.
#define porteur_entry_v0 porteur_entry_of_trial  // linked beside the example's
#include <porteur/sdk.hpp>

using namespace porteur;
using namespace std::chrono_literals;

namespace {

PurchaseProgress progress_of(const json::value& theirs) {
    PurchaseProgress ours;
    ours.carrier_id = text_at(theirs, "id");
    ours.carrier_word = text_at(theirs, "status");
    ours.state = ours.carrier_word == "completed" ? OrderState::completed : OrderState::submitted;
    return ours;
}

HttpRequest create_order(const PurchaseOrder& order, const std::string& approval) {
    return http()
        .post("create-order", "/orders")
        .field("ref", order.reference)
        .field("approval", approval)
        .once();
}

Op<PurchaseProgress> bought(PurchaseOrder order, std::string approval) {
    auto made = co_await create_order(order, approval);
    if (made.in_doubt()) {
        auto found = co_await http()
                         .get("find-order", "/orders")
                         .query("ref", order.reference)
                         .looks_up("create-order");
        found.json();
        if (!found.array("/orders").empty()) co_return progress_of(found.at("/orders/0"));
        made = co_await create_order(order, approval);
    }
    if (made.status() == 409)
        fail(ErrorKind::rejected, Reason::number_taken, made.text("/code"), "trial: taken");
    co_return progress_of(made.json());
}

/// A document of the order's, which the carrier wants before the order.
Op<void> uploaded(PurchaseOrder order) {
    const auto request = [&] {
        return http()
            .post("upload", "/documents")
            .field("ref", order.reference)
            .field("content", "")
            .document("/content", order.documents.front().id)
            .once();
    };
    auto sent = co_await request();
    if (sent.in_doubt()) {
        auto found = co_await http()
                         .get("find-upload", "/documents")
                         .query("ref", order.reference)
                         .looks_up("upload");
        found.json();
        if (!found.array("/documents").empty()) co_return;
        sent = co_await request();
    }
    if (sent.text("/id").empty())
        fail(ErrorKind::in_doubt, Reason::none, "", "trial: the answer names no document");
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    if (order.comment == "upload") co_await uploaded(order);
    if (order.comment == "mail") {
        Mail request = mail("order-mail");
        request.to("desk@carrier.example").subject("Order " + order.reference);
        request.text("Please deliver\r\n.\r\nthe number.\r\n");
        for (const auto& each : order.documents) request.attach(each);
        const auto sent = co_await request;
        if (sent.in_doubt)
            fail(
                ErrorKind::in_doubt, Reason::none, "",
                "trial: the desk may have the mail; a person must ask"
            );
        PurchaseProgress ours;
        ours.carrier_id = "A-1";
        ours.carrier_word = "pending";
        co_return ours;
    }
    if (order.comment == "unsettled") {  // a carrier that cannot be asked
        auto made = co_await create_order(order, "");
        if (made.in_doubt())
            fail(ErrorKind::in_doubt, Reason::none, "", "trial: a person must ask the carrier");
        co_return progress_of(made.json());
    }
    if (order.comment == "keyed")
        (co_await http().post("open-file", "/files").field("ref", order.reference).keyed()).json();
    std::string approval;
    if (order.comment == "manual") {
        const auto answer = co_await manual("approve", "Approve the order", "Look at the request.")
                                .choice("go")
                                .choice("stop");
        if (answer.choice != "go")
            fail(ErrorKind::rejected, Reason::other, "", "trial: not approved");
        approval = answer.choice + " " + answer.text;
    }
    if (order.comment == "sign") {
        const auto nonce = co_await random_hex(8);
        approval = nonce + " " + co_await sign("sign-order", Signing::hmac_sha256, "api_secret", nonce);
    }
    if (order.comment == "event") {
        const auto told =
            co_await event("desk-says", "webhook", 48h).where("order", order.reference);
        if (!told) fail(ErrorKind::rejected, Reason::other, "", "trial: the desk said nothing");
        approval = "go " + told->body;
    }
    if (order.comment == "sleep") {
        (co_await http().post("hold", "/holds").field("ref", order.reference).keyed()).json();
        co_await sleep_for("cool-off", 72h);
        (co_await http().get("held", "/holds").query("ref", order.reference)).json();
    }
    co_return co_await bought(order, approval);
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    const auto state = co_await http().get("poll-order", "/orders/" + reference.carrier_id);
    co_return progress_of(state.json());
}

Op<Findings> preflight(PortOrder order) {
    const auto records = co_await http().get("records", "/records");
    const auto name = text_at(records.json(), "name");
    Findings findings;
    findings.note = "on record: " + name + ", asked for " + order.end_user.name;
    co_return findings;
}

/// Mails are read by people; the plugin only says that it has seen them.
Op<MailReading> read_mail(MailText mail) {
    MailReading reading;
    reading.note = "seen: " + mail.subject;
    co_return reading;
}

// ------------------------------------------------------------------ ports

PortProgress port_of(const json::value& order) {
    PortProgress ours;
    ours.carrier_id = text_at(order, "id");
    ours.carrier_word = text_at(order, "status");
    ours.state = ours.carrier_word == "completed"   ? OrderState::completed
                 : ours.carrier_word == "exception" ? OrderState::exception
                                                    : OrderState::submitted;
    return ours;
}

/// Each number travels alone.
std::vector<NumberGroup> split(NumberList list) {
    std::vector<NumberGroup> groups;
    for (const auto& each : list.numbers) groups.emplace_back().numbers = {each};
    return groups;
}

Op<PortProgress> submit_port(PortOrder order) {
    const auto request = [&] {
        return http().post("create-port", "/ports").field("ref", order.reference).once();
    };
    auto made = co_await request();
    if (made.in_doubt()) {
        auto found = co_await http()
                         .get("find-port", "/ports")
                         .query("ref", order.reference)
                         .looks_up("create-port");
        found.json();
        if (!found.array("/ports").empty()) co_return port_of(found.at("/ports/0"));
        made = co_await request();
    }
    if (made.status() == 422)
        fail(ErrorKind::rejected, Reason::pin_invalid, made.text("/code"), "trial: wrong PIN");
    co_return port_of(made.json());
}

Op<PortProgress> check_port(OrderReference reference) {
    const auto state = co_await http().get("poll-port", "/ports/" + reference.carrier_id);
    co_return port_of(state.json());
}

Op<PortProgress> supplement_port(Supplement supplement) {
    const auto path = "/ports/" + supplement.order.carrier_id;
    const auto request = [&] {
        return http()
            .post("supplement", path + "/supplements")
            .field("fields", static_cast<std::int64_t>(supplement.fields.size()))
            .once();
    };
    auto sent = co_await request();
    if (sent.in_doubt()) {
        auto found = co_await http().get("find-supplement", path).looks_up("supplement");
        if (const auto stands = port_of(found.json()); stands.state != OrderState::exception)
            co_return stands;
        sent = co_await request();
    }
    if (sent.status() == 422)
        fail(ErrorKind::rejected, Reason::cannot_change_now, sent.text("/code"), "trial: too late");
    co_return port_of(sent.json());
}

}  // namespace

PORTEUR_PLUGIN(
    "trial", "1.0.0", PORTEUR_OPERATION(purchase), PORTEUR_OPERATION(check_purchase),
    PORTEUR_OPERATION(preflight), PORTEUR_OPERATION(read_mail), PORTEUR_OPERATION(split), PORTEUR_OPERATION(submit_port),
    PORTEUR_OPERATION(check_port), PORTEUR_OPERATION(supplement_port)
)
