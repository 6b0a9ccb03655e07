// SPDX-License-Identifier: Apache-2.0
#pragma once

// One process of the fault matrix, from its start to its death or its end: what all its kinds have in common.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include "app/admin.hpp"
#include "matrix_far_end.hpp"
#include "support/engine_world.hpp"

namespace porteur::testing {

/// What a process ends with.
enum ProcessEnd : int { process_done = 0, process_stuck = 3, process_missing = 4, process_not_opened = 5, process_gave_up = 70, process_died = 86 };

inline const std::string matrix_document = "%PDF-1.7 the letter of authorization, document-canary-6610\n";
inline const std::string matrix_pin = "pin-canary-4471";
inline const std::string matrix_account_number = "account-canary-9035";
inline const std::string matrix_hook_secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
inline const std::string matrix_signing_secret = "signing-canary-5150";
inline constexpr int matrix_load = 100;

/// Where the process finds its things.
struct Surroundings {
    std::string folder;
    std::string store;       ///< the store's address
    std::uint16_t mail_port; ///< of a sink that outlives the process
    bool is_postgres;
};

/// A server's TLS with a certificate that nobody of ours knows.
boost::asio::ssl::context& strange_tls();

/// The file of an authority that signed nothing here: reading the system's takes longer than the rest of a life.
const std::string& known_authority();

/// What the crash hook does, and when; one for each process.
class Strike {
public:
    static void install(const MatrixCase& each, FarEnd& far, bool is_armed_life, bool is_postgres);
    /// The operation of the cell is at work from now on, or no more.
    static void arm(bool is_at_work);
    static bool is_armed();
    /// Whether another process has lived before this one, on the same store.
    static bool is_next_life();
    /// Whether the clock is to jump now; once.
    static bool takes_clock_jump();
    /// How long the process has been stopped since it was asked last.
    static std::chrono::milliseconds takes_sleep();
};

/// Counts what is under way outside, so that simulated time jumps only when nothing else can happen.
class UnderWay {
public:
    explicit UnderWay(int& count) : count_(count) { ++count_; }
    ~UnderWay() { --count_; }
    UnderWay(const UnderWay&) = delete;

private:
    int& count_;
};

/// Simulated time, which a stopped process wakes to find gone on.
class MatrixClock : public JumpingClock {
public:
    using JumpingClock::JumpingClock;
    Instant now() override {
        if (const auto slept = Strike::takes_sleep(); slept.count() > 0) set(JumpingClock::now() + slept);
        return JumpingClock::now();
    }
};

Result<std::unique_ptr<Store>> open_store(const Surroundings& around, const Seal& seal, bool beside, std::function<void(std::function<void()>)> post);

/// When a run begins: an ordinary day, or one on which clocks do what nobody expects.
Instant beginning_of(const MatrixCase& each);
/// By how much the clock jumps.
std::chrono::milliseconds jump_of(const MatrixCase& each);

/// Ends this process with what its life came to; nothing is taken down in order, as the next finds all it needs on the disk.
[[noreturn]] void finish(int status);

/// The processes: each ends its own.
void live_with_orders(const MatrixCase& each, FarEnd& far, const Surroundings& around, bool other_build);
void live_with_hooks(const MatrixCase& each, FarEnd& far, const Surroundings& around);
void live_with_mailbox(const MatrixCase& each, FarEnd& far, const Surroundings& around, bool other_build);
/// The numbers in the references of the orders that a run wants.
std::vector<int> orders_of(const MatrixCase& each);
/// How many operations of an account may be under way at once.
inline constexpr std::size_t matrix_in_flight_max = 4;

}  // namespace porteur::testing
