// SPDX-License-Identifier: Apache-2.0
// Buys three things at once, signs, waits for the carrier's word, and asks a person. Ports numbers: of +1800 alone, and only
// to the postal code that it likes. With PATIENT_NEXT it is a later build, which asks for some of it otherwise.
#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

#ifdef PATIENT_NEXT
constexpr bool is_next = true;
#define PATIENT_VERSION "1.1.0"
#else
constexpr bool is_next = false;
#define PATIENT_VERSION "1.0.0"
#endif

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    std::vector<HttpRequest> requests;
    for (const std::string step : {"buy-1", "buy-2", "buy-3"}) {
        auto buy = http().post(step, "/orders").field("ref", order.reference).once();
        if (is_next && step == "buy-2" && order.reference.ends_with('7')) buy.field("channel", "api");
        requests.push_back(std::move(buy));
    }
    const auto bought = co_await together(std::move(requests));
    for (const auto& each : bought) each.require_ok();

    const auto signature = co_await sign("sign", Signing::hmac_sha256, "auth_token", "order " + order.reference);
    const auto told = co_await event("answer", "webhook", std::chrono::hours(24)).where("ticket", bought.front().text("/id"));
    if (!told) fail(ErrorKind::in_doubt, Reason::none, "", "nobody told");
    const auto answer = co_await manual("check", "Check the invoice", (is_next ? "The carrier sent " : "It came with ") + told->body + ".").choice("right").text_required();

    PurchaseProgress progress;
    progress.carrier_id = signature + " " + answer.text;
    progress.carrier_word = "completed";
    progress.state = OrderState::completed;
    co_return progress;
}

// ------------------------------------------------------------------ ports

PortProgress port(const std::string& id, const std::string& postal_code) {
    PortProgress progress;
    progress.carrier_id = id;
    progress.keep["postal_code"] = postal_code;
    const bool likes = postal_code == "M5V1A2";
    progress.state = likes ? OrderState::completed : OrderState::exception;
    progress.carrier_word = likes ? "Completed" : "Rejected";
    if (!likes)
        progress.rejections.push_back({.reason = Reason::postal_code_mismatch, .code = "6P", .text = "zip?",
                                       .fields = {"/service_address/postal_code"}, .numbers = {}});
    return progress;
}

std::vector<NumberGroup> split(NumberList list) {
    NumberGroup local, toll_free;
    for (const auto& each : list.numbers) (each.text().starts_with("+1800") ? toll_free : local).numbers.push_back(each);
    std::vector<NumberGroup> groups;
    for (auto* each : {&local, &toll_free})
        if (!each->numbers.empty()) groups.push_back(*each);
    return groups;
}

Findings validate(PortOrder order) {
    Findings findings;
    if (split({.numbers = order.numbers, .reason = {}}).size() > 1)
        findings.problems.push_back({.field = "/numbers", .reason = Reason::split_required, .message = "they may not share one request"});
    if (order.comment == "in haste")
        findings.problems.push_back({.field = "/comment", .reason = Reason::other, .message = "haste does not help here", .blocking = false});
    return findings;
}

Op<PortProgress> submit_port(PortOrder order) {
    (co_await http().post("submit", "/ports/" + order.reference).field("n", std::int64_t{1}).once()).require_ok();
    // A toll-free number is at no address.
    const bool toll_free = order.numbers.front().text().starts_with("+1800");
    co_return port("P-" + order.reference, toll_free ? "M5V1A2" : order.service_address.postal_code);
}

Op<PortProgress> check_port(OrderReference order) {
    (co_await http().get("look", "/ports/" + order.carrier_id)).require_ok();
    co_return port(order.carrier_id, std::string(order.kept.at("postal_code").as_string()));
}

Op<PortProgress> supplement_port(Supplement supplement) {
    (co_await http().post("supplement", "/supplements/" + supplement.order.carrier_id).field("n", static_cast<std::int64_t>(supplement.fields.size())).once()).require_ok();
    co_return port(supplement.order.carrier_id, supplement.corrected.service_address.postal_code);
}

Op<ReleaseWatch> check_release(OrderReference order) {
    (co_await http().get("look", "/leaving/" + order.reference)).require_ok();
    ReleaseWatch watch;
    for (const auto& each : order.numbers) watch.numbers.push_back({.number = each, .left = true, .carrier_word = ""});
    co_return watch;
}

Op<ReleasePacket> release_packet(PortOrder order) {
    ReleasePacket packet;
    packet.subject = "Numbers leave: " + order.reference;
    packet.problems.push_back({.field = "/documents", .reason = Reason::loa_required, .message = "no letter"});
    co_return packet;
}

}  // namespace

PORTEUR_PLUGIN("patient", PATIENT_VERSION, PORTEUR_OPERATION(purchase), PORTEUR_OPERATION(split), PORTEUR_OPERATION(validate),
               PORTEUR_OPERATION(submit_port), PORTEUR_OPERATION(check_port), PORTEUR_OPERATION(supplement_port),
               PORTEUR_OPERATION(check_release), PORTEUR_OPERATION(release_packet))
