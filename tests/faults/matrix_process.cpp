// SPDX-License-Identifier: Apache-2.0
#include "matrix_process.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "carriers/certificates.hpp"
#include "domain/crash_point.hpp"
#include "support/look_again.hpp"

namespace porteur::testing {

using namespace std::chrono_literals;

boost::asio::ssl::context& strange_tls() {
    static const porteur::test::Authority authority("nobody we know");
    static auto made = authority.server_for("IP:127.0.0.1");
    return made;
}

const std::string& known_authority() {
    static const porteur::test::Authority authority("an honest one");
    return authority.file();
}

namespace {

// The crash hook is a plain function, so what it needs stands here; each process sets it for itself.
const MatrixCase* at_work = nullptr;
FarEnd* far_end = nullptr;
bool is_postgres_here = false, is_next = false;
std::atomic<int> strike_at = 0;
std::atomic<bool> strikes_here = false;
std::atomic<bool> armed = false, wants_jump = false;
std::atomic<std::int64_t> slept_ms = 0;

void stop_here() {
    const auto before = std::chrono::system_clock::now();
    far_end->frozen = true;
    raise(SIGSTOP);
    // Whoever stopped us may have had an hour: at least so long that we must prove that the store is ours.
    slept_ms += std::max<std::int64_t>(2'000, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now() - before).count());
}

void strike(std::string_view name) {
    switch (at_work->fault) {
        case Fault::power:
            ++far_end->strikes;
            if (!is_postgres_here) lose_power();
            _exit(process_died);
        case Fault::kill:
        case Fault::replaced:
            ++far_end->strikes;
            _exit(process_died);
        case Fault::two_daemons:
            // Between the question whether the store is ours and the request nothing can be asked (docs/reliability.md): one point later.
            if (name == "engine.before_effect") {
                ++strike_at;
                strikes_here = true;
                return;
            }
            ++far_end->strikes;
            stop_here();
            return;
        case Fault::database:
            stop_here();
            return;
        case Fault::disk: {
            if (is_postgres_here) return stop_here();
            constexpr DiskPlan::Fault faults[] = {DiskPlan::Fault::full, DiskPlan::Fault::write_error, DiskPlan::Fault::sync_error, DiskPlan::Fault::full};
            const int way = at_work->way(4);
            break_disk(faults[way], way == 3 ? 4 : 1);
            return;
        }
        case Fault::clock:
            ++far_end->strikes;
            wants_jump = true;
            return;
        default:
            return;
    }
}

void pass_point(std::string_view name) {
    if (!armed) return;
    const int point = ++far_end->points;
    const bool is_here = at_work->at_point.empty() ? point == strike_at : name == at_work->at_point;
    // Once, said before it strikes: whoever goes on while we are stopped counts in the same memory.
    if (is_here && strikes_here.exchange(false)) strike(name);
}

}  // namespace

void Strike::install(const MatrixCase& each, FarEnd& far, bool is_armed_life, bool is_postgres) {
    at_work = &each;
    far_end = &far;
    far.points = 0;
    is_postgres_here = is_postgres;
    is_next = !is_armed_life;
    strikes_here = each.has_fault && is_armed_life && each.points > 0;
    // Twenty seeds in a row strike at twenty points spread over all there are, the next twenty beside them.
    if (each.points > 0) strike_at = 1 + static_cast<int>((each.seed % 20 * static_cast<std::uint64_t>(each.points) / 20 + each.seed / 20) % static_cast<std::uint64_t>(each.points));
    crash_hook = pass_point;
    defect = each.defect;
    if (!is_postgres && (each.fault == Fault::power || each.fault == Fault::disk || each.defect == "disk_lies"))
        install_disk({.loses_power = each.fault == Fault::power, .seed = each.seed, .ignores_sync = each.defect == "disk_lies"}, far.disk, process_died);
    if (each.defect == "disk_lies") defect = {};
}
void Strike::arm(bool is_at_work) { armed = is_at_work; }
bool Strike::is_armed() { return armed; }
bool Strike::is_next_life() { return is_next; }
bool Strike::takes_clock_jump() { return wants_jump.exchange(false); }
std::chrono::milliseconds Strike::takes_sleep() { return std::chrono::milliseconds(slept_ms.exchange(0)); }

Result<std::unique_ptr<Store>> open_store(const Surroundings& around, const Seal& seal, bool beside, std::function<void(std::function<void()>)> post) {
    for (int tried = 1;; ++tried) {
        auto store = Store::open({.address = around.store, .holder = "matrix", .beside = beside}, seal, post);
        // The server may not have noticed yet that the process before is dead, or is just coming up again.
        const bool passes = store || !around.is_postgres || tried == 500;
        if (passes) return store;
        look_again_in(4ms);
    }
}

void finish(int status) {
    std::fflush(nullptr);
    _exit(status);
}

Instant beginning_of(const MatrixCase& each) {
    using namespace std::chrono;
    const Instant ordinary{sys_days{2026y / November / 23} + 12h};
    if (each.fault != Fault::clock) return ordinary;
    switch (each.way(5)) {
        case 0:  // clocks go forward in Toronto
            return sys_days{2027y / March / 14} + 6h + 59min;
        case 1:  // and back
            return sys_days{2027y / November / 7} + 5h + 59min;
        case 2:
            return sys_days{2028y / February / 28} + 23h + 59min + 30s;
        case 3:  // where 32 bits end
            return sys_days{2038y / January / 19} + 3h + 13min + 50s;
        default:
            return ordinary;
    }
}

std::chrono::milliseconds jump_of(const MatrixCase& each) {
    constexpr std::chrono::milliseconds jumps[] = {1h, -1h, 26h, -10min};
    return jumps[each.other_way(5, 4)];
}

}  // namespace porteur::testing
