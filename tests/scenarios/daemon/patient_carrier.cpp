// SPDX-License-Identifier: Apache-2.0
#include "patient_carrier.hpp"

#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace porteur::testing {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct PatientCarrier::Listener {
    asio::io_context io;
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
};

PatientCarrier::PatientCarrier(std::string name) : name_(std::move(name)), listener_(std::make_unique<Listener>()) {
    port_ = listener_->acceptor.local_endpoint().port();
    thread_ = std::thread([this] { serve(); });
}

PatientCarrier::~PatientCarrier() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        held_ = false;
    }
    moved_.notify_all();
    // A blocking accept ends when somebody comes.
    boost::system::error_code ignored;
    tcp::socket last(listener_->io);
    last.connect(listener_->acceptor.local_endpoint(), ignored);
    thread_.join();
    for (auto& each : threads_) each.join();
}

void PatientCarrier::hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
}

void PatientCarrier::let_go() {
    {
        const std::lock_guard lock(mutex_);
        held_ = false;
    }
    moved_.notify_all();
}

void PatientCarrier::throttle(int seconds) {
    const std::lock_guard lock(mutex_);
    throttled_ = seconds;
}

void PatientCarrier::remember() {
    const std::lock_guard lock(mutex_);
    remembers_ = true;
}

std::vector<std::string> PatientCarrier::asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
}

std::size_t PatientCarrier::asked(const std::string& what) {
    const auto all = asked();
    return static_cast<std::size_t>(std::ranges::count(all, what));
}

void PatientCarrier::serve() {
    for (;;) {
        auto socket = std::make_shared<tcp::socket>(listener_->io);
        boost::system::error_code failed;
        listener_->acceptor.accept(*socket, failed);
        const std::lock_guard lock(mutex_);
        if (stopping_ || failed) return;
        threads_.emplace_back([this, socket] { converse(socket); });
    }
}

/// One request for each connection.
void PatientCarrier::converse(std::shared_ptr<void> given) {
    auto& socket = *static_cast<tcp::socket*>(given.get());
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    boost::system::error_code failed;
    http::read(socket, buffer, request, failed);
    if (failed) return;
    const std::string method(request.method_string()), target(request.target());
    http::response<http::string_body> response(http::status::ok, 11);
    response.body() = answer_to(method, target.substr(0, target.find('?')));
    {
        const std::lock_guard lock(mutex_);
        if (throttled_ > 0) {
            response.result(http::status::too_many_requests);
            response.set(http::field::retry_after, std::to_string(throttled_));
        }
    }
    response.set(http::field::content_type, "application/json");
    response.keep_alive(false);
    response.prepare_payload();
    http::write(socket, response, failed);
}

std::string PatientCarrier::answer_to(const std::string& method, const std::string& path) {
    std::unique_lock lock(mutex_);
    asked_.push_back(method + " " + path);
    if (method == "GET" && path == "/numbers") return R"({"numbers":[{"number":"+14165550101","region":"ON","city":"Toronto"}]})";
    if (method == "POST" && path == "/orders") {
        moved_.wait(lock, [this] { return !held_; });
        took_ = took_ || throttled_ == 0;
        return R"({"id":")" + name_ + R"(-1","status":"pending"})";
    }
    if (path == "/orders" && remembers_ && took_) return R"({"orders":[{"id":")" + name_ + R"(-1","status":"pending"}]})";
    if (path == "/orders") return R"({"orders":[]})";
    return R"({"id":")" + path.substr(path.rfind('/') + 1) + R"(","status":"completed"})";
}

}  // namespace porteur::testing
