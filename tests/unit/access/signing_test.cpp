// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "access/signing.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using testing::Gives;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// RFC 4231, test case 2.
TEST(Signing, SignsWithHmacSha256InEveryEncoding) {
    const auto sign = [](std::string_view encoding) {
        return signature_of("hmac-sha256", encoding, "Jefe", "what do ya want for nothing?");
    };
    EXPECT_THAT(sign("hex"), Gives(std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")));
    EXPECT_THAT(sign("base64"), Gives(std::string("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=")));
    EXPECT_THAT(sign("base64url"), Gives(std::string("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM")));
}

// RFC 2202, test case 2.
TEST(Signing, SignsWithHmacSha1) {
    EXPECT_THAT(signature_of("hmac-sha1", "hex", "Jefe", "what do ya want for nothing?"),
                Gives(std::string("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")));
}

TEST(Signing, SignsWithRsaSoThatThePublicKeyAgrees) {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    BIO* out = BIO_new(BIO_s_mem());
    ASSERT_EQ(PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr), 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out, &text);
    const auto signature = signature_of("rsa-sha256", "base64", std::string_view(text, static_cast<std::size_t>(size)), "order 17");
    BIO_free(out);
    ASSERT_TRUE(signature) << signature.error().message;
    unsigned char raw[512];
    ASSERT_EQ(EVP_DecodeBlock(raw, reinterpret_cast<const unsigned char*>(signature->data()), static_cast<int>(signature->size())), 258);
    const auto agrees = [&](std::string_view bytes) {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
        const int found = EVP_DigestVerify(context, raw, 256, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        EVP_MD_CTX_free(context);
        return found == 1;
    };
    EXPECT_TRUE(agrees("order 17"));
    EXPECT_FALSE(agrees("order 18"));
    EVP_PKEY_free(key);
}

TEST(Signing, RefusesWhatItDoesNotKnowWithoutTellingTheSecret) {
    const auto quiet = Not(HasSubstr("s3cret"));
    EXPECT_THAT(signature_of("md5", "hex", "s3cret", "a"), FailsWith(ErrorKind::unsupported, AllOf(HasSubstr("md5"), quiet)));
    EXPECT_THAT(signature_of("hmac-sha1", "base58", "s3cret", "a"), FailsWith(ErrorKind::unsupported, AllOf(HasSubstr("base58"), quiet)));
    EXPECT_THAT(signature_of("rsa-sha256", "hex", "s3cret", "a"), FailsWith(ErrorKind::unauthorized, AllOf(HasSubstr("RSA"), quiet)));
}

}  // namespace
}  // namespace porteur
