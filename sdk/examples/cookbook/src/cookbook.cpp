// SPDX-License-Identifier: Apache-2.0
// The recipes of docs/plugins/cookbook.md, as they compile and are tried: what stands between two marks stands there too.
#include <sstream>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

// [recipe: refusal on 200]
/// Their errors come with 200 and {"success":false,"error":{"code":"E17","text":"..."}}.
void require_success(const Answer& answer) {
    answer.require_ok();
    if (answer.at("/success") == json::value(true)) return;
    const auto code = answer.text("/error/code");
    if (code == "E01") fail(ErrorKind::unauthorized, Reason::none, code, "the key is not theirs any more");
    if (code == "E17") fail(ErrorKind::rejected, Reason::number_taken, code, "another customer took a number");
    // A code that nobody has told us of is no refusal that we understand.
    fail(ErrorKind::internal, Reason::none, code, "unknown error " + porteur::quoted(code) + ": " + answer.text("/error/text"));
}
// [end]

Op<AccountCheck> check_account(Nothing) {
    auto me = co_await http().get("account", "/me");
    require_success(me);
    AccountCheck check;
    check.identity = me.text("/name");
    co_return check;
}

// [recipe: paging]
Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    static constexpr int pages_max = 1000;  // a carrier that gives the same page for ever ends too
    std::vector<CarrierNumber> all;
    std::string next;
    for (int page = 1; page <= pages_max; ++page) {
        // A step's name is its own: the page's number makes it so.
        auto answer = co_await http().get("list-" + std::to_string(page), "/numbers").query("after", next).query("limit", 500);
        require_success(answer);
        for (const auto& theirs : answer.array("/numbers")) {
            CarrierNumber ours;
            const auto number = PhoneNumber::from_json_text(text_at(theirs, "number"));
            if (!number) fail(ErrorKind::internal, Reason::none, "", "a number that is none on page " + std::to_string(page));
            ours.number = *number;
            all.push_back(std::move(ours));
        }
        next = answer.text("/next");
        if (next.empty()) co_return all;
    }
    fail(ErrorKind::internal, Reason::none, "", "their list does not end");
}
// [end]

// [recipe: asynchronous]
PurchaseProgress purchase_of(const json::value& theirs) {
    PurchaseProgress ours;
    ours.carrier_id = text_at(theirs, "id");
    ours.carrier_word = text_at(theirs, "state");
    if (ours.carrier_word == "queued" || ours.carrier_word == "working") {
        ours.state = OrderState::submitted;
        ours.check_again = std::chrono::minutes(5);  // the host asks again then: an operation waits for nobody
    } else if (ours.carrier_word == "active") {
        ours.state = OrderState::completed;
    } else if (ours.carrier_word == "refused") {
        ours.state = OrderState::rejected;
        Rejection why;
        why.reason = Reason::number_taken;
        why.code = text_at(theirs, "why");
        why.text = text_at(theirs, "text");
        ours.rejections.push_back(std::move(why));
    } else {
        fail(ErrorKind::internal, Reason::none, ours.carrier_word, "unknown state " + porteur::quoted(ours.carrier_word));
    }
    return ours;
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    auto job = co_await http().get("job", "/jobs/" + path_segment(reference.carrier_id));
    require_success(job);
    co_return purchase_of(job.at("/job"));
}
// [end]

// [recipe: in doubt]
HttpRequest create_job(const PurchaseOrder& order) {
    return http().post("create-job", "/jobs").field("numbers", order.numbers).field("reference", order.reference).once();
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    auto made = co_await create_job(order);
    if (made.in_doubt()) {
        // The answer was lost, and `settle` of the descriptor has passed: what was carried out can be seen by now.
        auto found = co_await http().get("find-job", "/jobs").query("reference", order.reference).looks_up("create-job");
        require_success(found);  // an answer that is no answer ends in doubt: the look-up knows that it is one
        // Nor is one that holds no list: a definite no is an empty one.
        if (!found.at("/jobs").is_array()) fail(ErrorKind::in_doubt, Reason::none, "", "the look-up answered without a list");
        if (!found.array("/jobs").empty()) co_return purchase_of(found.at("/jobs/0"));
        made = co_await create_job(order);  // a definite no: the same step may leave once more
    }
    require_success(made);
    co_return purchase_of(made.at("/job"));
}
// [end]

