// SPDX-License-Identifier: Apache-2.0
#include "app/api_front.hpp"

#include <algorithm>
#include <filesystem>

#include "app/logging.hpp"

namespace porteur {
namespace {

/// A path as the log shows it: ids whole, of a telephone number the last four digits.
std::string shown_path(std::string_view path) {
    constexpr std::string_view numbers = "/v1/numbers/";
    if (!path.starts_with(numbers)) return std::string(path);
    const auto end = std::min(path.find('/', numbers.size()), path.size());
    const auto number = path.substr(numbers.size(), end - numbers.size());
    if (number.find_first_of("0123456789") == number.npos) return std::string(path);
    return std::string(numbers) + "..." + std::string(number.substr(number.size() - std::min<std::size_t>(4, number.size()))) +
           std::string(path.substr(end));
}

/// What was asked of the API: every request at `debug`, what went wrong here always. Queries and bodies are left out.
void log_request(const AccessLine& line) {
    if (line.defect.empty() && line.status < 500 && !logs_debug()) return;
    const std::string text = "api: " + line.peer + " " + line.method + " " + shown_path(line.path) + " " + std::to_string(line.status) + " " +
                             std::to_string(line.took.count()) + " us";
    if (!line.defect.empty())
        log_error(text + ": " + line.defect);
    else if (line.status >= 500)
        log_warning(text);
    else
        log_debug(text);
}

/// The console that belongs to this porteurd: of a build folder its own, else the one of the settings.
std::filesystem::path console_folder(const ApiSection& from) {
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto beside = program.parent_path().parent_path() / "share/porteur/console";
    const bool unset = from.console == ApiSection{}.console;
    return unset && !failed && std::filesystem::exists(beside / "index.html", failed) ? beside : from.console;
}

}  // namespace

std::shared_ptr<ConsoleFiles> console_of(const ApiSection& from) {
    const auto folder = console_folder(from);
    auto console = std::make_shared<ConsoleFiles>(ConsoleFiles::read(folder));
    if (console->empty()) log_info("there is no built console in " + folder.string() + "; /console/ says so");
    return console;
}

std::optional<ListenTls> listen_tls(const ApiSection& from) {
    if (!from.tls) return std::nullopt;
    return ListenTls{.cert_file = from.tls->cert_file, .key_file = from.tls->key_file};
}

ListenSettings listen_settings(const ApiSection& from, const DocumentsSection& documents, std::shared_ptr<const ConsoleFiles> console) {
    ListenSettings out;
    out.address = from.address;
    out.port = from.port;
    out.tls = listen_tls(from);
    out.limits.header_size_max_bytes = from.limits.header_size_max_bytes;
    out.limits.header_count_max = from.limits.header_count_max;
    out.limits.url_size_max_bytes = from.limits.url_size_max_bytes;
    out.limits.body_size_max_bytes = from.limits.body_size_max_bytes;
    out.limits.json_depth_max = from.limits.json_depth_max;
    out.limits.upload_size_max_bytes = documents.size_max_bytes;
    out.limits.header_timeout = from.limits.header_timeout;
    out.limits.body_grace = from.limits.body_grace;
    out.limits.body_rate_min_bytes = from.limits.body_rate_min_bytes;
    out.limits.idle_timeout = from.limits.idle_timeout;
    out.limits.connections_per_address_max = from.limits.connections_per_address_max;
    out.limits.connections_max = from.limits.connections_max;
    out.console = std::move(console);
    out.log = log_request;
    return out;
}

}  // namespace porteur
