// SPDX-License-Identifier: Apache-2.0
#include "access/totp.hpp"

#include <gtest/gtest.h>

#include <set>

namespace porteur {
namespace {

// "12345678901234567890", the secret of the RFC's examples.
constexpr std::string_view secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

TEST(Totp, gives_the_codes_of_the_RFC) {
    // RFC 6238, appendix B: eight digits there, of which the last six are these.
    for (const auto& [second, code] :
         {std::pair<std::int64_t, const char*>{59, "287082"},
          {1111111109, "081804"},
          {1111111111, "050471"},
          {1234567890, "005924"},
          {2000000000, "279037"},
          {20000000000, "353130"}})
        EXPECT_EQ(totp_code(secret, second / 30), code) << second;
    EXPECT_EQ(
        totp_step_at(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::seconds(59))), 1
    );
}

TEST(Totp, takes_the_code_of_the_step_before_and_after_and_no_other) {
    for (const std::int64_t away : {-2, -1, 0, 1, 2}) {
        const auto found = totp_step_of(totp_code(secret, 1000 + away), secret, 1000, 0);
        if (away >= -1 && away <= 1)
            EXPECT_EQ(found, 1000 + away);
        else
            EXPECT_FALSE(found) << away;
    }
    for (const char* wrong : {"", "12345", "1234567", "000000", "abcdef"})
        EXPECT_FALSE(totp_step_of(wrong, secret, 1000, 0)) << wrong;
    EXPECT_FALSE(totp_step_of("", "not base 32!", 1000, 0)) << "no secret, no code";
}

TEST(Totp, takes_no_code_twice_nor_one_from_before_it) {
    const auto code = totp_code(secret, 1000);
    EXPECT_EQ(totp_step_of(code, secret, 1000, 999), 1000);
    EXPECT_FALSE(totp_step_of(code, secret, 1000, 1000));
    EXPECT_FALSE(totp_step_of(totp_code(secret, 999), secret, 1000, 1000));
}

TEST(Totp, makes_secrets_that_an_authenticator_reads) {
    const auto one = make_totp_secret(), other = make_totp_secret();
    EXPECT_EQ(one.size(), 32u);
    EXPECT_NE(one, other);
    EXPECT_EQ(totp_code(one, 7).size(), 6u);
    EXPECT_EQ(
        totp_uri("ABC", "alice@example.com"),
        "otpauth://totp/Porteur:alice%40example.com?secret=ABC&issuer=Porteur"
    );
}

TEST(RecoveryCodes, are_ten_different_ones_and_known_however_they_are_written) {
    const auto codes = make_recovery_codes();
    EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), 10u);
    for (const auto& code : codes) {
        EXPECT_EQ(code.size(), 14u);
        EXPECT_EQ(code[4], '-');
    }
    EXPECT_EQ(hash_of_recovery_code("f3k9-2mxp-7qwd"), hash_of_recovery_code("F3K9 2mxp7qwd"));
    EXPECT_NE(hash_of_recovery_code("f3k9-2mxp-7qwd"), hash_of_recovery_code("f3k9-2mxp-7qwe"));
}

}  // namespace
}  // namespace porteur
