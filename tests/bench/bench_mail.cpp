// SPDX-License-Identifier: Apache-2.0
// Mails with a file of 30 kB, in two measures:
//
//   phases  one mail's bytes, sent over kept connections; two journal records each (its bytes are about to leave;
//           the server has it), each on the disk before the sending goes on
//   whole   the daemon's own way: document read, mail written and frozen in the outbox, phases recorded there
//
//     tools/bench mail [--peers] [--mails N]
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include <boost/asio/co_spawn.hpp>

#include <porteur/json.hpp>

#include "bench_world.hpp"
#include "mail/message.hpp"
#include "mail/smtp_pool.hpp"
#include "paper/document_intake.hpp"
#include "support/mail_servers.hpp"

namespace porteur::bench {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int senders = 8;
const std::string file_name = "Mandat de portabilité – été.pdf";

std::string file_bytes() {
    std::string bytes = "%PDF-1.4\n";
    while (bytes.size() < 30'000) bytes += "PDF-ish content 0123456789 ";
    bytes.resize(30'000 - 6);
    return bytes + "%%EOF\n";
}

MailSection mail_settings(std::uint16_t port) {
    MailSection mail;
    mail.from = {.name = "Portage", .address = "portage@exemple.fr"};
    mail.domain = "exemple.fr";
    mail.smtp.emplace();
    mail.smtp->host = "127.0.0.1";
    mail.smtp->port = port;
    mail.smtp->security = MailSecurity::plaintext_loopback;
    return mail;
}

struct Figure {
    double seconds = 0;
    double cpu = 0;
    StoreCounters store;
};

std::string line_of(const char* way, int mails, const Figure& figure) {
    return fmt::format(
        "{{\"bench\":\"mail\",\"way\":\"{}\",\"mails\":{},\"file_bytes\":30000,\"mails_per_s\":{:.0f},\"cpu_us_per_mail\":{:.0f},"
        "\"commits_per_mail\":{:.2f},\"writes_per_mail\":{:.2f}",
        way, mails, mails / figure.seconds, figure.cpu * 1e6 / mails, double(figure.store.transactions) / mails,
        double(figure.store.commits) / mails
    );
}

/// A pool of threads sends one mail's bytes again and again, as the mail performer's threads do.
Figure phases(const std::filesystem::path& folder, std::uint16_t port, int mails) {
    Host host({.store = "sqlite:" + (folder / "phases.db").string(), .carrier_port = 9, .folder = folder, .mail = mail_settings(port)});
    OutgoingMail mail;
    mail.message_id = "<order-1.submit.1.abc@exemple.fr>";
    mail.from = {.name = "Portage", .address = "portage@exemple.fr"};
    mail.to = {{.name = {}, .address = "desk@carrier.example"}};
    mail.subject = "Demande de portabilité n° 1";
    mail.text = "Bonjour,\nveuillez trouver ci-joint le mandat.\n";
    mail.files = {{.name = file_name, .content_type = "application/pdf", .bytes = file_bytes()}};
    const auto mime = render_mail(mail);
    if (!mime) stop(mime.error().message);
    SmtpSettings settings;
    settings.server = {.host = "127.0.0.1", .port = port, .security = MailSecurity::plaintext_loopback};
    const ::porteur::Envelope envelope{.from = "portage@exemple.fr", .to = {"desk@carrier.example"}};

    const auto began = Steady::now();
    const auto cpu = cpu_seconds(::getpid());
    std::atomic<int> next = 0;
    std::vector<std::jthread> threads;
    auto work = boost::asio::make_work_guard(host.io());
    std::jthread engine([&] { host.io().run(); });  // completions of commits come here
    for (int thread = 0; thread < senders; ++thread)
        threads.emplace_back([&] {
            SmtpLink link;
            for (int number; (number = next++) < mails;) {
                std::int64_t position = 0;
                const auto observer = [&](SmtpPhase phase, std::string_view reply) -> Result<void> {
                    if (phase != SmtpPhase::data_sent && phase != SmtpPhase::accepted) return {};
                    Commit made;
                    made.journal.push_back({.operation = number + 1, .tenant = 1, .position = ++position,
                                            .payload = std::string(name_of(phase)) + " " + std::string(reply)});
                    std::promise<Result<void>> written;
                    host.store().commit(std::move(made), [&](Result<void> done) { written.set_value(std::move(done)); });
                    return written.get_future().get();
                };
                const auto report = send_mail(settings, envelope, *mime, observer, {}, link);
                if (!report.accepted()) stop(report.error->message);
            }
        });
    threads.clear();
    const Figure figure{std::chrono::duration<double>(Steady::now() - began).count(), cpu_seconds(::getpid()) - cpu, host.store().counters()};
    work.reset();
    return figure;
}

Async<void> write_mails(Host& host, const std::string& head, int& next, int mails, int& open) {
    while (next < mails) {
        const int number = ++next;
        EffectContext context;
        context.order = context.operation = number;
        context.tenant = 1;
        context.account = "acme";
        context.operation_name = "purchase";
        context.view = host.account();
        Effect effect;
        effect.seq = 1;
        effect.kind = EffectKind::mail;
        effect.guarantee = Guarantee::once;
        effect.step = "submit";
        effect.head = head;
        effect.body = "Bonjour,\nveuillez trouver ci-joint le mandat.\n";
        const auto done = co_await host.mail().perform(std::move(context), std::move(effect));
        if (done.completion.kind != ErrorKind::none) stop("a mail was not accepted: " + done.completion.head);
    }
    if (--open == 0) host.io().stop();
}

Figure whole(const std::filesystem::path& folder, std::uint16_t port, int mails) {
    Host host({.store = "sqlite:" + (folder / "whole.db").string(), .carrier_port = 9, .folder = folder, .mail = mail_settings(port)});
    const auto bytes = file_bytes();
    auto intake = paper::DocumentIntake::begin({.type = "loa", .name = file_name, .content_type = "application/pdf"});
    if (!intake || !intake->append(bytes)) stop("the document is not taken");
    const auto taken = intake->finish();
    if (!taken) stop(taken.error().message);
    const auto& sha256 = taken->sha256;
    DocumentRow row;
    row.id = "doc-1";
    row.tenant = 1;
    row.about = {.id = "doc-1", .type = "loa", .name = file_name, .content_type = "application/pdf",
                 .size = static_cast<std::int64_t>(bytes.size()), .sha256 = sha256, .issued_on = {}, .signed_on = {}, .expires_on = {}};
    row.created = host.clock().now();
    auto writer = host.documents().write();
    if (!writer || !(*writer)->append(bytes)) stop("the document cannot be written");
    if (auto kept = (*writer)->keep(sha256); !kept) stop(kept.error().message);
    if (auto added = host.store().add_document(row); !added) stop(added.error().message);
    const auto head = canonical(json::object{
        {"to", json::array{"desk@carrier.example"}},
        {"subject", "Demande de portabilité n° 1"},
        {"documents", json::array{json::object{{"id", "doc-1"}, {"name", file_name}}}}
    });
    const auto began = Steady::now();
    const auto cpu = cpu_seconds(::getpid());
    int next = 0;
    int open = senders * 2;  // so that one is being written while another is on its way
    for (int at = open; at > 0; --at)
        boost::asio::co_spawn(host.io(), write_mails(host, head, next, mails, open), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    host.io().run();
    return {std::chrono::duration<double>(Steady::now() - began).count(), cpu_seconds(::getpid()) - cpu, host.store().counters()};
}

/// Mails a second with nodemailer over as many kept connections; nothing where it cannot be run.
std::optional<double> nodemailer(const std::filesystem::path& source, std::uint16_t port, int mails) {
    const char* named = std::getenv("PORTEUR_PEERS");
    const auto script = (named ? std::filesystem::path(named) : source.parent_path() / "shared/peers") / "mail/nodemailer.cjs";
    if (!std::filesystem::exists(script)) {
        fmt::print(stderr, "bench: nodemailer is left out: there is no {}; PORTEUR_PEERS names another folder\n", script.string());
        return std::nullopt;
    }
    const auto folder = source / "build/peers";
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(script, folder / "nodemailer.cjs", std::filesystem::copy_options::overwrite_existing);
    const auto in_folder = "cd '" + folder.string() + "' && ";
    if (!std::filesystem::exists(folder / "node_modules/nodemailer") &&
        std::system((in_folder + "npm install --no-audit --no-fund nodemailer >&2").c_str()) != 0) {
        fmt::print(stderr, "bench: nodemailer is left out: npm could not install it\n");
        return std::nullopt;
    }
    FILE* pipe = ::popen(fmt::format("{}node nodemailer.cjs {} {} {}", in_folder, port, mails, senders).c_str(), "r");
    char said[256] = {};
    const auto got = pipe ? std::fread(said, 1, sizeof said - 1, pipe) : 0;
    if (pipe) ::pclose(pipe);
    const std::string_view text(said, got);
    const auto at = text.find(": ");
    if (at == text.npos) return std::nullopt;
    return std::strtod(said + at + 2, nullptr);
}

}  // namespace
}  // namespace porteur::bench

int main(int argc, char** argv) {
    using namespace porteur;
    using namespace porteur::bench;
    int mails = 10'000;
    bool with_peers = false;
    for (int at = 1; at < argc; ++at) {
        const std::string word = argv[at];
        if (word == "--peers")
            with_peers = true;
        else if (word == "--mails" && at + 1 < argc)
            mails = std::stoi(argv[++at]);
        else
            stop("unknown option " + word);
    }
    auto sink = porteur::testing::SmtpSink::start({}, false);
    if (!sink) stop(sink.error().message);
    const WorkFolder folder;
    const auto source = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path().parent_path();
    for (const auto& [name, way] : {std::pair{"phases", &phases}, std::pair{"whole", &whole}}) {
        const auto place = folder.path() / name;
        std::filesystem::create_directories(place);
        double rate = 0;
        auto line = in_child([&](FILE* out) {
            const auto figure = way(place, (*sink)->port, mails);
            fmt::print(out, "{}", line_of(name, mails, figure));
        });
        if (const auto at = line.find("\"mails_per_s\":"); at != line.npos) rate = std::strtod(line.c_str() + at + 14, nullptr);
        if (with_peers)
            if (const auto peer = nodemailer(source, (*sink)->port, std::min(mails, 3000)))
                line += fmt::format(",\"nodemailer_per_s\":{:.0f},\"ratio_nodemailer\":{:.2f}", *peer, rate / *peer);
        fmt::print("{},\"must_per_s\":3000}}\n", line);
        std::fflush(stdout);
    }
}
