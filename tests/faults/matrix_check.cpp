// SPDX-License-Identifier: Apache-2.0
#include "matrix_check.hpp"

#include <algorithm>
#include <set>

#include "domain/order_rules.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;

std::string letter_of_cell(const MatrixCase& each) {
    for (const auto& cell : matrix_cells())
        if (cell.fault == each.fault && cell.column == each.column) return cell.letter;
    return {};
}

/// Whether the letter lets an order wait for a person.
bool may_wait_for_person(const MatrixCase& each, int deaths) {
    const auto letter = letter_of_cell(each);
    if (!each.has_fault) return false;
    // What is done once and may have left: the ladder settles it, or a person does. A plugin's defect is told to one.
    const bool is_effect = each.column == Column::submit || each.column == Column::change || each.column == Column::document || each.column == Column::mail;
    // Who dies after the last byte of a mail cannot know: docs/reliability.md, promise 3.
    if (each.column == Column::mail && deaths > 0) return true;
    return letter == "o" || letter == "m" || (letter == "u" && is_effect) || letter.starts_with("f") || letter == "x";
}

std::string standing(const Order& order) {
    return order.reference + " is " + boost::describe::enum_to_string(order.state, "?") + "/" + boost::describe::enum_to_string(order.delivery, "?") + " (" + order.problem + ")";
}

void check_order(const MatrixCase& each, FarEnd& far, Store& store, int number, int deaths, Invariants& all) {
    const auto reference = "r" + std::to_string(number);
    const auto found = store.order_by_reference(1, reference);
    auto& thing = far.thing(reference);
    far.now = INT64_MAX;  // what is to come late has come
    far.catch_up(thing);
    all.acknowledged(reference, thing.created_keys == 0 || (found && *found));
    if (!found || !*found) return all.finding(reference + " is not in the store");
    const auto& order = **found;
    all.order(store, order);
    all.once(reference, thing.made);
    all.once(reference + "'s cancellation", thing.cancelled);
    all.once(reference + "'s correction", thing.supplemented);
    all.once(reference + "'s document", thing.uploaded);
    if (each.column == Column::document && thing.uploaded > 0) all.document(thing.wrong_document ? "another" : "the stored one", "the stored one");
    const bool is_mail = each.column == Column::mail && number != 2;
    const bool is_parked = !is_end(order.state);
    if (is_parked && order.problem.empty()) all.finding(standing(order) + ": it waits, and does not say for what");
    if (is_parked && (number != 1 || !may_wait_for_person(each, deaths))) all.finding(standing(order) + ": it waits for a person, and need not");
    const bool is_split = each.column == Column::validate && each.way(2) == 1 && number == 1;
    if (is_split)
        for (int part = 1; part <= 2; ++part) {
            const auto name = reference + "-" + std::to_string(part);
            all.once(name, far.thing(name).made);
            if (order.state == OrderState::completed && far.thing(name).made == 0) all.finding(reference + " is completed, and the carrier knows nothing of " + name);
        }
    if (order.state == OrderState::completed && thing.made == 0 && !is_mail && !is_split) all.finding(reference + " is completed, and the carrier knows nothing of it");
    if (order.state == OrderState::completed && each.column == Column::document && thing.uploaded == 0 && number != 2) all.finding(reference + " is completed without its document");
    if (order.state == OrderState::cancelled && thing.cancelled == 0) all.finding(reference + " is cancelled here, and alive at the carrier");
    if (!is_parked && order.state != OrderState::completed && order.state != OrderState::cancelled) all.finding(standing(order) + ": nobody refused it");
    if (each.column == Column::change && number == 1 && !is_parked) {
        const bool is_done = each.way(2) == 0 ? thing.cancelled > 0 : thing.supplemented > 0;
        all.acknowledged("the change", thing.told_id == 0 || is_done);
        if (!is_done) all.finding("the change was never carried out, and nobody knows");
    }
    if (thing.sleeps_from != 0 && order.state == OrderState::completed) {
        const auto slept = std::chrono::milliseconds(thing.woke_at - thing.sleeps_from);
        if (slept < 72h) all.finding(reference + " woke early");
        const auto late = slept - 72h;
        // After a resume at most a second; when the store refuses meanwhile, until it takes again; under load two.
        const auto late_max = each.fault == Fault::load ? 2'000ms : each.fault == Fault::disk || each.fault == Fault::database || each.fault == Fault::two_daemons ? 10'000ms : 1'000ms;
        if (late > late_max && each.fault != Fault::clock) all.finding(reference + " woke " + std::to_string(late.count()) + " ms late");
    }
    if (each.column == Column::accept) {
        if (thing.told_id != order.id) all.finding(reference + ": the customer was told another order");
        if (thing.created_keys < 2) all.finding(reference + ": the customer was not told");
    }
    const auto pin = store.order_secret(order.id, "pin");
    if (order.kind == OrderKind::port && (!pin || !*pin || **pin != matrix_pin)) all.finding("the PIN is not as it was given");
    for (const auto& entry : store.timeline(order.id).value()) all.no_secret(entry.text + entry.data, "the timeline", {matrix_pin, matrix_account_number, matrix_signing_secret});
}

