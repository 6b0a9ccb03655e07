// SPDX-License-Identifier: Apache-2.0
#include "document_save.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>

namespace porteur::cli {
namespace {

Outcome<void> not_written(const std::string& path) {
    return trouble(
        ExitCode::usage, phrase("{1} cannot be written: {2}", quoted(path, 200), std::strerror(errno))
    );
}

Outcome<void> write_private(const std::string& path, std::string_view bytes) {
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return not_written(path);
    while (!bytes.empty()) {
        const auto count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const auto wrong = not_written(path);
            ::close(file);
            return wrong;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::close(file) != 0) return not_written(path);
    return {};
}

}  // namespace

Outcome<void> save_document(Session& session, const std::string& id, const std::string& path) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    auto answer = (*client)->ask("/v1/documents/" + encoded(id) + "/content");
    if (!answer) return passed_on(answer);
    if (answer->status != 200) return std::unexpected(trouble_of(*answer, (*client)->server()));
    if (path != "-") return write_private(path, answer->body);
    session.around().out << answer->body << std::flush;
    return {};
}

}  // namespace porteur::cli
