// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mail as a recipient's program sees it that is not ours: read_back.py, with Python's poplib and
// email.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <porteur/json.hpp>

#include "../../faults/program.hpp"
#include "support/mail_servers.hpp"

namespace porteur::testing {

/// What Python found, and the attached bytes in the order of the mails and of their files.
struct ReadBack {
    json::array mails;
    std::vector<std::vector<std::string>> files;

    /// The names of a mail's files, as a mail program shows them.
    std::vector<std::string> names(std::size_t mail = 0) const {
        std::vector<std::string> all;
        for (const auto& file : mails.at(mail).at("files").as_array())
            all.emplace_back(file.at("name").as_string());
        return all;
    }
    std::string text(const char* name, std::size_t mail = 0) const {
        return std::string(mails.at(mail).at(name).as_string());
    }
};

inline std::string bytes_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// @errors  std::runtime_error with what Python said
inline ReadBack read_back(std::vector<std::string> words) {
    const TemporaryFolder saved;
    words.insert(
        words.begin(),
        {"/usr/bin/env", "python3", PORTEUR_SOURCE_DIR "/tests/scenarios/mail/read_back.py"}
    );
    words.push_back(saved.path());
    ReadBack read;
    read.mails = json::parse(output_of(words)).as_array();
    for (std::size_t mail = 0; mail < read.mails.size(); ++mail) {
        auto& bytes = read.files.emplace_back();
        for (std::size_t file = 0; file < read.mails[mail].at("files").as_array().size(); ++file)
            bytes.push_back(bytes_of_file(
                std::filesystem::path(saved.path()) /
                (std::to_string(mail) + "-" + std::to_string(file))
            ));
    }
    return read;
}

/// Every mail of a mailbox, by POP3 over TLS.
inline ReadBack read_back_mailbox(const MailServers& servers, const std::string& mailbox) {
    const TemporaryFolder folder;
    const auto password = folder.path() + "/password";
    std::ofstream(password) << servers.password;
    return read_back({"pop3", std::to_string(servers.pop3s), servers.ca_file, mailbox, password});
}

/// One mail from its bytes.
inline ReadBack read_back_mail(const std::string& mail) {
    const TemporaryFolder folder;
    const auto file = folder.path() + "/mail";
    std::ofstream(file, std::ios::binary) << mail;
    return read_back({"file", file});
}

}  // namespace porteur::testing
