// SPDX-License-Identifier: Apache-2.0
#include "matrix_world.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "after_fork.hpp"
#include "mail_sink.hpp"
#include "store/migrations.hpp"
#include "matrix_check.hpp"
#include "matrix_process.hpp"
#include "old_store.hpp"
#include "postgres_admin.hpp"
#include "support/look_again.hpp"

namespace porteur::testing {

using namespace std::chrono_literals;

struct MatrixWorld::Parts {
    Surroundings around;
    PostgresServer* server = nullptr;
    std::optional<PostgresAdmin> admin;
    std::string empty_store;  ///< a database file with its tables
    MailSink sink;
    FarEnd* far = nullptr;
    std::map<std::pair<Column, int>, int> points;  ///< of undisturbed lives
    int deaths = 0;
    std::chrono::milliseconds refused_after{0};

    void begin(const MatrixCase& each);
    pid_t spawn(const MatrixCase& each, int life);
    int live(const MatrixCase& each, int life, Invariants& all);
    bool while_stopped(const MatrixCase& each, pid_t stopped, Invariants& all);
    bool take_over(const MatrixCase& each, pid_t stopped, Invariants& all);
    void other_is_refused(bool is_migration, Invariants& all);
    void crash_server();
    std::string picture() const;
    void connect_again();
    /// The server may have crashed a moment ago, as it was told to.
    template <class Asking>
    auto insist(Asking asking) {
        for (int tried = 1;; ++tried) {
            try {
                return asking();
            } catch (const std::exception&) {
                if (tried == 20) throw;
                connect_again();
            }
        }
    }
    int go_on(const MatrixCase& each, int first_life, Invariants& all);
    void check_migrated(const MatrixCase& each, Invariants& all);

    /// Of the column of migrations: what is brought to today's form, and what that is where nobody disturbs it.
    std::optional<OldStore> old;
    std::map<int, std::string> migrated;
};

namespace {

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

MailSink::Mishap mishap_of(const MatrixCase& each) {
    using enum MailSink::Mishap;
    if (each.column != Column::mail || !each.has_fault) return none;
    switch (each.fault) {
        case Fault::closed_before:
            return each.way(2) == 0 ? closes_at_once : closes_before_data;
        case Fault::answer_lost:
            return each.way(2) == 0 ? closes_with_mail : half_answer;
        case Fault::late:
            return takes_late;
        case Fault::server_error:
            return each.way(2) == 0 ? busy : busy_at_once;
        case Fault::wrong_answer: {
            constexpr MailSink::Mishap ways[] = {nonsense, nonsense_at_the_end, endless};
            return ways[each.way(3)];
        }
        default:
            return none;
    }
}

/// Each version of the store in turn that has a migration of its own.
int old_version_of(const MatrixCase& each) {
    static const auto versions = [] {
        std::vector<int> made;
        for (int from = 0; from < newest_migration(); ++from)
            if (from == 0 || migrations_after(from) != migrations_after(from - 1)) made.push_back(from);
        return made;
    }();
    return versions[static_cast<std::size_t>(each.way(static_cast<int>(versions.size())))];
}

/// Refuses to make or change tables, as a full disk of the server does.
constexpr const char* refusing_event_trigger = R"(
drop event trigger if exists matrix_full;
create or replace function pg_temp_matrix_full() returns event_trigger language plpgsql as
$$ begin raise exception using errcode = '53100', message = 'injected'; end $$;
create event trigger matrix_full on ddl_command_start execute function pg_temp_matrix_full())";

void live_with_an_old_store(const std::string& address) {
    const HexSeal seal;
    Strike::arm(true);
    const auto store = open_store({{}, address, 0, Strike::is_next_life() && address.starts_with("postgresql")}, seal, false, [](const std::function<void()>&) {});
    if (!store) std::fprintf(stderr, "%s\n", store.error().message.c_str());
    finish(store ? process_done : process_not_opened);
}

/// Faults that strike at a crash point.
bool strikes_at_a_point(Fault fault) {
    return fault == Fault::kill || fault == Fault::power || fault == Fault::disk || fault == Fault::database || fault == Fault::clock || fault == Fault::replaced || fault == Fault::two_daemons;
}

/// A trigger that refuses statements as the server would: the n-th from now on, with the SQLSTATE of the fault. A
/// sequence counts, as it goes on when the transaction is taken back.
constexpr const char* refusing_trigger = R"(
create schema matrix;
create sequence matrix.hits;
create table matrix.fault (last_one bigint, code text);
create function matrix.strike() returns trigger language plpgsql as $$
declare wanted record;
begin
    select * into wanted from matrix.fault limit 1;
    if found and nextval('matrix.hits') <= wanted.last_one then
        raise exception using errcode = wanted.code, message = 'injected';
    end if;
    return null;
end $$;
do $$
declare each record;
begin
    for each in select tablename from pg_tables where schemaname = 'public' and tablename not in ('leases', 'schema_version', 'store_holder') loop
        execute format('create trigger matrix_strike after insert or update on public.%I for each statement execute function matrix.strike()', each.tablename);
    end loop;
end $$)";

}  // namespace

