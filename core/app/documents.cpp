// SPDX-License-Identifier: Apache-2.0
#include "app/documents.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace porteur {

DocumentFolder::DocumentFolder(std::filesystem::path folder, const Sealing& sealing)
    : folder_(std::move(folder)), sealing_(sealing) {
    std::error_code ignored;  // what cannot be made is said when something is to be kept
    std::filesystem::create_directories(folder_, ignored);
}

Result<std::filesystem::path> DocumentFolder::place(const std::string& id) const {
    // Ids are ours; one that could lead out of the folder never was.
    const bool fits = !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '-';
    });
    if (!fits) return failure(ErrorKind::invalid_input, "there is no document " + quoted(id));
    return folder_ / (id + ".sealed");
}

Result<void> DocumentFolder::keep(const std::string& id, std::string_view bytes) const {
    const auto file = place(id);
    if (!file) return std::unexpected(file.error());
    const auto sealed = sealing_.close(bytes, "document|" + id);
    const std::string temporary = file->string() + ".new";
    const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const auto fail = [&] {
        const std::string why = std::strerror(errno);
        if (descriptor >= 0) close(descriptor);
        unlink(temporary.c_str());
        return failure(ErrorKind::unavailable, "the document cannot be kept in " + quoted(folder_.string()) + ": " + why);
    };
    if (descriptor < 0) return fail();
    std::string_view rest = sealed;
    while (!rest.empty()) {
        const auto written = write(descriptor, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return fail();
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(descriptor) != 0) return fail();
    close(descriptor);
    if (rename(temporary.c_str(), file->c_str()) != 0)
        return failure(ErrorKind::unavailable, "the document cannot be kept: " + std::string(std::strerror(errno)));
    // The name itself must survive too.
    const int folder = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) close(folder);
    if (!synced) return failure(ErrorKind::unavailable, "the documents folder cannot be synced");
    return {};
}

Result<std::string> DocumentFolder::bytes(const std::string& id) const {
    const auto file = place(id);
    if (!file) return std::unexpected(file.error());
    std::ifstream in(*file, std::ios::binary);
    if (!in) return failure(ErrorKind::invalid_input, "there is no document " + quoted(id));
    std::ostringstream text;
    text << in.rdbuf();
    return sealing_.open(text.str(), "document|" + id);
}

}  // namespace porteur
