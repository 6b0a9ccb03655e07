// SPDX-License-Identifier: Apache-2.0
#include "settings/secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

std::unexpected<Error> refused(const SecretRef& secret, std::string_view text) {
    const auto where = secret.where.empty() ? std::string{} : secret.where + ": ";
    return failure(ErrorKind::unauthorized, fmt::format("{}{}", where, text));
}

struct File {
    int descriptor = -1;
    ~File() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

Result<std::string> read_all(const SecretRef& secret, const std::string& path, bool others_may) {
    // Not blocking, because opening a named pipe would wait for its writer for ever.
    const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat about{};
    if (file.descriptor < 0 || ::fstat(file.descriptor, &about) != 0)
        return refused(
            secret, phrase(
                        "the secret file {1} cannot be read: {2}; create it, readable only by the "
                        "user that runs porteurd",
                        porteur::quoted(path, 300), std::strerror(errno)
                    )
        );
    if (!S_ISREG(about.st_mode))
        return refused(
            secret,
            phrase("the secret file {1} is not a plain file", porteur::quoted(path, 300))
        );
    if (!others_may && (about.st_mode & 077) != 0)
        return refused(
            secret, phrase(
                        "the secret file {1} is open to others than its owner (mode {2}); run: "
                        "chmod 600 {3}",
                        porteur::quoted(path, 300), fmt::format("{:04o}", about.st_mode & 07777U),
                        path
                    )
        );

    std::string content;
    std::array<char, 4096> block{};
    for (;;) {
        const auto count = ::read(file.descriptor, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return refused(
                secret, phrase(
                            "the secret file {1} cannot be read: {2}", porteur::quoted(path, 300),
                            std::strerror(errno)
                        )
            );
        if (count == 0) break;
        content.append(block.data(), static_cast<std::size_t>(count));
        if (content.size() > secret_size_max_bytes)
            return refused(
                secret, phrase(
                            "the secret file {1} is longer than {2} bytes; is it the right file?",
                            porteur::quoted(path, 300), secret_size_max_bytes
                        )
            );
    }
    if (content.ends_with('\n')) content.pop_back();
    if (content.ends_with('\r')) content.pop_back();
    if (content.empty())
        return refused(
            secret, phrase(
                        "the secret file {1} is empty; put the secret in", porteur::quoted(path, 300)
                    )
        );
    return content;
}

Result<std::string> read_variable(const SecretRef& secret, const Environment& environment) {
    auto value = environment(secret.name);
    if (value && !value->empty()) return std::move(*value);
    return refused(
        secret,
        value ? phrase(
                    "the environment variable {1} is empty; set it before porteurd starts",
                    secret.name
                )
              : phrase(
                    "the environment variable {1} is not set; set it before porteurd starts",
                    secret.name
                )
    );
}

Result<std::string> read_credential(const SecretRef& secret, const Environment& environment) {
    const auto folder = environment("CREDENTIALS_DIRECTORY");
    if (!folder || folder->empty())
        return refused(
            secret, phrase(
                        "the credential {1} cannot be read: systemd gave none; add "
                        "LoadCredential={2}:PATH to the unit of porteurd; from a shell, run the command by systemd-run with the same",
                        porteur::quoted(secret.name), secret.name
                    )
        );
    // systemd mounts the folder for this unit alone; the mode of the files in it is systemd's
    // affair.
    return read_all(secret, *folder + "/" + secret.name, true);
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string{value};
}

Result<std::string> read_secret(const SecretRef& secret, const Environment& environment) {
    switch (secret.source) {
        case SecretRef::Source::file:
            return read_all(secret, secret.name, false);
        case SecretRef::Source::env:
            return read_variable(secret, environment);
        case SecretRef::Source::credential:
            return read_credential(secret, environment);
        case SecretRef::Source::none:
            break;
    }
    return refused(secret, phrase("no secret is named here"));
}

}  // namespace porteur
