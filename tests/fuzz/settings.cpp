// SPDX-License-Identifier: Apache-2.0
// Settings are written by people, an account's by another person than the daemon's; a descriptor
// comes out of a stranger's library.
#include <sys/mman.h>
#include <unistd.h>

#include "finding.hpp"
#include "settings/account_check.hpp"
#include "settings/acme_descriptor.hpp"
#include "settings/data_file.hpp"
#include "settings/described_words.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/holidays_toml.hpp"
#include "settings/settings.hpp"
#include "settings/toml_reader.hpp"

using namespace porteur;

namespace {

// An account is judged by a plugin's descriptor; this one has a setting of each type.
const Descriptor& descriptor() {
    static const auto read = [] {
        auto parsed = parse_descriptor(testing::acme_toml, "descriptor.toml");
        if (!parsed)
            fuzz::finding("the fuzzer's own descriptor is refused: " + parsed.error().message);
        return std::move(*parsed);
    }();
    return read;
}

void read_an_account(std::string_view text) {
    AccountSettings account;
    account.name = "acme-main";
    account.where = "acme-main.toml";
    TomlReading reading("acme-main.toml", "config");
    read_document(text, reading, account, read_account);
    static_cast<void>(reading.findings());
    const auto findings = check_account(account, descriptor());
    if (findings.empty() && reading.findings().empty())
        static_cast<void>(resolved_settings_json(account, descriptor()));
}

void read_a_descriptor(std::string_view text) {
    static_cast<void>(words_in_descriptor(text, "descriptor.toml"));
    static_cast<void>(parse_descriptor(text, "descriptor.toml"));
}

// The reader of calendars takes a file: one in memory.
void read_calendars(std::string_view text) {
    static const int file = memfd_create("holidays", MFD_CLOEXEC);
    static const auto path = "/proc/self/fd/" + std::to_string(file);
    if (ftruncate(file, 0) != 0 ||
        pwrite(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return;
    const auto calendars = load_calendars(path);
    if (!calendars) return;
    using namespace std::chrono;
    for (const auto& [name, calendar] : calendars->all()) {
        for (auto each = year(2026); each < year(2029); ++each)
            static_cast<void>(holidays_in(calendar, each));
        static_cast<void>(add_business_days(calendar, sys_days(2026y / 12 / 24), 5));
    }
}

void read_the_daemons(std::string_view text) {
    Settings settings;
    TomlReading reading("porteur.toml", "config");
    read_document(text, reading, settings, read_settings);
    static_cast<void>(reading.findings());
}

}  // namespace

// The first line says what the file is: "# account", "# descriptor", "# holidays"; else the
// daemon's own.
int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with("# account"))
        read_an_account(text);
    else if (text.starts_with("# descriptor"))
        read_a_descriptor(text);
    else if (text.starts_with("# holidays"))
        read_calendars(text);
    else
        read_the_daemons(text);
    return 0;
}
