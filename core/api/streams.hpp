// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers that are made while they are sent: each on a thread of its own, which reads the store and
// never waits for a peer with one of its connections in hand. Between that thread and the
// connection lie a few pieces, so that a long list needs no more memory than a short one.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "api/request.hpp"

namespace porteur {

/// The end of a stream where its bytes are made. Given to one thread at a time.
class StreamSink {
public:
    virtual ~StreamSink() = default;
    /// Hands bytes on, and waits while more than a few pieces lie there. @return false: nobody
    /// wants more; the maker ends
    virtual bool put(std::string bytes) = 0;
    /// Whether nobody wants more. @threads any
    virtual bool is_over() const = 0;
};

/// The threads that make streamed answers.
///
/// @threads any
class Streams {
public:
    /// What makes one answer. Its error ends the connection in the middle, unless it comes before
    /// the first bytes.
    using Maker = std::function<Result<void>(StreamSink&)>;

    /// @param at_once_max  how much may be under way at once, by weight
    /// @param ahead_max    bytes that may lie between a maker and its reader
    Streams(std::size_t at_once_max, std::size_t ahead_max)
        : at_once_max_(at_once_max), ahead_max_(ahead_max) {}
    /// Waits for the makers; those whose reader has gone end soon.
    ~Streams();
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    /// Begins to make an answer. @return null: there are as many as there may be
    std::shared_ptr<ByteStream> begin(std::size_t weight, Maker maker);

    /// What is under way, by weight.
    std::size_t under_way() const;

private:
    class Pipe;
    class Reader;
    struct Work {
        std::thread thread;
        bool done = false;
    };
    void join_done();

    std::size_t at_once_max_;
    std::size_t ahead_max_;
    mutable std::mutex mutex_;
    std::size_t under_way_ = 0;
    std::list<Work> works_;
};

}  // namespace porteur
