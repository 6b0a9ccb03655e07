// SPDX-License-Identifier: Apache-2.0
#pragma once

// A carrier's far end, described in one file: docs/plugins/simulators.md. The file defines porteur_simulator(), and
// porteur_add_simulator() makes a program of it; a test runs it in its own process (Running).

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <porteur/simulator/clock.hpp>
#include <porteur/simulator/message.hpp>

namespace porteur::sim {

/// The State of a carrier that knows nothing beside its orders.
struct Nothing {};

/// A word that an order has from `after` on, counted from when it was placed, by the carrier's clock.
struct Stage {
    std::string word;
    std::chrono::seconds after{0};
};

/// One order that was really carried out.
struct Order {
    std::string id;    ///< the simulator's own: "1", "2", ...
    std::string kind;  ///< "purchase", "port", "release", ...
    std::string reference;
    std::vector<std::string> numbers;
    Instant placed;     ///< by the carrier's clock
    std::string state;  ///< the carrier's word of now; empty when nobody said one
};

/// One request that reached a route, and what its handler may do about it. @threads the server's one
class Call {
public:
    const Request& request() const { return request_; }
    /// The decoded part of the path that `{name}` took. @errors throws std::logic_error: the route has none of the name
    const std::string& part(std::string_view name) const;
    /// A field of the query; empty when absent.
    std::string query(std::string_view name) const { return request_.asked(name).value_or(""); }
    /// The body as JSON; null when it is none.
    const json::value& body() const { return body_; }
    /// A text of the body's object; empty when absent or of another type.
    std::string text(std::string_view name) const;
    /// A list of texts of the body's object; empty when absent or of another type.
    std::vector<std::string> texts(std::string_view name) const;

    Instant now() const;
    /// Writes down that an order was carried out, which GET /_sim/received and the counts then show.
    Order carry_out(const std::string& kind, const std::string& reference, const std::vector<std::string>& numbers = {});
    std::optional<Order> order(std::string_view kind, std::string_view id) const;
    /// All orders of a kind, the oldest first. @param reference  only those under it, unless it is empty
    std::vector<Order> orders(std::string_view kind, std::string_view reference = {}) const;
    /// From now on the order has this word, whatever the clock says.
    void set_state(std::string_view id, std::string word);

private:
    friend class DescribedCarrier;
    using Parts = std::vector<std::pair<std::string, std::string>>;
    Call(class OrderBook& book, const Request& request, Parts parts);

    OrderBook& book_;
    const Request& request_;
    Parts parts_;
    json::value body_;
};

/// A description that can be run. It does nothing by itself; copies are independent.
class Simulator {
public:
    /// A route as it was added; once_per_key() takes a repeat under the same key for the same request.
    class Route {
    public:
        void once_per_key() { simulator_.routes_[at_].once_per_key = true; }

    private:
        friend class Simulator;
        Route(Simulator& simulator, std::size_t at) : simulator_(simulator), at_(at) {}
        Simulator& simulator_;
        std::size_t at_;
    };

    const std::string& name() const { return name_; }

    // ---- who may ask; anything else is answered 401, and without a line anybody may

    void bearer(const std::string& token) { login_header("Authorization", "Bearer " + token); }
    void basic(const std::string& user, const std::string& password);
    /// A header with exactly this value.
    void login_header(std::string name, std::string value);

    // ---- where the key stands that tells a repeat; the header Idempotency-Key unless said otherwise

    void key_header(std::string name);
    void key_field(std::string name);  ///< a text of the body's object

    /// The words that orders of this kind pass. @param stages  the earliest first
    void passes(std::string kind, std::vector<Stage> stages);
    /// The body of an error that the kit answers by itself (401, 404, 422, 429, 500).
    void error_body(std::function<json::value(int status)> body) { error_body_ = std::move(body); }

protected:
    Simulator(std::string name, std::string about);
    using Handler = std::function<Answer(void* state, Call& call)>;
    Route add(std::string method, std::string pattern, Handler handler);
    std::function<std::shared_ptr<void>()> make_state_;
    std::function<json::value(void* state, const json::value& order)> on_script_;

private:
    friend class DescribedCarrier;
    friend struct SimulatorProgram;
    struct Way {
        std::string method, pattern;
        Handler handler;
        bool once_per_key = false;
    };
    struct Login {
        std::string header, value;
    };
    struct Passage {
        std::string kind;
        std::vector<Stage> stages;
    };

