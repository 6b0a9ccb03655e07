// SPDX-License-Identifier: Apache-2.0
#include "domain/number_following.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "domain/order_rules.hpp"

namespace porteur {
namespace {

using enum OrderState;

struct StepWord {
    NumberStep step;
    std::string_view word;
};
constexpr std::array step_words{
    StepWord{NumberStep::under_way, "under_way"}, StepWord{NumberStep::documents, "documents"},
    StepWord{NumberStep::arrived, "arrived"},     StepWord{NumberStep::called_off, "called_off"},
    StepWord{NumberStep::refused, "refused"},
};

// ------------------------------------------------------------------ what an order tells

/// What a state means for a number; nothing: the carrier has nothing yet.
std::optional<NumberStep> step_of(OrderKind kind, OrderState state) {
    // A release is sent by itself as soon as it is there.
    if (kind == OrderKind::release) {
        switch (state) {
            case completed:
            case cancelled:
                return NumberStep::arrived;  // of a number: given back
            case exception:
            case rejected:
            case expired:
                return NumberStep::refused;
            default:
                return NumberStep::under_way;
        }
    }
    switch (state) {
        case draft:
            return std::nullopt;
        case needs_documents:
            return kind == OrderKind::purchase ? NumberStep::documents : NumberStep::under_way;
        case completed:
            return NumberStep::arrived;
        case cancelled:
            return NumberStep::called_off;
        case rejected:
        case expired:
            return NumberStep::refused;
        default:
            return NumberStep::under_way;
    }
}

/// What the order as a whole means for a number of which the carrier tells nothing.
/// @param tells  it tells of others
std::optional<NumberStep> step_of_untold(const Order& order, bool tells) {
    if (order.kind == OrderKind::release) {
        switch (order.state) {
            case completed:
                return NumberStep::arrived;
            case cancelled:
                return NumberStep::called_off;
            case partial:
                return NumberStep::refused;
            default:
                return step_of(order.kind, order.state);
        }
    }
    // Who lists numbers at the end lists those that came.
    if (tells && order.state == completed) return NumberStep::called_off;
    if (order.state == partial) return NumberStep::refused;
    return step_of(order.kind, order.state);
}

struct Told {
    OrderState state = submitted;
    std::string why;
};

std::string why_of(const json::object& number) {
    std::string out;
    for (const auto* name : {"reason", "carrier_word"}) {
        const auto* value = number.if_contains(name);
        if (!value || !value->is_string() || value->get_string().empty() ||
            value->get_string() == "NONE" || value->get_string() == "none")
            continue;
        out += (out.empty() ? "" : ": ") + std::string(value->get_string());
    }
    return out;
}

json::object object_from(const std::string& text) {
    auto parsed = parse_json(text);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object{};
}

const json::array* list_in(const json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found && found->is_array() ? &found->get_array() : nullptr;
}

// ------------------------------------------------------------------ what becomes of a row

/// Not ours any more, or never was: whoever gets the number now takes the row over.
bool is_gone(NumberState state) {
    return state == NumberState::ported_out || state == NumberState::released ||
           state == NumberState::failed || state == NumberState::discovered;
}

bool waits_for_order(NumberState state) {
    return state == NumberState::port_in_pending || state == NumberState::port_out_pending ||
           state == NumberState::ordering || state == NumberState::awaiting_requirements ||
           state == NumberState::releasing;
}

/// The state of a number that comes: what it was, as far as that fits who holds it now.
NumberState settled(std::string_view before, bool is_customers) {
    const auto was = number_state_of(before);
    if (is_customers) return was == NumberState::in_service ? *was : NumberState::assigned;
    return was == NumberState::reserved ? *was : NumberState::available;
}

/// Where a number stays in that an order was to take away, and which is no matter of who holds it.
bool is_kept(NumberState state) {
    return state == NumberState::suspended || state == NumberState::missing ||
           state == NumberState::aging;
}

/// So much of a sentence is kept with a number; letters of several bytes are not cut.
std::string beginning_of(std::string text) {
    constexpr std::size_t kept_max = 300;
    if (text.size() <= kept_max) return text;
    auto end = kept_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text;
}

/// Nothing of a former life is for whoever gets the number now.
void begin_anew(NumberForm& form, const FollowScene& scene) {
    const auto key = form.row.key;
    const auto version = form.row.version;
    const auto created = form.row.created;
    const auto class_id = form.row.class_id;
    form = {};
    form.row.key = key;
    form.row.version = version;
    form.row.created = created;
    form.row.class_id = class_id;
    form.row.tenant = scene.order.tenant;
    form.row.order = scene.order.id;
    form.row.source = scene.order.kind == OrderKind::port ? "port" : "order";
    form.shared.account = scene.order.account;
    form.shared.country = scene.country;
    form.shared.type = scene.type;
}

void nobody_uses(NumberForm& form) {
    form.row.used_by.clear();
    form.shared.use = UseType::none;
}

bool is_bare(const NumberForm& form) {
    return form.row.used_by.empty() && form.row.tags.empty() && form.row.custom == "{}";
}

class Step {
public:
    Step(
        const FollowScene& scene, const OrderedNumber& number, const std::optional<NumberForm>& row,
        const std::optional<NumberFollow>& so_far, const std::vector<NumberFollow>& others
    )
        : scene_(scene),
          order_(scene.order),
          number_(number),
          row_(row),
          others_(others),
          was_marked_(so_far && so_far->is_marked) {
        out_.follow = {
            .order = order_.id,
            .key = number.key,
            .step = number.step,
            .is_marked = false,
            .before = {}
        };
        if (so_far) out_.follow.before = so_far->before;
    }