void MatrixWorld::Parts::connect_again() {
    for (int tried = 1;; ++tried) {
        try {
            admin.reset();
            admin.emplace(around.store);
            return;
        } catch (const std::exception&) {
            if (tried == 1'000) throw;
            look_again_in(10ms);
        }
    }
}

/// Ends one of the server's processes as a crash of it does: it takes all others down, forgets its memory and reads its log.
void MatrixWorld::Parts::crash_server() {
    connect_again();
    const auto backend = std::stoi(admin->ask("select pg_backend_pid()"));
    ::kill(backend, SIGKILL);
    connect_again();
}

void MatrixWorld::Parts::begin(const MatrixCase& each) {
    std::filesystem::remove_all(around.folder + "/run");
    std::filesystem::remove_all(around.folder + "/documents");
    std::filesystem::remove(around.folder + "/log");
    std::filesystem::create_directories(around.folder + "/run");
    if (admin) {
        insist([this] {
            admin->end_others();
            admin->forget_everything();
            admin->ask("delete from matrix.fault");
            return admin->ask("alter sequence matrix.hits restart");
        });
    } else {
        std::filesystem::copy_file(empty_store, around.folder + "/run/porteur.db");
    }
    if (each.column == Column::migration) old->make(old_version_of(each));
    sink.begin(mishap_of(each));
    far->reset();
}

pid_t MatrixWorld::Parts::spawn(const MatrixCase& each, int life) {
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid > 0) return pid;
    after_fork();
    alarm(60);  // a process that hangs is a finding, not a test that hangs
    const int log = open((around.folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    Strike::install(each, *far, life == 0, around.is_postgres);
    const bool other_build = each.fault == Fault::replaced && life > 0;
    try {
        if (each.column == Column::hook_out)
            live_with_hooks(each, *far, around);
        else if (each.column == Column::migration)
            live_with_an_old_store(old->address());
        else if (each.column == Column::intake)
            live_with_mailbox(each, *far, around, other_build);
        else
            live_with_orders(each, *far, around, other_build);
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "uncaught: %s\n", wrong.what());
    }
    finish(99);
}

/// Another daemon on the same store must be told that it is taken.
void MatrixWorld::Parts::other_is_refused(bool is_migration, Invariants& all) {
    const auto before = std::chrono::steady_clock::now();
    const pid_t pid = fork();
    if (pid == 0) {
        after_fork();
        alarm(10);
        const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
        const auto store = Store::open({.address = is_migration ? old->address() : around.store, .holder = "matrix"}, seal, [](const std::function<void()>&) {});
        _exit(store ? 1 : 0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) all.finding("a second daemon has got the store of the first");
    refused_after = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - before);
}

/// The stopped one's hold is taken away, another goes on to the end, and the stopped one wakes: it must write nothing and end.
bool MatrixWorld::Parts::take_over(const MatrixCase& each, pid_t stopped, Invariants& all) {
    if (around.is_postgres)
        admin->end_others();
    else
        std::filesystem::remove(around.folder + "/run/porteur.db.lock");
    const int status_of_other = go_on(each, 1, all);
    if (status_of_other == process_not_opened) {
        // Stopped in the middle of writing: the database itself lets nobody else in, and the first goes on.
        ::kill(stopped, SIGCONT);
        return false;
    }
    if (status_of_other != process_done) all.finding("whoever took over ended with " + std::to_string(status_of_other));
    ++deaths;
    const auto before = picture();
    ::kill(stopped, SIGCONT);
    int status = 0;
    waitpid(stopped, &status, 0);
    // It ends with 70 at its next write; where everything is done already, there is none.
    const int ended = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (ended != process_gave_up && ended != process_done) all.finding("whoever was taken over ended with " + std::to_string(ended));
    if (picture() != before) all.finding("whoever was taken over has written");
    return true;
}

/// Every row of the store as text.
std::string MatrixWorld::Parts::picture() const {
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    const auto store = open_store(around, seal, true, [](const std::function<void()>&) {});
    return store ? (*store)->dump().value_or("") : store.error().message;
}

/// @return whether it has ended
bool MatrixWorld::Parts::while_stopped(const MatrixCase& each, pid_t stopped, Invariants& all) {
    if (each.fault == Fault::two_daemons) {
        other_is_refused(each.column == Column::migration, all);
        if (each.way(2) == 1 && each.column != Column::migration) return take_over(each, stopped, all);
    } else if (admin && each.column == Column::migration && each.fault == Fault::disk) {
        ++far->strikes;
        PostgresAdmin(old->address()).ask(refusing_event_trigger);
    } else if (admin && each.column == Column::migration && each.fault == Fault::database && each.way(2) == 0) {
        far->strikes += PostgresAdmin(old->address()).end_others() > 0 ? 1 : 0;
    } else if (admin && each.column == Column::migration) {
        ++far->strikes;
        crash_server();
    } else if (admin && each.fault == Fault::database && each.way(4) == 0) {
        far->strikes += admin->end_others() > 0 ? 1 : 0;
    } else if (admin && each.fault == Fault::database && each.way(4) == 1) {
        ++far->strikes;
        crash_server();
    } else if (admin) {
        const char* code = each.fault == Fault::disk ? (each.way(3) == 2 ? "58030" : "53100") : each.way(4) == 2 ? "40P01" : "40001";
        const int times = each.fault == Fault::disk && each.way(3) == 1 ? 3 : 1;
        admin->ask("insert into matrix.fault values (" + std::to_string(times) + ", '" + code + "')");
    }
    ::kill(stopped, SIGCONT);
    return false;
}

int MatrixWorld::Parts::live(const MatrixCase& each, int life, Invariants& all) {
    const pid_t pid = spawn(each, life);
    int status = 0;
    for (;;) {
        if (waitpid(pid, &status, WUNTRACED) != pid) throw std::runtime_error("waitpid");
        if (!WIFSTOPPED(status)) break;
        if (while_stopped(each, pid, all)) return process_done;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// One process after another, until one comes to its end.
int MatrixWorld::Parts::go_on(const MatrixCase& each, int first_life, Invariants& all) {
    constexpr int lives_max = 8;
    int status = 0;
    for (int life = first_life; life < lives_max; ++life) {
        status = live(each, life, all);
        if (admin && each.column == Column::migration && each.fault == Fault::disk && life == 0) PostgresAdmin(old->address()).ask("drop event trigger if exists matrix_full");
        const bool store_is_gone = status == process_not_opened && (each.fault == Fault::power || each.fault == Fault::disk || each.fault == Fault::database);
        if (status != process_died && status != process_gave_up && !store_is_gone) break;
        ++deaths;
        if (status == process_died && admin && each.fault == Fault::power) crash_server();
    }
    return status;
}

MatrixWorld::MatrixWorld(std::string folder, PostgresServer* server) : parts_(new Parts) {
    auto& p = *parts_;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    p.server = server;
    // Keys are made once, not by each process.
    strange_tls();
    known_authority();
    const auto database = server ? server->fresh_database("matrix") : std::string();
    p.around = {folder, server ? database : "sqlite:" + folder + "/run/porteur.db", p.sink.port(), server != nullptr};
    auto* const memory = mmap(nullptr, sizeof(FarEnd), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    p.far = new (memory) FarEnd{};
    setenv("PGOPTIONS", "-c client_min_messages=warning", 1);
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    p.empty_store = folder + "/empty.db";
    const auto address = server ? database : "sqlite:" + p.empty_store;
    if (auto made = Store::open({.address = address, .holder = ""}, seal, [](const std::function<void()>&) {}); !made) throw std::runtime_error(made.error().message);
    if (!server) {
        std::filesystem::create_directories(folder + "/old");
        p.old.emplace(std::string(), folder + "/old");
        return;
    }
    p.admin.emplace(database);
    p.admin->ask(refusing_trigger);
    p.old.emplace(server->fresh_database("matrix_old"), std::string());
}

/// All or nothing, whoever died: what stands there now is what stands where nobody did.
void MatrixWorld::Parts::check_migrated(const MatrixCase& each, Invariants& all) {
    const auto found = old->picture();
    auto& expected = migrated[old_version_of(each)];
    if (!each.has_fault) expected = found;
    all.same(found, expected);
    all.sound(found.contains("ok") ? "ok" : found);
    // A daemon that does not know the store's newest migration leaves it alone.
    if (!each.has_fault || each.fault != Fault::replaced) return;
    old->pretend_newer();
    const HexSeal seal;
    const auto opened = Store::open({.address = old->address(), .holder = "matrix"}, seal, [](const std::function<void()>&) {});
    if (opened || opened.error().kind != ErrorKind::unsupported) all.finding("an older daemon has opened the store of a newer one");
}

MatrixWorld::~MatrixWorld() {
    munmap(parts_->far, sizeof(FarEnd));
    std::error_code ignored;
    std::filesystem::remove_all(parts_->around.folder, ignored);
}

MatrixRun MatrixWorld::run(MatrixCase each) {
    auto& p = *parts_;
    if (each.has_fault && strikes_at_a_point(each.fault) && each.points == 0) {
        auto& points = p.points[{each.column, each.column == Column::migration ? old_version_of(each) : each.way(6)}];
        if (points == 0) {
            auto undisturbed = each;
            undisturbed.has_fault = false;
            undisturbed.defect.clear();
            const auto whole = run(undisturbed);
            if (!whole.findings().empty()) {
                auto failed = whole;
                failed.invariants.finding("undisturbed already: " + whole.findings().front());
                return failed;
            }
            points = std::max(1, whole.points);
        }
        each.points = points;
    }
    constexpr int tries_max = 3;
    for (int tried = 1;; ++tried) {
        auto run = live(each);
        // Which statements share a transaction is up to the writer's thread: a life that ended before the point that was
        // chosen shows nothing of the fault, and is lived again, to be struck at one of the points that it had.
        const bool had_fewer = run.strikes == 0 && run.points > 0 && run.points < each.points;
        if (!had_fewer || !run.findings().empty() || tried == tries_max) return run;
        each.points = run.points;
    }
}

/// One run, with the points of the undisturbed life known.
MatrixRun MatrixWorld::live(const MatrixCase& each) {
    auto& p = *parts_;
    MatrixRun run;
    auto& all = run.invariants;
    p.deaths = 0;
    p.refused_after = {};
    p.begin(each);
    const int status = p.go_on(each, 0, all);
    run.points = p.far->points;
    run.deaths = p.deaths;
    run.refused_after = p.refused_after;
    run.log = content_of(p.around.folder + "/log");
    if (status == process_missing)
        all.acknowledged("an order", false);
    else if (status == process_stuck)
        all.finding("it never ends");
    else if (status != process_done)
        all.finding("the process ended with " + std::to_string(status));
    const auto mails = p.sink.mails();
    run.strikes = p.far->strikes + p.far->disk.faults + p.sink.mishaps();
    if (p.admin) {
        if (p.insist([&p] { return p.admin->ask("select case when is_called then 1 else 0 end from matrix.hits"); }) == "1") ++run.strikes;
    }
    if (each.column == Column::migration) {
        p.check_migrated(each, all);
        return run;
    }
    check_run(each, *p.far, p.around, mails, p.deaths, all);
    if (p.admin)
        all.no_secret(p.insist([&p] { return p.admin->everything(); }), "the rows of the database", {matrix_pin, matrix_account_number});
    else
        for (const auto& file : std::filesystem::recursive_directory_iterator(p.around.folder))
            if (file.is_regular_file()) all.no_secret(content_of(file.path()), file.path().filename(), {matrix_pin, matrix_account_number, "document-canary-6610"});
    if (!p.admin)
        for (const auto& file : std::filesystem::directory_iterator(p.around.folder + "/run"))
            if (const auto name = file.path().filename().string(); !name.starts_with("porteur.db")) all.finding("I11: " + name + " is left behind");
    return run;
}

}  // namespace porteur::testing
