// SPDX-License-Identifier: Apache-2.0
#include "app/postgres_programs.hpp"

#include <sys/stat.h>

#include "app/child_program.hpp"
#include "settings/secret.hpp"

namespace porteur {
namespace {

Result<void> run_program(const std::vector<std::string>& words, const SecretRef& password) {
    std::map<std::string, std::string> environment;
    if (password) {
        auto value = read_secret(password);
        if (!value) return std::unexpected(std::move(value).error());
        environment["PGPASSWORD"] = std::move(*value);
    }
    const auto ended = run_child(words, environment);
    if (!ended) return failure(ErrorKind::unavailable, ended.error().message + "; install postgresql-client");
    if (ended->status != 0)
        return failure(ErrorKind::unavailable, words.front() + " ended with " + std::to_string(ended->status) + ": " + ended->output);
    return {};
}

}  // namespace

Result<void> dump_database(const std::string& url, const SecretRef& password, const std::string& snapshot, const std::filesystem::path& to) {
    auto done = run_program({"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password", "--snapshot=" + snapshot,
                             "--file=" + to.string(), "--dbname=" + url},
                            password);
    if (done) ::chmod(to.c_str(), 0600);
    return done;
}

Result<void> fill_database(const std::string& url, const SecretRef& password, const std::filesystem::path& from) {
    // Comments on extensions belong to whoever made those, often somebody else.
    return run_program({"pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-comments", "--no-password",
                        "--dbname=" + url, from.string()},
                       password);
}

Result<void> list_dump(const std::filesystem::path& file) { return run_program({"pg_restore", "--list", file.string()}, {}); }

}  // namespace porteur
