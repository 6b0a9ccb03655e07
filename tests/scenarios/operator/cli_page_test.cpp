// SPDX-License-Identifier: Apache-2.0
// The examples of docs/cli.md, run as they stand there against porteurd and the simulated carriers.
// Only what differs from one day, or one order, to the next is put in: dates, the order's id, the
// number that a search gave.
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>

#include "../../../tools/simulators/tests/smtp_catcher.hpp"
#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "simulators.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

std::string page() {
    std::ifstream file(PORTEUR_SOURCE_DIR "/docs/cli.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The page from a heading to the next of its kind.
std::string section(const std::string& heading) {
    const auto text = page();
    const auto begin = text.find("\n" + heading + "\n");
    if (begin == text.npos) throw std::runtime_error("docs/cli.md has no " + heading);
    // A comment of a shell begins with one # only.
    return text.substr(begin, text.find("\n##", begin + heading.size()) - begin);
}

/// What stands in its blocks of one language.
std::string blocks(const std::string& section, const std::string& language) {
    std::string all;
    const std::regex block("```" + language + "\n([^`]*)```");
    for (std::sregex_iterator at(section.begin(), section.end(), block), end; at != end; ++at)
        all += (*at)[1];
    return all;
}

/// The commands of a section, each on one line.
Words commands(const std::string& heading) {
    const auto joined =
        std::regex_replace(blocks(section(heading), "sh"), std::regex(" *\\\\\n *"), " ");
    std::istringstream lines(joined);
    Words found;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("porteur ")) found.push_back(line);
    if (found.empty()) throw std::runtime_error("docs/cli.md shows nothing under " + heading);
    return found;
}

/// The whole demonstration: three carriers, a mail server, porteurd, and the papers that the page
/// names.
class CliPage : public ::testing::Test {
protected:
    CliPage() {
        host.account(
            "rc-main", "ringcentral", ringcentral_account(url(ringcentral)), ringcentral_secrets
        );
        host.account(
            "thinktel", "thinktel",
            thinktel_account(url(thinktel) + "/rest.svc") +
                "contact_email = \"ports@acme.example\"\n",
            thinktel_secrets, "[settings]\ncheck_every = \"1s\"\n"
        );
        host.account("genesys", "genesys_sms", genesys_account(url(genesys)), genesys_secrets);
        host.start(mail_settings(desk.port()));
        for (const auto* paper : {"loa.pdf", "bill.pdf", "kbis.pdf", "passport.pdf"})
            host.folder().paper(paper);
        host.folder().write("pin.txt", "135790\n");
    }

    /// Runs a line of the page. @return what it printed
    std::string run(
        std::string line, const std::map<std::string, std::string>& put = {}, int status = 0
    ) {
        line = std::regex_replace(line, std::regex("2026-11-[0-9]{2}"), today());
        for (const auto& [old, fresh] : put)
            for (auto at = line.find(old); at != line.npos; at = line.find(old, at + fresh.size()))
                line.replace(at, old.size(), fresh);
        const auto ended = host.shell(line);
        EXPECT_EQ(ended.status, status) << line << "\n" << ended.output;
        return ended.output;
    }

    const std::string shown_id = "01JD9Y4V8K3ZQ";
    Program ringcentral =
        simulator("sim-ringcentral", {"--light", "0", "--heavy", "0", "--auth", "0"});
    Program thinktel = simulator("sim-thinktel", {"--clock-speed", "150000"});
    Program genesys = simulator("sim-genesys", {"--clock-speed", "600"});
    sim::test::SmtpCatcher desk;
    DaemonHost host;
};

TEST_F(CliPage, MovesNumbersAsItSays) {
    for (const auto& line :
         commands("### Move numbers away from RingCentral, into a SIP trunk at ThinkTel")) {
        if (line.find("--file") != line.npos) continue;
        const auto said = run(line);
        if (line.find("--watch") != line.npos) EXPECT_THAT(said, HasSubstr("-> completed"));
    }
}

TEST_F(CliPage, TakesTheSameOrderAsAFile) {
    const std::string heading =
        "### Move numbers away from RingCentral, into a SIP trunk at ThinkTel";
    host.folder().write("order.json", blocks(section(heading), "json"));
    for (const auto& line : commands(heading))
        if (line.find("--file") != line.npos) run(line);
    EXPECT_THAT(host.shell("porteur port list").output, HasSubstr("acme-2026-12"));
}

TEST_F(CliPage, CorrectsARefusalAsItSays) {
    script(
        thinktel,
        {{"number", 4165550101},
         {"then", {"REJECTED"}},
         {"reject", {{"code", "8D"}, {"field", "ZIP"}, {"form", "EU"}, {"remarks", "POSTAL CODE"}}}}
    );
    host.folder().write(
        "order.json",
        blocks(
            section("### Move numbers away from RingCentral, into a SIP trunk at ThinkTel"), "json"
        )
    );
    const auto made = host.porteur(
        {"port", "create", "--file", host.folder().path / "order.json", "--pin-file",
         host.folder().path / "pin.txt", "--loa", host.folder().path / "loa.pdf", "--loa-signed-on",
         today(), "--invoice", host.folder().path / "bill.pdf", "--invoice-issued-on", today(),
         "--submit", "--watch", "--timeout", "50s"}
    );
    ASSERT_EQ(made.status, 7) << made.output << host.errors();
    const auto id = std::string(json::parse(made.output).at("id").as_string());
    for (const auto& line : commands("### Correct a refusal")) {
        const bool corrects = line.find("port fix") != line.npos;
        const auto said = run(line, {{shown_id, id}}, corrects ? 7 : 0);
        // ThinkTel's people take the ticket up again.
        if (corrects) {
            EXPECT_THAT(host.shell("porteur tasks").output, HasSubstr(id));
            script(
                thinktel, {{"number", 4165550101},
                           {"then", {"PENDING", "CONFIRMED", "COMPLETED"}},
                           {"reopen", true}}
            );
        }
        if (line.find("list") != line.npos) EXPECT_THAT(said, HasSubstr(id));
        if (line.find("show") != line.npos) EXPECT_THAT(said, HasSubstr("POSTAL_CODE_MISMATCH"));
        if (line.find("watch 01") != line.npos) EXPECT_THAT(said, HasSubstr("-> completed"));
    }
}

TEST_F(CliPage, BuysASmsNumberAsItSays) {
    std::string number, id;
    for (const auto& line : commands("### Buy an SMS number in France at Genesys Cloud")) {
        if (line.find(" watch ") != line.npos) {
            script(genesys, {{"mail", message_in(desk.wait())}});
            script(genesys, {{"approve", {number}}});
        }
        const auto said = run(line, {{"+33755500101", number}, {shown_id, id}});
        std::smatch found;
        if (line.find(" search ") != line.npos &&
            std::regex_search(said, found, std::regex("\\+33[0-9]{9}")))
            number = found[0];
        if (line.find(" create ") != line.npos &&
            std::regex_search(said, found, std::regex("[0-9A-Z]{13}")))
            id = found[0];
        if (line.find(" watch ") != line.npos) EXPECT_THAT(said, HasSubstr("-> completed"));
    }
}

TEST_F(CliPage, ServesScriptsAsItSays) {
    const auto draft =
        host.told({"port", "create", "--account", "thinktel", "--number", "+14165550101"});
    const auto id = std::string(draft.at("id").as_string());
    for (auto line : commands("## In scripts")) {
        line = line.substr(0, line.find(" | "));  // what follows is another program's
        // An order without its papers is refused, which is what this one is for.
        if (line.find("submit") != line.npos || line.find("watch") != line.npos) continue;
        run(line, {{shown_id, id}});
    }
}

}  // namespace
}  // namespace porteur::testing