    FollowedNumber take() {
        switch (number_.step) {
            case NumberStep::under_way:
            case NumberStep::documents:
                wait();
                break;
            case NumberStep::arrived:
                order_.kind == OrderKind::release ? give_back() : arrive();
                break;
            case NumberStep::called_off:
            case NumberStep::refused:
                stay();
                break;
        }
        if (out_.after && row_ && out_.after->row == row_->row &&
            out_.after->shared == row_->shared)
            out_.after.reset();
        return std::move(out_);
    }

private:
    /// An account beside or above is, for everybody, as if it did not exist: an order changes no
    /// number of one.
    bool is_reachable() const {
        const auto relation = scene_.tree.relation(order_.tenant, row_->row.tenant);
        return relation == Relation::own || relation == Relation::below;
    }
    bool is_customers(const NumberForm& form) const {
        return scene_.tree.customer_of(form.row.tenant).has_value();
    }
    bool is_port() const { return order_.kind == OrderKind::port; }

    NumberState waiting_state() const {
        switch (order_.kind) {
            case OrderKind::release:
                return NumberState::releasing;
            case OrderKind::purchase:
                return number_.step == NumberStep::documents ? NumberState::awaiting_requirements
                                                             : NumberState::ordering;
            case OrderKind::port:
                break;
        }
        return row_ && !is_gone(row_->shared.state) && row_->shared.account != order_.account
                   ? NumberState::port_out_pending
                   : NumberState::port_in_pending;
    }

    void wait() {
        out_.follow.is_marked = was_marked_;
        if (!row_) {
            // Where it goes is not ours, and it was not ours either: there is nothing to wait for.
            if (order_.kind == OrderKind::release || !scene_.is_ours) return;
            NumberForm form;
            form.row.key = number_.key;
            begin_anew(form, scene_);
            form.shared.state = waiting_state();
            mark(std::move(form), {});
            return;
        }
        const auto state = row_->shared.state;
        if (!was_marked_ && !is_reachable()) return;
        if (state == NumberState::releasing && order_.kind != OrderKind::release)
            return wait_behind_release();
        // A number that we have is not ordered once more; and one that is gone is not given back. What goes over a
        // port away was asked for before that port was known: the release is at the carrier, and may come first.
        if (order_.kind == OrderKind::purchase && !is_gone(state) && !waits_for_order(state))
            return;
        if (order_.kind == OrderKind::release &&
            (is_gone(state) || (waits_for_order(state) && state != NumberState::port_out_pending && !was_marked_)))
            return;
        auto form = *row_;
        auto before = std::string(word_of(state));
        if (was_marked_)
            before = out_.follow.before;
        else if (waits_for_order(state))
            before = others_.empty() ? std::string() : others_.front().before;
        // Over another order's mark the latest stands; which way it goes is told by where it is
        // now.
        form.shared.state = waiting_state();
        mark(std::move(form), std::move(before));
    }

