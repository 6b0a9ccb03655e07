// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace porteur::test {

/// A certificate authority of the test's own, made anew on each run.
class Authority {
public:
    explicit Authority(const std::string& name);
    ~Authority();

    /// A server's context with a certificate for one name or address ("DNS:a.example",
    /// "IP:127.0.0.1").
    [[nodiscard]] boost::asio::ssl::context server_for(const std::string& subject) const;

    /// Its certificate as a PEM file that lives as long as the authority.
    [[nodiscard]] const std::string& file() const { return file_; }

private:
    struct Keys;
    std::unique_ptr<Keys> keys_;
    std::string file_;
};

}  // namespace porteur::test
