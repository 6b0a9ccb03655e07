// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace porteur {

/// SHA-256 over parts, each with its length before it, so that no two lists of parts are alike.
/// @threads one at a time
class Fingerprint {
public:
    Fingerprint();
    ~Fingerprint();
    Fingerprint(const Fingerprint&) = delete;
    Fingerprint& operator=(const Fingerprint&) = delete;

    void part(std::string_view bytes);
    /// More bytes of the last part, without a length: for a stream, which comes last.
    void stream(std::string_view bytes);
    /// Lower-case hex. Once.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace porteur
