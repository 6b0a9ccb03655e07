// SPDX-License-Identifier: Apache-2.0
#include "app/installation_check.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "api/listening.hpp"
#include "app/accounts.hpp"
#include "app/admin.hpp"
#include "app/api_front.hpp"
#include "app/outward.hpp"
#include "app/passing_folder.hpp"
#include "app/phone_desk.hpp"
#include "paper/paper_program.hpp"
#include "settings/account_check.hpp"
#include "settings/data_file.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/url_template.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

class Troubles {
public:
    void add(std::string line) { lines_.push_back(std::move(line)); }
    template <class T>
    void take(const Result<T>& result) {
        if (!result) add(result.error().message);
    }
    void readable(const fs::path& file, const char* setting) {
        if (file.empty() || access(file.c_str(), R_OK) == 0) return;
        add(std::string(setting) + ": " + quoted(file.string(), 300) + " cannot be read: " + std::strerror(errno));
    }
    std::vector<std::string> lines() && { return std::move(lines_); }

private:
    std::vector<std::string> lines_;
};

void check_account_of(const AccountSettings& account, const PluginCatalog& catalog, Troubles& wrong) {
    const auto found = catalog.libraries().find(account.plugin);
    if (found == catalog.libraries().end()) {
        if (account.enabled) wrong.add(text_of_missing_plugin(account, catalog));
        return;
    }
    const auto& descriptor = found->second.descriptor;
    auto findings = check_account(account, descriptor);
    if (auto read = account; findings.empty()) findings = read_data_files(read, descriptor);
    for (auto& each : findings) wrong.add(std::move(each));
    if (!account.sha256.empty() && account.sha256 != found->second.build)
        wrong.add(account.where + ": the plugin's build is " + found->second.build + ", but the account takes only " + account.sha256);
    if (!account.enabled) return;
    for (const auto& [name, secret] : account.secrets) wrong.take(read_secret(secret));
}

/// Where the carrier of an account is, if the account says so rightly: otherwise that is said already.
std::optional<ReachedCarrier> reached_carrier(const AccountSettings& account, const PluginCatalog& catalog) {
    const auto found = catalog.libraries().find(account.plugin);
    if (!account.enabled || found == catalog.libraries().end()) return std::nullopt;
    const auto& descriptor = found->second.descriptor;
    auto url = expand(account.base_url.empty() ? descriptor.base_url : account.base_url, resolve_settings(account, descriptor));
    if (!url || url->empty()) return std::nullopt;
    return ReachedCarrier{.account = account.name, .url = std::move(*url), .ca_file = account.ca_file};
}

}  // namespace

Result<InstallationSeen> look_at_installation(const Settings& settings) {
    Troubles wrong;
    InstallationSeen seen;
    auto& notes = seen.notes;

    PassingFolder folder;
    if (folder.path.empty()) return failure(ErrorKind::unavailable, "no folder can be made in TMPDIR, to look at plugins");
    CatalogOptions options;
    options.parse = [](std::string_view toml, std::string_view where) { return parse_descriptor(toml, where); };
    options.store = folder.path;
    options.require_root_owned = settings.plugins.require_root_owned;
    options.sha256 = settings.plugins.sha256;
    PluginCatalog catalog(std::move(options));
    catalog.scan(settings.plugins.folders);
    for (const auto& refused : catalog.refusals()) wrong.add("plugin refused: " + refused.text());

    for (const auto& account : settings.accounts) {
        check_account_of(account, catalog, wrong);
        seen.enabled += account.enabled ? 1 : 0;
        if (auto carrier = reached_carrier(account, catalog)) seen.carriers.push_back(std::move(*carrier));
    }
    for (const auto& [id, library] : catalog.libraries())
        seen.plugins.push_back(id + " " + library.descriptor.version + ", build " + library.build.substr(0, 12));
    const auto& key = settings.store.key;
    std::error_code unseen;
    if (key.source == SecretRef::Source::file && !fs::exists(key.name, unseen) && !unseen)
        notes += "note: there is no key yet; `porteurd init` makes " + key.name + "\n";
    else
        wrong.take(master_key_of(settings));
    if (settings.store.password) wrong.take(read_secret(settings.store.password));
    if (settings.api.tls) {
        wrong.readable(settings.api.tls->cert_file, "[api.tls] cert_file");
        wrong.readable(settings.api.tls->key_file, "[api.tls] key_file");
        wrong.take(make_tls(listen_tls(settings.api)));
    } else if (!settings.api.address.starts_with("127.") && settings.api.address != "::1") {
        notes += "note: [api] address " + settings.api.address + " is reached from other machines, and without [api.tls] tokens and passwords come in the clear\n";
    }
    // Without it no PDF can be taken.
    const auto paper = paper::PaperProgram::beside_this_one();
    if (access(paper.c_str(), X_OK) != 0)
        wrong.add(quoted(paper.string(), 300) + " is missing: it reads documents, and belongs beside porteurd");
    if (access((settings.documents.font_folder / "DejaVuSans.ttf").c_str(), R_OK) != 0)
        notes += "note: there is no DejaVuSans.ttf in [documents] font_folder, so no letter of authorization can be made; "
                 "install fonts-dejavu-core\n";
    if (settings.mail && settings.mail->smtp && settings.mail->smtp->password)
        wrong.take(read_secret(settings.mail->smtp->password));
    if (settings.mail && settings.mail->pop3 && settings.mail->pop3->password)
        wrong.take(read_secret(settings.mail->pop3->password));
    // The holidays' file, and the addresses that web hooks may go to.
    wrong.take(Outward::prepare(settings));
    wrong.take(check_phones(settings.phones));
    if (!settings.webhooks.ca_file.empty()) wrong.readable(settings.webhooks.ca_file, "[webhooks] ca_file");
    if (seen.enabled == 0) notes += "note: no account is enabled, so there is nobody to port to or to buy from\n";
    seen.wrong = std::move(wrong).lines();
    return seen;
}

Result<std::string> check_installation(const Settings& settings) {
    const auto seen = look_at_installation(settings);
    if (!seen) return std::unexpected(seen.error());
    std::string wrong;
    for (const auto& each : seen->wrong) wrong += (wrong.empty() ? "" : "\n") + each;
    if (!wrong.empty()) return failure(ErrorKind::invalid_input, wrong);
    return settings.file.string() + " is fit: " + std::to_string(settings.accounts.size()) + " accounts, " + std::to_string(seen->enabled) +
           " enabled; " + std::to_string(seen->plugins.size()) + " plugins\n" + seen->notes;
}

}  // namespace porteur
