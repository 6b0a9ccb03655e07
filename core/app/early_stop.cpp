// SPDX-License-Identifier: Apache-2.0
#include "app/early_stop.hpp"

#include <csignal>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace porteur {

EarlyStop::EarlyStop(std::function<void()> stop) : stop_(std::move(stop)) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGTERM, SIGINT}) sigaddset(&signals, each);
    signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
    wake_ = eventfd(0, EFD_CLOEXEC);
    // Without descriptors the start fails by itself before long, and says so.
    if (signals_ >= 0 && wake_ >= 0) thread_ = std::thread([this] { listen(); });
}

EarlyStop::~EarlyStop() {
    work_begins();
    if (thread_.joinable()) {
        eventfd_write(wake_, 1);
        thread_.join();
    }
    for (const int each : {signals_, wake_})
        if (each >= 0) close(each);
}

void EarlyStop::work_begins() {
    const std::lock_guard lock(mutex_);
    working_ = true;
}

void EarlyStop::listen() {
    pollfd wait[] = {{signals_, POLLIN, 0}, {wake_, POLLIN, 0}};
    while (poll(wait, 2, -1) < 0) continue;
    // The signal is not read: it stays pending for the wait that follows the start.
    const std::lock_guard lock(mutex_);
    if (!working_ && (wait[0].revents & POLLIN) != 0) stop_();
}

}  // namespace porteur
