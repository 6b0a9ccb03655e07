// SPDX-License-Identifier: Apache-2.0
#include "app/phone_desk.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "app/host_words.hpp"
#include "carriers/addresses.hpp"
#include "carriers/auth.hpp"
#include "carriers/client.hpp"
#include "carriers/destination.hpp"
#include "carriers/encoding.hpp"
#include "numbering/checked_number.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using desk::refused;
using host::coded;

constexpr std::size_t word_size_max = 64, password_size_max = 256;

std::int64_t home_of(const Caller& caller) {
    return caller.home != 0 ? caller.home : caller.tenant;
}

/// About oneself, so wherever one has gone: in the account of one's own.
Caller at_home(Caller caller) {
    caller.tenant = home_of(caller);
    caller.home = 0;
    return caller;
}

Error no_system() {
    return {
        .kind = ErrorKind::unsupported,
        .message = phrase("no telephone system is set up for this account")
    };
}

/// A word that stands in a SIP address and in a request as it is: no dialling of anything else by
/// it.
bool is_word(std::string_view text) {
    return text.size() <= word_size_max && std::ranges::all_of(text, [](char letter) {
               return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                      (letter >= 'A' && letter <= 'Z') || letter == '.' || letter == '_' ||
                      letter == '-' || letter == '+';
           });
}

std::string replaced(
    std::string text, const std::function<std::string(std::string_view)>& encoded,
    std::string_view from, std::string_view to
) {
    std::string out;
    std::string_view rest = text;
    while (!rest.empty()) {
        const bool is_from = rest.starts_with("{from}"), is_to = rest.starts_with("{to}");
        if (is_from || is_to) {
            out += encoded(is_from ? from : to);
            rest.remove_prefix(is_from ? 6 : 4);
        } else {
            out += rest.front();
            rest.remove_prefix(1);
        }
    }
    return out;
}

std::string unreachable() {
    return phrase("the telephone system cannot be reached; the log of Porteur says why");
}

Error not_taken(std::string why) {
    return coded(ErrorKind::invalid_input, telephone_system_code, std::move(why));
}

/// Why an answer says that nobody rings; nothing: it rings.
std::optional<std::string> refusal_in(const HttpAnswer& answer) {
    if (answer.status < 200 || answer.status > 299)
        return phrase(
            "the telephone system answered {1}; is the telephone that rings first signed in?",
            answer.status
        );
    // JSON-RPC has errors among its good answers.
    const auto read = parse_json(answer.body);
    if (read && read->is_object())
        if (const auto* error = read->get_object().if_contains("error"); error && !error->is_null())
            return phrase(
                "the telephone system refused; is the telephone that rings first signed in?"
            );
    return std::nullopt;
}

Result<CarrierClient> call_back_client(
    asio::any_io_executor executor, const CallBackSettings& settings
) {
    const auto url = carriers::parse_url(settings.url);
    if (!url) return std::unexpected(url.error());
    auto guard = carriers::AddressGuard::make(settings.allow);
    if (!guard)
        return failure(ErrorKind::invalid_input, std::string("allow: ") + guard.error().message);
    ClientSettings to;
    to.base_url = url->origin.text();
    to.ca_file = settings.ca_file.string();
    to.guard = std::make_shared<const carriers::AddressGuard>(std::move(*guard));
    to.connections_max = 8;
    to.answer_size_max = 1 << 20;
    to.timeout = settings.timeout;
    to.connect_timeout = settings.timeout;
    return CarrierClient::make(std::move(executor), std::move(to), [](std::string_view) {
        return Result<std::string>("");
    });
}

}  // namespace

Result<void> check_phones(const std::vector<PhoneSettings>& phones) {
    asio::io_context nowhere;
    for (const auto& each : phones) {
        if (!each.call_back) continue;
        const auto where = "[phones." + each.name + ".call_back]: ";
        if (const auto made = call_back_client(nowhere.get_executor(), *each.call_back); !made)
            return failure(ErrorKind::invalid_input, where + made.error().message);
    }
    return {};
}