    /// The release ends first, and until then the row shows it. A port that takes the number away
    /// is known to wait for it, so that the number is not free when the carrier keeps it. A purchase
    /// needs no mark: what is given back it takes over, and what is kept is not ordered once more.
    void wait_behind_release() {
        if (was_marked_) return;
        out_.untouched = phrase(
            "{1} is being given back to {2}: if that carrier gives it up first, this order may be "
            "refused. Look at both",
            masked(), quoted(row_->shared.account, 60)
        );
        if (!is_port() || order_.account == row_->shared.account) return;
        out_.follow.is_marked = true;
        out_.follow.before =
            others_.empty() ? std::string(word_of(row_->shared.state)) : others_.front().before;
    }

    void mark(NumberForm form, std::string before) {
        out_.follow.is_marked = true;
        out_.follow.before = std::move(before);
        out_.after = std::move(form);
        switch (order_.kind) {
            case OrderKind::port:
                out_.what = "port under way";
                break;
            case OrderKind::purchase:
                out_.what = number_.step == NumberStep::documents ? "documents wanted" : "ordered";
                break;
            case OrderKind::release:
                out_.what = "release under way";
                break;
        }
    }

    void arrive() {
        // What was put in after the order had ended, as by a file, is nearer to the truth.
        if (row_ && !was_marked_ && !is_gone(row_->shared.state) &&
            order_.updated < row_->row.created)
            return;
        if (!scene_.is_ours) {
            if (row_ && is_reachable() && !is_gone(row_->shared.state))
                leave(NumberState::ported_out, "ported out");
            return;
        }
        NumberForm form;
        if (!row_) {
            form.row.key = number_.key;
            begin_anew(form, scene_);
        } else if (is_gone(row_->shared.state) && !was_marked_) {
            if (row_->shared.state == NumberState::discovered &&
                row_->shared.account != order_.account && !is_reachable())
                return tell_of_stranger();
            form = *row_;
            begin_anew(form, scene_);
        } else if (!is_reachable()) {
            return tell_of_stranger();
        } else if (is_gone(row_->shared.state)) {
            form = *row_;
            begin_anew(form, scene_);
        } else if (const auto was = number_state_of(before_all());
                   is_port() || row_->shared.account == order_.account || (was && is_gone(*was))) {
            form = *row_;
            const bool waited = waits_for_order(form.shared.state);
            if (form.shared.account != order_.account) {
                // What the carrier before called it and took for it.
                form.row.carrier_id.clear();
                form.row.cost.clear();
                form.shared.account = order_.account;
                form.row.source = is_port() ? "port" : "order";
                form.row.order = order_.id;
            }
            if (form.row.order == 0 || out_.follow.before.empty() || (was && is_gone(*was)))
                form.row.order = order_.id;
            if (was_marked_ || waited || is_port())
                form.shared.state = settled(
                    waited || was_marked_ ? std::string_view(before_all())
                                          : word_of(form.shared.state),
                    is_customers(form)
                );
            if (form.shared.state != NumberState::reserved) form.row.note.clear();
            out_.after = std::move(form);
            out_.what = is_port() ? "port completed" : "purchase completed";
            return;
        } else {
            out_.untouched = phrase(
                "{1} was bought, and the inventory has it at {2}: a number's provider changes by "
                "porting it alone. Look at both",
                masked(), quoted(row_->shared.account, 60)
            );
            return;
        }
        form.shared.state = is_customers(form) ? NumberState::assigned : NumberState::available;
        out_.after = std::move(form);
        out_.what = is_port() ? "port completed" : "purchase completed";
    }

    /// What the number was before any order marked it.
    std::string before_all() const {
        if (was_marked_) return out_.follow.before;
        return others_.empty() ? std::string() : others_.front().before;
    }

    void tell_of_stranger() {
        out_.untouched = phrase(
            "{1} is in the inventory already, in an account that is not yours, and was left there: "
            "its administrator settles it",
            masked()
        );
    }

    /// Only what still lies where it was given back: one that was ported away meanwhile is not on
    /// the account either.
    void give_back() {
        if (!row_ || row_->shared.account != order_.account) return;
        if (row_->shared.state == NumberState::releasing || !waits_for_order(row_->shared.state))
            leave(NumberState::released, "released");
    }

    void leave(NumberState state, std::string what) {
        if (!row_ || (!was_marked_ && !is_reachable()) || is_gone(row_->shared.state)) return;
        auto form = *row_;
        form.shared.state = state;
        nobody_uses(form);
        form.row.note.clear();
        out_.after = std::move(form);
        out_.what = std::move(what);
    }

