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

#include "mail_sink.hpp"
#include "matrix_check.hpp"
#include "matrix_process.hpp"
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

    void begin(const MatrixCase& each);
    pid_t spawn(const MatrixCase& each, int life);
    int live(const MatrixCase& each, int life, Invariants& all);
    void while_stopped(const MatrixCase& each, pid_t stopped, Invariants& all);
    void take_over(const MatrixCase& each, pid_t stopped, Invariants& all);
    void other_is_refused(Invariants& all);
    void crash_server();
    std::string picture() const;
    void connect_again();
    int go_on(const MatrixCase& each, int first_life, Invariants& all);
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
        admin->end_others();
        admin->forget_everything();
        admin->ask("delete from matrix.fault");
        admin->ask("alter sequence matrix.hits restart");
    } else {
        std::filesystem::copy_file(empty_store, around.folder + "/run/porteur.db");
    }
    sink.begin(mishap_of(each));
    far->reset();
}

pid_t MatrixWorld::Parts::spawn(const MatrixCase& each, int life) {
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid > 0) return pid;
    alarm(60);  // a process that hangs is a finding, not a test that hangs
    const int log = open((around.folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    Strike::install(each, *far, life == 0, around.is_postgres);
    const bool other_build = each.fault == Fault::replaced && life > 0;
    try {
        if (each.column == Column::hook_out)
            live_with_hooks(each, *far, around);
        else if (each.column == Column::intake)
            live_with_mailbox(each, *far, around, other_build);
        else
            live_with_orders(each, *far, around, other_build);
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "uncaught: %s\n", wrong.what());
    }
    finish(99);
}

/// Another daemon on the same store must be told within a second that it is taken.
void MatrixWorld::Parts::other_is_refused(Invariants& all) {
    const auto before = std::chrono::steady_clock::now();
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(10);
        const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
        const auto store = Store::open({.address = around.store, .holder = "matrix"}, seal, [](const std::function<void()>&) {});
        _exit(store ? 1 : 0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) all.finding("a second daemon has got the store of the first");
    if (std::chrono::steady_clock::now() - before > 1s) all.finding("a second daemon was not refused within a second");
}

/// The stopped one's hold is taken away, another goes on to the end, and the stopped one wakes: it must write nothing and end.
void MatrixWorld::Parts::take_over(const MatrixCase& each, pid_t stopped, Invariants& all) {
    if (around.is_postgres)
        admin->end_others();
    else
        std::filesystem::remove(around.folder + "/run/porteur.db.lock");
    if (const int status = go_on(each, 1, all); status != process_done) all.finding("whoever took over ended with " + std::to_string(status));
    const auto before = picture();
    ::kill(stopped, SIGCONT);
    int status = 0;
    waitpid(stopped, &status, 0);
    // It ends with 70 at its next write; where everything is done already, there is none.
    const int ended = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (ended != process_gave_up && ended != process_done) all.finding("whoever was taken over ended with " + std::to_string(ended));
    if (picture() != before) all.finding("whoever was taken over has written");
}

/// Every row of the store as text.
std::string MatrixWorld::Parts::picture() const {
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    const auto store = open_store(around, seal, true, [](const std::function<void()>&) {});
    return store ? (*store)->dump().value_or("") : store.error().message;
}

void MatrixWorld::Parts::while_stopped(const MatrixCase& each, pid_t stopped, Invariants& all) {
    if (each.fault == Fault::two_daemons) {
        other_is_refused(all);
        if (each.way(2) == 1) return take_over(each, stopped, all);
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
}

int MatrixWorld::Parts::live(const MatrixCase& each, int life, Invariants& all) {
    const pid_t pid = spawn(each, life);
    int status = 0;
    for (;;) {
        if (waitpid(pid, &status, WUNTRACED) != pid) throw std::runtime_error("waitpid");
        if (!WIFSTOPPED(status)) break;
        const bool is_taken_over = each.fault == Fault::two_daemons && each.way(2) == 1;
        while_stopped(each, pid, all);
        if (is_taken_over) return process_done;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// One process after another, until one comes to its end.
int MatrixWorld::Parts::go_on(const MatrixCase& each, int first_life, Invariants& all) {
    constexpr int lives_max = 8;
    int status = 0;
    for (int life = first_life; life < lives_max; ++life) {
        status = live(each, life, all);
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
    const auto database = server ? server->fresh_database("matrix") : std::string();
    p.around = {folder, server ? database : "sqlite:" + folder + "/run/porteur.db", p.sink.port(), server != nullptr};
    auto* const memory = mmap(nullptr, sizeof(FarEnd), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    p.far = new (memory) FarEnd{};
    setenv("PGOPTIONS", "-c client_min_messages=warning", 1);
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    p.empty_store = folder + "/empty.db";
    const auto address = server ? database : "sqlite:" + p.empty_store;
    if (auto made = Store::open({.address = address, .holder = ""}, seal, [](const std::function<void()>&) {}); !made) throw std::runtime_error(made.error().message);
    if (!server) return;
    p.admin.emplace(database);
    // It is the server's processes that die here, never the machine under them.
    p.admin->ask("alter system set fsync = off");
    p.admin->ask("select pg_reload_conf()");
    p.admin->ask(refusing_trigger);
}

MatrixWorld::~MatrixWorld() {
    munmap(parts_->far, sizeof(FarEnd));
    std::error_code ignored;
    std::filesystem::remove_all(parts_->around.folder, ignored);
}

MatrixRun MatrixWorld::run(MatrixCase each) {
    auto& p = *parts_;
    if (each.has_fault && strikes_at_a_point(each.fault) && each.points == 0) {
        auto& points = p.points[{each.column, each.way(6)}];
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
    MatrixRun run;
    auto& all = run.invariants;
    p.deaths = 0;
    p.begin(each);
    const int status = p.go_on(each, 0, all);
    run.points = p.far->points;
    run.deaths = p.deaths;
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
        if (p.admin->ask("select case when is_called then 1 else 0 end from matrix.hits") == "1") ++run.strikes;
    }
    check_run(each, *p.far, p.around, mails, p.deaths, all);
    if (p.admin)
        all.no_secret(p.admin->everything(), "the rows of the database", {matrix_pin, matrix_account_number});
    else
        for (const auto& file : std::filesystem::recursive_directory_iterator(p.around.folder))
            if (file.is_regular_file()) all.no_secret(content_of(file.path()), file.path().filename(), {matrix_pin, matrix_account_number, "document-canary-6610"});
    if (!p.admin)
        for (const auto& file : std::filesystem::directory_iterator(p.around.folder + "/run"))
            if (const auto name = file.path().filename().string(); !name.starts_with("porteur.db")) all.finding("I11: " + name + " is left behind");
    return run;
}

}  // namespace porteur::testing