std::vector<std::string> websockets_of(const std::vector<PhoneSettings>& phones) {
    std::vector<std::string> out;
    for (const auto& each : phones)
        if (!each.websocket.empty()) out.push_back(each.websocket);
    std::ranges::sort(out);
    const auto same = std::ranges::unique(out);
    out.erase(same.begin(), same.end());
    return out;
}

std::function<Async<Exchanged>(CarrierRequest)> call_back_sender(
    asio::any_io_executor executor, const CallBackSettings& settings
) {
    return [executor = std::move(executor), settings,
            client = std::make_shared<std::optional<CarrierClient>>()](CarrierRequest request
           ) -> Async<Exchanged> {
        if (!*client) {
            auto made = call_back_client(executor, settings);
            if (!made)
                co_return std::unexpected(
                    ExchangeFailure{.error = std::move(made).error(), .may_have_left = false}
                );
            client->emplace(std::move(*made));
        }
        co_return co_await (*client)->send(std::move(request));
    };
}

CarrierRequest call_back_request(
    const CallBackSettings& settings, std::string_view from, std::string_view to
) {
    const auto percent = [](std::string_view text) { return carriers::percent_encoded(text); };
    const auto in_json = [](std::string_view text) {
        auto quoted_text = canonical(json::value(json::string(text)));
        return quoted_text.substr(1, quoted_text.size() - 2);
    };
    CarrierRequest request{.method = settings.method, .url_or_path = settings.url};
    if (!settings.query.empty())
        request.url_or_path += "?" + replaced(settings.query, percent, from, to);
    if (settings.method != "GET" && !settings.body.empty()) {
        const bool is_json = settings.content_type == "application/json";
        request.body = is_json ? replaced(settings.body, in_json, from, to)
                               : replaced(settings.body, percent, from, to);
        request.headers.emplace_back("content-type", settings.content_type);
    }
    return request;
}

PhoneDesk::PhoneDesk(Parts parts, std::vector<PhoneSettings> phones)
    : parts_(std::move(parts)), book_(access_of(parts_.store)) {
    take(std::move(phones));
}

void PhoneDesk::stop() { changes_.join(); }

void PhoneDesk::take(std::vector<PhoneSettings> phones) {
    auto fresh = std::make_shared<Systems>();
    for (auto& each : phones) {
        auto send = each.call_back ? parts_.sender(*each.call_back) : Sender();
        auto calls = std::make_shared<FailedAttempts>(
            each.call_back ? each.call_back->per_minute : CallBackSettings{}.per_minute
        );
        // Its connections end where they run.
        const auto leave = [executor = parts_.executor](const System* gone) {
            asio::post(executor, [owned = std::unique_ptr<const System>(gone)] {});
        };
        fresh->push_back(std::shared_ptr<const System>(
            new System{
                .settings = std::move(each), .send = std::move(send), .calls = std::move(calls)
            },
            leave
        ));
    }
    const std::lock_guard lock(mutex_);
    systems_ = std::move(fresh);
}

std::shared_ptr<const PhoneDesk::System> PhoneDesk::system_of(const Caller& caller) const {
    std::shared_ptr<const Systems> all;
    {
        const std::lock_guard lock(mutex_);
        all = systems_;
    }
    const auto tree = parts_.tenants.tree();
    for (const auto* at = tree->find(home_of(caller)); at; at = tree->find(at->parent)) {
        const auto found = std::ranges::find_if(*all, [&](const auto& each) {
            return each->settings.tenant == at->id;
        });
        if (found != all->end()) return *found;
    }
    return nullptr;
}

Result<PhoneLine> PhoneDesk::line_of(const Caller& caller, const System& system) {
    auto line = book_.line(caller.person);
    // What was said of another telephone system, as before moving to another account, is not its
    // own.
    if (line && line->phone != system.settings.name)
        return PhoneLine{
            .phone = system.settings.name, .sip_user = {}, .password = {}, .call_back = {}
        };
    return line;
}