// [recipe: partial success]
/// One request for all, an answer for each.
Op<ReleaseProgress> release_numbers(NumberList list) {
    std::string joined;
    for (const auto& each : list.numbers) joined += (joined.empty() ? "" : ",") + each.text();
    auto answer = co_await http().post("release", "/release").form("numbers", joined).form("confirm", "yes").keyed();
    require_success(answer);
    ReleaseProgress progress;
    for (const auto& number : list.numbers) {
        NumberProgress ours;
        ours.number = number;
        ours.state = OrderState::exception;  // until they say otherwise: what they leave out was not released
        for (const auto& theirs : answer.array("/results"))
            if (text_at(theirs, "number") == number.text() && text_at(theirs, "result") == "released") ours.state = OrderState::cancelled;
        progress.numbers.push_back(std::move(ours));
    }
    co_return progress;
}
// [end]

// [recipe: xml]
Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    namespace tree = boost::property_tree;
    tree::ptree wish;
    wish.put("Search.AreaCode", query.area_code);
    wish.put("Search.Quantity", query.quantity);
    std::ostringstream out;
    tree::write_xml(out, wish);  // escapes what must be
    auto answer = co_await http().post("search", "/search.xml").xml(out.str()).safe();
    answer.require_ok();
    std::vector<AvailableNumber> found;
    try {
        tree::ptree theirs;
        std::istringstream in(answer.body());
        tree::read_xml(in, theirs);
        for (const auto& [name, each] : theirs.get_child("Result")) {
            const auto number = PhoneNumber::from_json_text("+" + each.get<std::string>("Did", ""));
            if (name != "Number" || !number) continue;
            AvailableNumber ours;
            ours.number = *number;
            ours.city = each.get<std::string>("City", "");
            found.push_back(std::move(ours));
        }
    } catch (const tree::ptree_error& wrong) {
        fail(ErrorKind::unavailable, Reason::none, "", std::string("their XML cannot be read: ") + wrong.what());
    }
    co_return found;
}
// [end]

// [recipe: mail]
/// A carrier that takes ports by mail.
Op<PortProgress> submit_port(PortOrder order) {
    Mail letter = mail("send-request");
    letter.to("porting@desk.cookbook.example").subject("Port request " + order.reference).text("Please port " + std::to_string(order.numbers.size()) + " number(s) to us.\n");
    for (const auto& each : order.documents) letter.attach(each);
    const auto sent = co_await std::move(letter);
    PortProgress progress;
    progress.carrier_id = order.reference;  // theirs comes with their answer, which read_mail reads
    if (sent.in_doubt) {
        // Two mails are two requests: a person looks into the archive, and says what is so.
        const auto asked = co_await Manual("was-it-sent", "Did the port request leave?", "Look for it in the archive of sent mail.").choice("it left").choice("it did not");
        if (asked.choice != "it left") fail(ErrorKind::in_doubt, Reason::none, "", "whether the mail left is not known");
    }
    progress.state = OrderState::submitted;
    progress.check_again = std::chrono::days(1);
    co_return progress;
}
// [end]

}  // namespace

PORTEUR_PLUGIN(
    "cookbook", "1.0.0", PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers), PORTEUR_OPERATION(purchase), PORTEUR_OPERATION(check_purchase),
    PORTEUR_OPERATION(release_numbers), PORTEUR_OPERATION(search_numbers), PORTEUR_OPERATION(submit_port)
)
