// SPDX-License-Identifier: Apache-2.0
#include "settings/secret.hpp"

#include <sys/stat.h>

#include <map>

#include "support/result_matchers.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace porteur::testing;

constexpr auto here = "config/carriers/acme.toml:9:14: auth_token";

SecretRef in_file(const std::filesystem::path& file) {
    return {SecretRef::Source::file, file.string(), here, {}};
}
SecretRef in_variable(const std::string& name) { return {SecretRef::Source::env, name, here, {}}; }
SecretRef in_credential(const std::string& name) {
    return {SecretRef::Source::credential, name, here, {}};
}

Environment environment_of(std::map<std::string, std::string> variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

TEST(ReadSecret, TakesAFileWithoutTheLineBreakAtItsEnd) {
    const TemporaryFolder folder;
    EXPECT_THAT(read_secret(in_file(folder.write("a", "hunter2"))), Gives("hunter2"));
    EXPECT_THAT(read_secret(in_file(folder.write("b", "hunter2\n"))), Gives("hunter2"));
    EXPECT_THAT(read_secret(in_file(folder.write("c", "hunter2\r\n"))), Gives("hunter2"));
    EXPECT_THAT(read_secret(in_file(folder.write("d", " hunter2 \n\n"))), Gives(" hunter2 \n"));
}

TEST(ReadSecret, ReadsTheFileAnewSoThatRotatingNeedsNoRestart) {
    const TemporaryFolder folder;
    const auto secret = in_file(folder.write("a", "old\n"));
    EXPECT_THAT(read_secret(secret), Gives("old"));
    folder.write("a", "new\n");
    EXPECT_THAT(read_secret(secret), Gives("new"));
}

TEST(ReadSecret, RefusesAFileThatOthersMayReadAndSaysWhatToRun) {
    const TemporaryFolder folder;
    const auto file = folder.write("token", "hunter2\n");
    for (const mode_t mode : {0640, 0604, 0620, 0610}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        EXPECT_THAT(
            read_secret(in_file(file)),
            FailsWith(
                ErrorKind::unauthorized,
                AllOf(
                    HasSubstr(here), HasSubstr("run: chmod 600 " + file.string()),
                    Not(HasSubstr("hunter2"))
                )
            )
        ) << std::oct
          << mode;
    }
    ASSERT_EQ(::chmod(file.c_str(), 0400), 0);
    EXPECT_THAT(read_secret(in_file(file)), Gives("hunter2"));
}

TEST(ReadSecret, RefusesAFileThatIsAbsentEmptyTooLongOrNoFile) {
    const TemporaryFolder folder;
    const auto fails = [](const char* text) {
        return FailsWith(ErrorKind::unauthorized, AllOf(HasSubstr(here), HasSubstr(text)));
    };
    EXPECT_THAT(read_secret(in_file(folder.path() / "no")), fails("No such file or directory"));
    EXPECT_THAT(read_secret(in_file(folder.write("empty", "\n"))), fails("is empty"));
    const std::string long_text(secret_size_max_bytes + 1, 'x');
    EXPECT_THAT(read_secret(in_file(folder.write("long", long_text))), fails("is longer than"));
    EXPECT_THAT(read_secret(in_file(folder.path())), fails("is not a plain file"));
    const auto pipe = folder.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(read_secret(in_file(pipe)), fails("is not a plain file"));
}

TEST(ReadSecret, TakesAnEnvironmentVariable) {
    const auto environment = environment_of({{"ACME_TOKEN", "hunter2"}, {"EMPTY", ""}});
    EXPECT_THAT(read_secret(in_variable("ACME_TOKEN"), environment), Gives("hunter2"));
    EXPECT_THAT(
        read_secret(in_variable("EMPTY"), environment),
        FailsWith(ErrorKind::unauthorized, HasSubstr("variable EMPTY is empty"))
    );
    EXPECT_THAT(
        read_secret(in_variable("ABSENT"), environment),
        FailsWith(ErrorKind::unauthorized, HasSubstr("variable ABSENT is not set"))
    );
}

TEST(ReadSecret, TakesASystemdCredential) {
    const TemporaryFolder folder;
    folder.write("acme", "hunter2\n");
    const auto environment = environment_of({{"CREDENTIALS_DIRECTORY", folder.path().string()}});
    EXPECT_THAT(read_secret(in_credential("acme"), environment), Gives("hunter2"));
    EXPECT_THAT(
        read_secret(in_credential("other"), environment),
        FailsWith(ErrorKind::unauthorized, HasSubstr("No such file or directory"))
    );
    EXPECT_THAT(
        read_secret(in_credential("acme"), environment_of({})),
        FailsWith(ErrorKind::unauthorized, HasSubstr("LoadCredential=acme:PATH"))
    );
}

TEST(ReadSecret, RefusesAReferenceThatNamesNothing) {
    EXPECT_THAT(
        read_secret(SecretRef{}), FailsWith(ErrorKind::unauthorized, HasSubstr("no secret"))
    );
}

}  // namespace
}  // namespace porteur
