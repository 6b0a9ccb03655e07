// SPDX-License-Identifier: Apache-2.0
#include "carriers/encoding.hpp"

#include <gtest/gtest.h>

#include <array>

#include "carriers/multipart.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace carriers;

using ::testing::_;
using testing::FailsWith;
using ::testing::HasSubstr;

TEST(Base64, GivesTheTestVectorsOfRfc4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(PercentEncoded, KeepsOnlyTheUnreserved) {
    EXPECT_EQ(percent_encoded("aZ0-._~"), "aZ0-._~");
    EXPECT_EQ(percent_encoded("a b&c=+/é"), "a%20b%26c%3D%2B%2F%C3%A9");
}

TEST(FormDecoded, UndoesFormsAndLeavesBrokenEscapes) {
    EXPECT_EQ(form_decoded("a+b%26c%3d"), "a b&c=");
    EXPECT_EQ(form_decoded("100%"), "100%");
    EXPECT_EQ(form_decoded("%zz"), "%zz");
}

TEST(Wipe, LeavesNoByteInTheBuffer) {
    std::string secret = "a secret that is longer than the small buffer";
    const char* buffer = secret.data();
    const auto size = secret.size();
    wipe(secret);
    EXPECT_TRUE(secret.empty());
    // The buffer still belongs to the text; only its length is gone.
    secret.resize(size, '\0');
    EXPECT_EQ(secret.data(), buffer);
    EXPECT_EQ(secret, std::string(size, '\0'));
}

TEST(Fingerprint, TellsPiecesApartThatReadAlikeTogether) {
    const std::array<std::string_view, 2> one = {"ab", "c"};
    const std::array<std::string_view, 2> other = {"a", "bc"};
    EXPECT_NE(fingerprint(one), fingerprint(other));
    EXPECT_EQ(fingerprint(one).size(), 64U);
}

TEST(FieldValue, MayHaveNoControlByteButTheTab) {
    EXPECT_TRUE(is_field_value("a b\tc"));
    for (const char* value : {"a\r\nb", "a\nb", "a\x01", "a\x7F"})
        EXPECT_FALSE(is_field_value(value));
    EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

TEST(MultipartBody, IsTheSameForTheSameParts) {
    const std::vector<FormPart> parts = {
        {"note", "hello", "", ""}, {"loa", "%PDF-1.4", "loa \"1\".pdf", "application/pdf"}
    };
    const auto made = multipart_body(parts);
    ASSERT_TRUE(made);
    EXPECT_EQ(multipart_body(parts)->body, made->body);

    ASSERT_TRUE(made->content_type.starts_with("multipart/form-data; boundary="));
    const auto boundary =
        made->content_type.substr(std::string("multipart/form-data; boundary=").size());
    EXPECT_EQ(
        made->body,
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--" +
            boundary +
            "\r\nContent-Disposition: form-data; name=\"loa\"; filename=\"loa %221%22.pdf\""
            "\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n--" +
            boundary + "--\r\n"
    );
}

TEST(MultipartBody, RefusesNamesThatWouldBreakOutOfTheirLine) {
    EXPECT_THAT(
        multipart_body({{"loa\r\nX: y", "", "", ""}}), FailsWith(ErrorKind::invalid_input, _)
    );
    EXPECT_THAT(
        multipart_body({{"loa", "", "a\r\nb", ""}}), FailsWith(ErrorKind::invalid_input, _)
    );
    EXPECT_THAT(
        multipart_body({{"loa", "", "a", "a/b\r\n"}}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("media type"))
    );
}

}  // namespace
}  // namespace porteur