void check_orders(const MatrixCase& each, FarEnd& far, Store& store, const std::vector<SinkMail>& mails, int deaths, Invariants& all) {
    const auto wanted = orders_of(each);
    for (const int number : wanted) check_order(each, far, store, number, deaths, all);
    const auto orders = store.orders({}, 0, 500);
    const auto parts = orders ? std::ranges::count_if(*orders, [](const Order& order) { return order.parent != 0; }) : 0;
    if (!orders || orders->size() - static_cast<std::size_t>(parts) != wanted.size()) all.finding("there are not as many orders as were wanted");
    if (far.key_changed) all.finding("one key named two orders");
    if (far.forged_taken > 0) all.finding("what another tenant said was taken for the carrier's word");
    if (each.column == Column::hook_in && !far.approved && orders && !orders->empty() && orders->back().state == OrderState::completed) all.finding("it went on without the event");
    if (each.column != Column::mail) return;
    std::vector<OutboxMail> rows;
    int accepted = 0;
    for (const auto& order : *orders)
        for (auto& row : store.mails_of(order.id).value()) {
            // mails_of() gives no bytes.
            if (auto whole = store.mail(row.operation, row.seq); whole && *whole) rows.push_back(std::move(**whole));
            accepted += row.phase == "accepted";
        }
    all.mails(mails, rows, matrix_document);
    all.once("the mail of r1", static_cast<int>(mails.size()) - static_cast<int>(wanted.size()) + 1);
    // Every order that is not in doubt has left by mail.
    if (mails.empty() && accepted > 0) all.finding("the mail was never sent");
}

/// At least once, in order, signed; each event under one id.
void check_hooks(const MatrixCase& each, FarEnd& far, Store& store, int deaths, Invariants& all) {
    const auto hooks = store.webhooks();
    if (!hooks || hooks->size() != 1) return all.finding("the endpoint is gone");
    const auto& hook = hooks->front();
    if (!hook.state.off.empty()) all.finding("the endpoint was switched off: " + hook.state.off);
    const Id first = far.began_at + 1;
    const int wanted = each.has_fault && each.fault == Fault::load ? matrix_load : 8;
    Id highest = first - 1;
    for (int at = 0; at < far.hooks; ++at) {
        const Id id = far.hook_ids[at];
        if (id > highest + 1) all.finding("an event was left out, or came before one that is older");
        highest = std::max(highest, id);
    }
    all.acknowledged("an event", highest >= first + wanted - 1);
    if (far.hooks_unsigned > 0) all.finding("an event came without its signature");
    // At least once, and not as often as one likes: each process may send what it does not know to be sent.
    if (far.hooks > wanted * (1 + deaths + (each.fault == Fault::two_daemons ? 1 : 0)) + 4) all.finding(std::to_string(far.hooks) + " deliveries of " + std::to_string(wanted) + " events");
}

/// Each mail is there once, whatever befell the visits, and its order was told once.
void check_mailbox(const MatrixCase& each, FarEnd&, Store& store, Invariants& all) {
    const auto rows = store.received_mails({}, 0, 500);
    const std::size_t wanted = each.has_fault && each.fault == Fault::load ? matrix_load : 4;
    if (!rows) return all.finding(rows.error().message);
    std::set<std::string> uids;
    for (const auto& row : *rows)
        if (!uids.insert(row.uid).second) all.finding("the mail " + row.uid + " was taken twice");
    all.acknowledged("a mail", uids.size() == wanted);
    const auto order = store.order_by_reference(1, "r1");
    if (!order || !*order) return all.finding("r1 is not in the store");
    all.order(store, **order);
    if ((*order)->state != OrderState::draft) all.finding("a mail moved the order: " + standing(**order));
    const bool is_events = each.has_fault && each.fault == Fault::events;
    std::size_t told = 0, matched = 0;
    for (const auto& row : *rows) {
        matched += row.order == (*order)->id;
        if (is_events && row.uid == "uid-2" && row.order != 0) all.finding("a forged token was taken for ours");
    }
    for (const auto& entry : store.timeline((*order)->id).value()) told += entry.kind == "mail.received";
    if (told != matched) all.finding(std::to_string(matched) + " mails, and " + std::to_string(told) + " lines of them");
    if (matched != wanted - (is_events ? 1 : 0)) all.finding(std::to_string(matched) + " mails found their order");
}

}  // namespace

void check_run(const MatrixCase& each, FarEnd& far, const Surroundings& around, const std::vector<SinkMail>& mails, int deaths, Invariants& all) {
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    auto store = open_store(around, seal, true, [](const std::function<void()>&) {});
    if (!store) return all.finding("the store cannot be opened: " + store.error().message);
    const auto fit = (*store)->integrity();
    all.sound(fit ? *fit : fit.error().message);
    if (each.column == Column::hook_out)
        check_hooks(each, far, **store, deaths, all);
    else if (each.column == Column::intake)
        check_mailbox(each, far, **store, all);
    else
        check_orders(each, far, **store, mails, deaths, all);
    if (far.early > 0) all.finding("the far end asked to be left alone, and was asked " + std::to_string(far.early) + " times before the end of that");
    if (each.fault == Fault::server_error && each.column != Column::hook_out && far.hasty > 0) all.finding("tried again within a second");
    if (far.swallowed > 16 * 1'024) all.finding(std::to_string(far.swallowed) + " KiB of an endless answer were read");
    if (far.elsewhere > 0) all.finding("a redirect was followed, or a strange certificate taken");
    if (each.has_fault && each.fault == Fault::load && far.in_air_most > static_cast<int>(matrix_in_flight_max)) all.finding("more was under way than may be: " + std::to_string(far.in_air_most));
}

}  // namespace porteur::testing
