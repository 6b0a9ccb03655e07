// SPDX-License-Identifier: Apache-2.0
#include "api/console_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <mutex>

#include "api/fingerprint.hpp"
#include "api/problem.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "/console/";

// Scripts and styles from here alone, none written into a page; nobody may show it in a frame, and
// it asks nobody else.
constexpr std::string_view policy_before =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src "
    "'self'; "
    "connect-src 'self'";
constexpr std::string_view policy_after =
    "; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
    "'none'";

constexpr std::string_view not_built =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Porteur</title>"
    "<h1>The console is not here</h1>"
    "<p>This porteurd has no built console. Build the target <code>console</code>, or name the "
    "folder of a built one: "
    "<code>[api] console</code> in porteur.toml. Then start porteurd again.</p>"
    "<p lang=\"fr\">Ce porteurd n'a pas de console construite. Construisez la cible "
    "<code>console</code>, ou indiquez le "
    "dossier d'une console construite : <code>[api] console</code> dans porteur.toml. Puis "
    "redémarrez porteurd.</p></html>";

/// By the end of the name; empty: no file of a console.
std::string_view type_of(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".webmanifest", "application/manifest+json"},
    }};
    const auto found =
        std::ranges::find_if(types, [&](const auto& each) { return name.ends_with(each.first); });
    return found == types.end() ? std::string_view{} : found->second;
}

std::optional<std::string> bytes_of(const fs::path& file) {
    std::error_code failed;
    const auto size = fs::file_size(file, failed);
    if (failed || size > ConsoleFiles::file_size_max_bytes) return std::nullopt;
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!in.good() && !in.eof()) return std::nullopt;
    return bytes;
}

std::string tag_of(std::string_view bytes) {
    Fingerprint fingerprint;
    fingerprint.part(bytes);
    return "\"" + fingerprint.hex().substr(0, 32) + "\"";
}

/// Whether a list of the header ("gzip, br;q=0.5") has a word that is not switched off.
bool takes(const std::string* field, std::string_view wanted) {
    if (!field) return false;
    std::string_view rest = *field;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        auto item = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
        const auto word = item.substr(0, std::min(item.find_first_of("; "), item.size()));
        if (word != wanted && word != "*") continue;
        const auto weight = item.find("q=");
        return weight == item.npos || item.find_first_not_of("0.", weight + 2) != item.npos;
    }
    return false;
}

/// Whether If-None-Match names the tag. @source RFC 9110, section 13.1.2: compared weakly
bool names(const std::string* field, std::string_view tag) {
    return field && (*field == "*" || field->find(tag) != field->npos);
}

Answer moved_to_console() {
    Answer answer;
    answer.status = 302;
    answer.content_type = "text/plain; charset=utf-8";
    answer.headers.emplace_back("Location", prefix);
    answer.headers.emplace_back("Cache-Control", "no-cache");
    return answer;
}

}  // namespace

/// What depends on the settings, which may be read anew while pages are given out.
struct ConsoleFiles::Policy {
    mutable std::mutex mutex;
    std::string websockets;  ///< " wss://..."; empty: none
};

ConsoleFiles::ConsoleFiles() : policy_(std::make_shared<Policy>()) {}

void ConsoleFiles::allow_websockets(const std::vector<std::string>& addresses) {
    std::string all;
    for (const auto& each : addresses) all += " " + each;
    const std::lock_guard lock(policy_->mutex);
    policy_->websockets = std::move(all);
}

void ConsoleFiles::protect(Answer& answer) const {
    std::string websockets;
    {
        const std::lock_guard lock(policy_->mutex);
        websockets = policy_->websockets;
    }
    answer.headers.emplace_back(
        "Content-Security-Policy",
        std::string(policy_before) + websockets + std::string(policy_after)
    );
    answer.headers.emplace_back(
        "Permissions-Policy", std::string("camera=(), geolocation=(), microphone=") +
                                  (websockets.empty() ? "()" : "(self)")
    );
    answer.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    answer.headers.emplace_back("X-Frame-Options", "DENY");
}

ConsoleFiles ConsoleFiles::read(const fs::path& folder) {
    ConsoleFiles console;
    std::error_code failed;
    std::map<std::string, std::string> packed;
    for (fs::recursive_directory_iterator each(folder, failed), end; !failed && each != end;
         each.increment(failed)) {
        if (each->is_symlink() || !each->is_regular_file()) continue;
        const auto name = each->path().lexically_relative(folder).generic_string();
        const bool is_packed = name.ends_with(".gz");
        const auto type = type_of(
            is_packed ? std::string_view(name).substr(0, name.size() - 3) : std::string_view(name)
        );
        if (type.empty() || console.files_.size() + packed.size() >= file_count_max) continue;
        auto bytes = bytes_of(each->path());
        if (!bytes) continue;
        if (is_packed) {
            packed.emplace(name.substr(0, name.size() - 3), std::move(*bytes));
            continue;
        }
        auto tag = tag_of(*bytes);
        // Vite puts a hash of the bytes into the name of what it makes there.
        console.files_.emplace(
            name,
            File{
                .content_type = std::string(type),
                .bytes = std::move(*bytes),
                .tag = std::move(tag),
                .packed = {},
                .lasting = name.starts_with("assets/")
            }
        );
    }
    if (!console.files_.contains("index.html")) return {};
    for (auto& [name, bytes] : packed)
        if (const auto file = console.files_.find(name); file != console.files_.end())
            file->second.packed = std::move(bytes);
    return console;
}

std::optional<Answer> ConsoleFiles::answer(const Request& request, std::string_view path) const {
    if (path != "/" && path != "/console" && !path.starts_with(prefix)) return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = problem_answer(
            problems::wrong_method, phrase(
                                        "{1} is not possible at {2}; possible: {3}",
                                        quoted(request.method, 20), std::string(path), "GET, HEAD"
                                    )
        );
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    if (!path.starts_with(prefix)) return moved_to_console();

    Answer answer;
    protect(answer);
    const auto name = path.substr(prefix.size());
    auto found = files_.find(name);
    // A file that is gone must not be answered by a page: the browser would run it as a script.
    if (found == files_.end() && !name.starts_with("assets/")) found = files_.find("index.html");
    if (found == files_.end()) {
        answer.status = 404;
        answer.content_type = "text/html; charset=utf-8";
        answer.headers.emplace_back("Cache-Control", "no-cache");
        answer.body =
            files_.empty() ? not_built : "<!doctype html><title>Porteur</title><p>Not found</p>";
        return answer;
    }
    const auto& file = found->second;
    const bool packed = !file.packed.empty() && takes(request.field("accept-encoding"), "gzip");
    // One tag for one form: a cache may not give packed bytes out as plain ones.
    auto tag = file.tag;
    if (packed) tag.insert(tag.size() - 1, "-gz");
    answer.content_type = file.content_type;
    answer.headers.emplace_back("ETag", tag);
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    answer.headers.emplace_back(
        "Cache-Control", file.lasting ? "public, max-age=31536000, immutable" : "no-cache"
    );
    if (names(request.field("if-none-match"), tag)) {
        answer.status = 304;
        return answer;
    }
    if (packed) answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.body = packed ? file.packed : file.bytes;
    return answer;
}

}  // namespace porteur