    std::string name_, about_;
    std::vector<Way> routes_;
    std::optional<Login> login_;
    std::string key_header_ = "idempotency-key";
    std::string key_field_;
    std::vector<Passage> passages_;
    std::function<json::value(int)> error_body_;
};

/// What an author writes: routes as functions of a State of his own.
/// @tparam State  made anew when the simulator starts and at each reset
template <class State>
class FarEnd : public Simulator {
public:
    /// @param name   of the program, sim-NAME
    /// @param about  one line for --help
    FarEnd(std::string name, std::string about) : Simulator(std::move(name), std::move(about)) {
        make_state_ = [] { return std::static_pointer_cast<void>(std::make_shared<State>()); };
    }

    // A handler takes (State&, Call&) and gives an Answer. `pattern` is a path, where {id} takes any one part; the first
    // route that fits wins.

    template <class Handle>
    Route get(std::string pattern, Handle handle) {
        return route("GET", std::move(pattern), std::move(handle));
    }
    template <class Handle>
    Route post(std::string pattern, Handle handle) {
        return route("POST", std::move(pattern), std::move(handle));
    }
    template <class Handle>
    Route put(std::string pattern, Handle handle) {
        return route("PUT", std::move(pattern), std::move(handle));
    }
    template <class Handle>
    Route del(std::string pattern, Handle handle) {
        return route("DELETE", std::move(pattern), std::move(handle));
    }
    template <class Handle>
    Route route(std::string method, std::string pattern, Handle handle) {
        static_assert(std::is_invocable_r_v<Answer, Handle&, State&, Call&>, "a handler is Answer(State&, Call&)");
        return add(std::move(method), std::move(pattern), [handle](void* state, Call& call) mutable -> Answer {
            return handle(*static_cast<State*>(state), call);
        });
    }

    /// What POST /_sim/script tells this carrier beside the words of orders. `handle` takes (State&, const json::value&)
    /// and gives what is answered; an exception that it throws goes back as 400 with its text.
    template <class Handle>
    void on_script(Handle handle) {
        on_script_ = [handle](void* state, const json::value& order) mutable -> json::value {
            return handle(*static_cast<State*>(state), order);
        };
    }
};

/// How a request ended for whoever sent it.
struct Sent {
    enum class How {
        answered,
        not_sent,  ///< nobody listens: certainly not carried out
        lost,      ///< it left, and no whole answer came
    };
    How how = How::lost;
    Answer answer;  ///< where it was answered; header names in lower case
};

/// A line of the journal: the same method, path and key.
struct JournalLine {
    std::string method, path, key;
    std::uint64_t requests = 0;
    std::uint64_t acted = 0;   ///< carried out, and no repeat under the key
    std::uint64_t faults = 0;  ///< how many of the requests met one
};

/// A simulator that runs, until this object goes. Its time begins as the real one. @threads one at a time
class Running {
public:
    /// In this process, in a thread of its own, on a port of 127.0.0.1 that the system chooses. Its clock stands still
    /// until advance().
    static Running here(Simulator simulator);
    /// A child process. @param path  of a program that porteur_add_simulator() made
    /// @errors throws std::runtime_error when it does not start or its first line is not the address
    static Running program(const std::string& path, std::vector<std::string> arguments = {});

    Running(Running&&) noexcept;
    Running& operator=(Running&&) noexcept;
    ~Running();

    const std::string& url() const;  ///< "http://127.0.0.1:43211"

    /// One request, as a carrier's client sends it. @param timeout  for each wait, in real time
    Sent send(
        const std::string& method, const std::string& target, const std::string& body = {}, const Fields& headers = {},
        std::chrono::milliseconds timeout = std::chrono::seconds{20}
    );
    /// Asks the simulator itself: "/_sim/stats". @errors throws std::runtime_error when it does not answer 200, with why
    json::value ask(const std::string& path);
    json::value tell(const std::string& path, const json::value& what);

    /// The next `times` such requests meet this fault, from now on instead of all faults before.
    /// @param more  what else the rule says, as {"delay_ms":50}
    void fault(
        const std::string& fault, const std::string& method = {}, const std::string& path_prefix = {},
        std::uint64_t times = 1, json::object more = {}
    );
    void no_faults();
    void advance(std::chrono::seconds by);
    Instant now();
    /// An order says this word from now on, whatever the clock says.
    void set_state(const std::string& reference, const std::string& word);

    std::vector<JournalLine> journal();
    /// How often such requests were carried out, and how often they came. @param path  exactly; empty means any
    std::uint64_t acted(std::string_view method, std::string_view path);
    std::uint64_t asked(std::string_view method, std::string_view path);
    void reset();

    /// Ends it and waits for that. @return a child's exit code, or minus the signal that ended it
    int stop();

private:
    struct Impl;
    explicit Running(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The program around a description: options, server, first line, until SIGTERM or SIGINT.
/// @return the exit code: 0, or 2 when an option is wrong or the port is taken
int run_simulator(Simulator simulator, int argc, char** argv);

}  // namespace porteur::sim

/// What the author's file defines.
porteur::sim::Simulator porteur_simulator();