namespace {

PhoneShown shown_of(const PhoneSettings& settings, const PhoneLine& line) {
    return {
        .phone = settings.name,
        .soft_phone = !settings.websocket.empty(),
        .can_call_back = settings.call_back.has_value(),
        .domain = settings.domain,
        .sip_user = line.sip_user,
        .has_password = !line.password.empty(),
        .call_back = line.call_back
    };
}

}  // namespace

Result<PhoneShown> PhoneDesk::phone(const Caller& caller) {
    const auto system = system_of(caller);
    if (!system) return PhoneShown{};
    const auto line = line_of(caller, *system);
    if (!line) return std::unexpected(line.error());
    return shown_of(system->settings, *line);
}

Async<Result<PhoneShown>> PhoneDesk::change_phone(Caller caller, PhoneWish wish) {
    const auto system = system_of(caller);
    if (!system) co_return std::unexpected(no_system());
    co_return co_await desk::on<Result<PhoneShown>>(changes_, [this, caller, wish, system] {
        return change_now(caller, wish, *system);
    });
}

Result<PhoneShown> PhoneDesk::change_now(
    const Caller& caller, const PhoneWish& wish, const System& system
) {
    auto line = line_of(caller, system);
    if (!line) return std::unexpected(line.error());
    const auto before = *line;
    if (wish.sip_user) line->sip_user = *wish.sip_user;
    if (wish.password) line->password = *wish.password;
    if (wish.call_back) line->call_back = *wish.call_back;
    if (!is_word(line->sip_user))
        return refused(
            "/sip_user: " +
            phrase("expected up to 64 letters, digits, dots, hyphens, underscores or plus signs")
        );
    if (line->password.size() > password_size_max ||
        std::ranges::any_of(line->password, [](char letter) {
            return static_cast<unsigned char>(letter) < ' ';
        }))
        return refused(
            "/password: " + phrase("expected up to {1} characters in one line", password_size_max)
        );
    if (line->call_back.starts_with('+')) {
        const auto checked = numbering::check(line->call_back, "");
        if (!checked.is_valid()) return refused("/call_back: " + sentence_of(checked));
        line->call_back = checked.text();
    } else if (!is_word(line->call_back)) {
        return refused(
            "/call_back: " + phrase("expected an extension, or a number with + and country code")
        );
    }
    // A password belongs to its user: another one's must be said.
    if (line->sip_user != before.sip_user && !wish.password) line->password.clear();
    if (*line != before)
        if (auto done = book_.set_line(
                desk::change_by(at_home(caller), parts_.now()), caller.person, *line
            );
            !done)
            return std::unexpected(std::move(done).error());
    return shown_of(system.settings, *line);
}

Result<PhoneCredentials> PhoneDesk::credentials(const Caller& caller) {
    const auto system = system_of(caller);
    if (!system || system->settings.websocket.empty()) return std::unexpected(no_system());
    auto line = line_of(caller, *system);
    if (!line) return std::unexpected(line.error());
    if (line->sip_user.empty() || line->password.empty())
        return std::unexpected(coded(
            ErrorKind::invalid_input, conflict_code,
            phrase("say your extension and its password under \"Your account\" first")
        ));
    return PhoneCredentials{
        .websocket = system->settings.websocket,
        .domain = system->settings.domain,
        .sip_user = std::move(line->sip_user),
        .password = std::move(line->password)
    };
}

