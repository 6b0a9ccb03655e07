// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "carriers/exchange.hpp"

namespace porteur::carriers {

/// Reads HTTP/1 answers from bytes as they arrive (Beast's parser, kept out of this header).
///
/// Interim answers (1xx) are skipped; trailers are read and dropped; names come out in lower case.
///
/// @threads one at a time
class AnswerParser {
public:
    enum class State {
        more,       ///< not complete yet
        complete,   ///< take() may be called
        broken,     ///< not HTTP, or framed in two contradicting ways
        too_large,  ///< headers or body over their limit
    };

    AnswerParser(std::size_t header_size_max, std::size_t body_size_max);
    ~AnswerParser();

    /// Begins a new answer. @param to_head  the request was a HEAD: no body follows the headers
    void start(bool to_head);

    /// Takes bytes in. @param consumed  how many were used; the rest must be given again with more
    State put(std::string_view bytes, std::size_t& consumed);

    /// The peer closed: completes an answer that is framed by the close, and only such.
    State finish();

    /// Whether the connection may be used again; only after `complete`.
    [[nodiscard]] bool keep_alive() const;
    /// What is wrong with a broken answer, in the parser's words.
    [[nodiscard]] std::string problem() const;
    HttpAnswer take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace porteur::carriers
