// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "mail/smtp.hpp"

namespace porteur {

/// Kept connections that serve nobody now.
/// @threads any
class SmtpPool {
public:
    /// One that was given back, or a new one, which is not open yet.
    SmtpLink take() {
        const std::lock_guard lock(mutex_);
        if (links_.empty()) return {};
        auto link = std::move(links_.back());
        links_.pop_back();
        return link;
    }
    void give_back(SmtpLink link) {
        if (!link.is_open()) return;
        const std::lock_guard lock(mutex_);
        links_.push_back(std::move(link));
    }

private:
    std::mutex mutex_;
    std::vector<SmtpLink> links_;
};

}  // namespace porteur
