// SPDX-License-Identifier: Apache-2.0
// A mail that was given up is taken back: the kernel does not go on sending it for minutes.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <string>
#include <thread>

#include "mail/smtp.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

TEST(GivenUpMail, IsTakenBackAndDoesNotArriveLater) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&place), size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&place), &size);
    std::promise<void> given_up;
    int why = 0;
    std::thread server([&] {
        const int peer = ::accept(listener, nullptr, nullptr);
        const auto say = [&](std::string_view text) { (void)::send(peer, text.data(), text.size(), MSG_NOSIGNAL); };
        say("220 here\r\n");
        std::string line;
        for (char letter = 0; ::recv(peer, &letter, 1, 0) == 1;) {
            line += letter;
            if (letter != '\n') continue;
            const bool data = line.starts_with("DATA");
            say(data ? "354 go on\r\n" : "250 ok\r\n");
            line.clear();
            if (data) break;
        }
        // Takes nothing until the sender has given up; then whatever there is.
        given_up.get_future().get();
        char piece[65536];
        for (;;) {
            const auto count = ::recv(peer, piece, sizeof piece, 0);
            if (count > 0) continue;
            why = count == 0 ? 0 : errno;
            break;
        }
        ::close(peer);
    });
    SmtpSettings settings;
    settings.server = {.host = "127.0.0.1", .port = ntohs(place.sin_port), .security = MailSecurity::plaintext_loopback};
    settings.command_timeout = 5s;
    settings.data_timeout = 200ms;
    settings.final_timeout = 200ms;
    std::string mail = "Subject: long\r\n\r\n";
    while (mail.size() < (16U << 20U)) mail += std::string(900, 'm') + "\r\n";
    const auto report = send_mail(settings, {.from = "a@x.example", .to = {"b@x.example"}, .archive_copy = "", .envid = ""}, mail, {});
    given_up.set_value();
    server.join();
    ::close(listener);
    ASSERT_TRUE(report.error);
    EXPECT_EQ(report.error->kind, ErrorKind::in_doubt) << report.error->message;
    EXPECT_EQ(why, ECONNRESET) << "all that the kernel had still came";
}

}  // namespace
}  // namespace porteur