    void stay() {
        if (!was_marked_ || !row_ || !waits_for_order(row_->shared.state)) return;
        // Another order still waits for the number; behind a release, that is a port away.
        const bool was_behind = !others_.empty() && order_.kind == OrderKind::release &&
                                row_->shared.state == NumberState::releasing;
        if (!others_.empty() && !was_behind) return;
        const bool off = number_.step == NumberStep::called_off;
        switch (order_.kind) {
            case OrderKind::port:
                out_.what = off ? "port called off" : "port refused";
                break;
            case OrderKind::purchase:
                out_.what = off ? "purchase called off" : "purchase refused";
                break;
            case OrderKind::release:
                out_.what = off ? "release called off" : "release refused";
                break;
        }
        if (was_behind) {
            auto form = *row_;
            form.shared.state = NumberState::port_out_pending;
            form.row.note = off ? std::string() : number_.why;
            out_.after = std::move(form);
            return;
        }
        const auto was = number_state_of(out_.follow.before);
        if (!was && off && is_bare(*row_)) {
            out_.is_removed = true;
            return;
        }
        auto form = *row_;
        if (!was || is_gone(*was)) {
            form.shared.state = was.value_or(NumberState::failed);
        } else {
            form.shared.state =
                is_kept(*was) ? *was : settled(out_.follow.before, is_customers(form));
        }
        if (form.shared.state != NumberState::reserved)
            form.row.note = off ? std::string() : number_.why;
        out_.after = std::move(form);
    }

    std::string masked() const {
        const auto number = PhoneNumber::from_json_text(number_text(number_.key));
        return number ? number->masked() : std::string("+****");
    }

    const FollowScene& scene_;
    const Order& order_;
    const OrderedNumber& number_;
    const std::optional<NumberForm>& row_;
    const std::vector<NumberFollow>& others_;
    bool was_marked_;
    FollowedNumber out_;
};

}  // namespace

std::string_view word_of(NumberStep step) noexcept {
    for (const auto& each : step_words)
        if (each.step == step) return each.word;
    return {};
}

std::optional<NumberStep> number_step_of(std::string_view word) noexcept {
    for (const auto& each : step_words)
        if (each.word == word) return each.step;
    return std::nullopt;
}

std::string by_order(Id order) { return "order " + id_text(order); }

OrderedNumbers ordered_numbers(const Order& order) {
    OrderedNumbers out;
    if (is_in_parts(order)) return out;
    const auto request = object_from(order.request), progress = object_from(order.progress);
    std::map<std::string, std::optional<Told>> told;  // by the number's text
    if (const auto* listed = list_in(request, "numbers"))
        for (const auto& each : *listed)
            if (each.is_string()) told[std::string(each.get_string())];
    bool tells = false;
    if (const auto* listed = list_in(progress, "numbers"))
        for (const auto& each : *listed) {
            if (!each.is_object()) continue;
            const auto* number = each.get_object().if_contains("number");
            const auto* word = each.get_object().if_contains("state");
            if (!number || !number->is_string()) continue;
            Told said;  // what is kept is brief: no word is that of the carrier's having it
            if (word &&
                (!word->is_string() || !boost::describe::enum_from_string(
                                           std::string(word->get_string()).c_str(), said.state
                                       )))
                continue;
            said.why = why_of(each.get_object());
            // The order has ended, and with it what the carrier last said of a number that was open
            // then.
            if (is_end(order.state) && !is_end(said.state))
                said.state = order.kind == OrderKind::release ? exception
                             : order.state == partial         ? rejected
                                                              : order.state;
            told[std::string(number->get_string())] = std::move(said);
            tells = true;
        }
    for (auto& [text, said] : told) {
        const auto step = said ? step_of(order.kind, said->state) : step_of_untold(order, tells);
        if (!step || (order.kind != OrderKind::release && order.state == draft)) continue;
        if (const auto key = number_key(text))
            out.numbers.push_back(
                {.key = *key,
                 .step = *step,
                 .why = beginning_of(said && !said->why.empty() ? said->why : order.problem)}
            );
        else
            out.strays.push_back(text);
    }
    out.is_untold =
        (order.state == completed && told.empty()) || (order.state == partial && !tells);
    return out;
}

std::optional<FollowedNumber> follow(
    const FollowScene& scene, const OrderedNumber& number, const std::optional<NumberForm>& row,
    const std::optional<NumberFollow>& so_far, const std::vector<NumberFollow>& others
) {
    if (so_far && so_far->step == number.step) return std::nullopt;
    return Step(scene, number, row, so_far, others).take();
}

}  // namespace porteur