Async<Result<CallBack>> PhoneDesk::call_back(
    Caller caller, std::string number, std::optional<AnswerKept<Result<CallBack>>> kept
) {
    const auto system = system_of(caller);
    if (!system || !system->settings.call_back) co_return std::unexpected(no_system());
    const auto& settings = *system->settings.call_back;
    const auto line = line_of(caller, *system);
    if (!line) co_return std::unexpected(line.error());
    const auto from = line->call_back.empty() ? line->sip_user : line->call_back;
    if (from.empty())
        co_return std::unexpected(coded(
            ErrorKind::invalid_input, conflict_code,
            phrase("say under \"Your account\" first which telephone rings")
        ));
    const auto checked = numbering::check(number, "");
    if (!checked.is_valid()) co_return refused("/number: " + sentence_of(checked));
    const CallBack wanted{.from = from, .to = std::string(checked.text())};
    if (const auto wait = system->calls->begin(std::to_string(caller.person), parts_.uptime());
        wait.count() > 0) {
        auto error = coded(
            ErrorKind::invalid_input, too_many_code,
            phrase("too many calls within a minute; try again in {1} seconds", wait.count())
        );
        error.retry_after = wait;
        co_return std::unexpected(std::move(error));
    }

    const auto note = [&](std::string_view outcome, const Result<CallBack>& answer, bool again) {
        const json::object said{{"from", wanted.from}, {"outcome", outcome}, {"to", wanted.to}};
        const auto remember = desk::remembered(caller, kept, parts_.now);
        return desk::on<Result<void>>(
            changes_,
            [this, again, home = at_home(caller), text = canonical(said),
             record = remember ? std::optional(remember(answer)) : std::nullopt] {
                const auto by = desk::change_by(home, parts_.now());
                return again ? book_.note_outcome(by, home.person, text, record)
                             : book_.note_call(by, home.person, text, record);
            }
        );
    };
    const auto warn = [&](std::string_view text) {
        parts_.warn("phones: " + system->settings.name + ": " + std::string(text));
    };

    auto request = call_back_request(settings, wanted.from, wanted.to);
    if (settings.password) {
        auto secret = parts_.secret(settings.password);
        if (!secret) {
            warn(secret.error().message);
            const Result<CallBack> failed = std::unexpected(not_taken(unreachable()));
            if (const auto noted = co_await note("not_sent", failed, false); !noted)
                warn("a call-back is not on record as not_sent: " + noted.error().message);
            co_return failed;
        }
        request.headers.emplace_back(
            "authorization", settings.user.empty() ? "Bearer " + *secret
                                                   : carriers::basic_value(settings.user, *secret)
        );
        request.secrets.push_back(std::move(*secret));
    }

    // On record before anything rings: whatever happens from here on, the same key rings once.
    const Result<CallBack> doubt = std::unexpected(
        not_taken(phrase("what became of this call-back is not known; the telephone may have rung"))
    );
    if (auto noted = co_await note("asked", doubt, false); !noted)
        co_return std::unexpected(std::move(noted).error());

    Result<CallBack> result = wanted;
    std::string_view became = "taken";
    try {
        const auto outcome = co_await asio::co_spawn(
            parts_.executor,
            [](std::shared_ptr<const System> by, CarrierRequest sent) -> Async<Exchanged> {
                co_return co_await by->send(std::move(sent));
            }(system, std::move(request)),
            asio::use_awaitable
        );
        if (!outcome) {
            const bool may_ring = outcome.error().may_have_left;
            became = may_ring ? "in_doubt" : "not_sent";
            result = std::unexpected(not_taken(
                may_ring ? phrase("the telephone system has not answered in time; perhaps it rings "
                                  "all the same")
                         : unreachable()
            ));
            // Where it stands is for whoever runs this, not for everybody who calls.
            warn(outcome.error().error.message);
        } else if (auto why = refusal_in(*outcome)) {
            became = "refused";
            result = std::unexpected(not_taken(std::move(*why)));
        }
    } catch (const std::exception& thrown) {
        became = "in_doubt";
        result = doubt;
        warn(thrown.what());
    }
    // What has rung has rung, whether or not this can be written; the record of before says that it
    // was asked.
    if (const auto noted = co_await note(became, result, true); !noted)
        warn(
            "a call-back is not on record as " + std::string(became) + ": " + noted.error().message
        );
    co_return result;
}

}  // namespace porteur
