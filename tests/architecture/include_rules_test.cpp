// SPDX-License-Identifier: Apache-2.0
#include "include_rules.hpp"

#include <gmock/gmock.h>

namespace porteur::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(IncludeRules, LetACoreFolderIncludeDomainAndItself) {
    const Tree tree{file_of(
        "core/mail/smtp.cpp",
        "#include \"mail/smtp.hpp\"\n#include \"domain/order.hpp\"\n#include <porteur/result.hpp>\n"
        "#include \"encoding.hpp\"\n"
    )};
    EXPECT_THAT(wrong_includes_in_core(tree), IsEmpty());
}

TEST(IncludeRules, RefuseSiblingsInCoreAndNameTheLine) {
    const Tree tree{
        file_of("core/mail/smtp.cpp", "#include <string>\n\n#  include \"carriers/client.hpp\"\n")
    };
    EXPECT_THAT(
        wrong_includes_in_core(tree),
        ElementsAre(
            HasSubstr("core/mail/smtp.cpp:3: core/mail may not include \"carriers/client.hpp\"")
        )
    );
}

TEST(IncludeRules, RefuseWhatIsAboveAndWhatClimbs) {
    const Tree tree{
        file_of("core/domain/order.hpp", "#include \"app/wiring.hpp\"\n"),
        file_of("core/store/x.cpp", "#include \"../domain/order.hpp\"\n")
    };
    EXPECT_THAT(wrong_includes_in_core(tree), SizeIs(2));
}

TEST(IncludeRules, LetTheAppSeeAllOfCore) {
    const Tree tree{
        file_of("core/app/main.cpp", "#include \"store/x.hpp\"\n#include \"mail/smtp.hpp\"\n")
    };
    EXPECT_THAT(wrong_includes_in_core(tree), IsEmpty());
}

TEST(IncludeRules, LetAPluginIncludeTheSdkAndItself) {
    const Tree tree{
        file_of("plugins/acme/src/wire.hpp", ""),
        file_of("plugins/acme/src/wire.cpp", "#include \"wire.hpp\"\n#include <porteur/op.hpp>\n"),
        file_of(
            "plugins/acme/tests/wire_test.cpp", "#include <gtest/gtest.h>\n#include \"wire.hpp\"\n"
        )
    };
    EXPECT_THAT(wrong_includes_in_plugins(tree), IsEmpty());
}

TEST(IncludeRules, RefuseAPluginThatIncludesTheCoreAnotherPluginOrALibrary) {
    const Tree tree{
        file_of("plugins/other/src/codes.hpp", ""), file_of(
                                                        "plugins/acme/src/wire.cpp",
                                                        "#include \"domain/order.hpp\"\n"
                                                        "#include \"codes.hpp\"\n"
                                                        "#include <boost/asio.hpp>\n"
                                                        "#include <gtest/gtest.h>\n"
                                                    )
    };
    EXPECT_THAT(wrong_includes_in_plugins(tree), SizeIs(4));
}

TEST(IncludeRules, KeepTheSdkAlone) {
    const Tree tree{file_of(
        "sdk/include/porteur/x.hpp",
        "#include <porteur/op.hpp>\n#include <boost/json/value.hpp>\n#include <fmt/format.h>\n"
    )};
    EXPECT_THAT(wrong_includes_in_sdk(tree), ElementsAre(HasSubstr("x.hpp:3: ")));
}

TEST(IncludeRules, KeepTheSimulatorsAlone) {
    const Tree tree{
        file_of("tools/simulators/mail/sink.hpp", ""), file_of(
                                                           "tools/simulators/thinktel/main.cpp",
                                                           "#include \"mail/sink.hpp\"\n"
                                                           "#include <boost/beast/core.hpp>\n"
                                                           "#include <porteur/result.hpp>\n"
                                                           "#include \"domain/order.hpp\"\n"
                                                           "#include <porteur/simulator/clock.hpp>\n"
                                                           "#include \"kit/router.hpp\"\n"
                                                       ),
        file_of("sdk/simulator/kit/x.cpp", "#include <porteur/simulator.hpp>\n#include <porteur/json.hpp>\n")
    };
    EXPECT_THAT(
        wrong_includes_in_simulators(tree),
        ElementsAre(HasSubstr("main.cpp:3: "), HasSubstr("main.cpp:4: "), HasSubstr("x.cpp:2: "))
    );
}

TEST(IncludeRules, LetTheCommandLineIncludeOfTheCoreTheTongueAndTheReaderOfCallsAlone) {
    const Tree tree{
        file_of("tools/porteur/session.cpp", "#include \"tongue/tongue.hpp\"\n#include \"domain/order.hpp\"\n"),
        file_of("tools/porteur/calls.cpp", "#include \"tables/call_reader.hpp\"\n#include \"tables/import_reader.hpp\"\n"),
        file_of("tools/porteur/tests/x_test.cpp", "#include \"domain/order.hpp\"\n")
    };
    EXPECT_THAT(
        wrong_includes_in_command_line(tree), ElementsAre(HasSubstr("session.cpp:2: "), HasSubstr("calls.cpp:2: "))
    );
}

TEST(IncludeRules, RefuseHeavyHeadersInHeadersOnly) {
    const Tree tree{
        file_of("core/api/server.hpp", "#include <boost/beast/http/read.hpp>\n"),
        file_of("core/store/x.hpp", "#include <soci/soci.h>\n"),
        file_of("core/store/x.cpp", "#include <soci/soci.h>\n"),
        file_of("tools/simulators/kit.hpp", "#include <boost/beast/http/read.hpp>\n")
    };
    EXPECT_THAT(
        heavy_includes_in_headers(tree),
        ElementsAre(HasSubstr("core/api/server.hpp:1: "), HasSubstr("core/store/x.hpp:1: "))
    );
}

TEST(IncludeRules, CountSourcesWithBeastOutsideTestsAndSimulators) {
    const Tree tree{
        file_of("core/api/a.cpp", "#include <boost/beast/http.hpp>\n"),
        file_of(
            "core/api/b.cpp", "#include <boost/beast/http.hpp>\n#include <boost/beast/core.hpp>\n"
        ),
        file_of("tests/unit/api/a_test.cpp", "#include <boost/beast/http.hpp>\n"),
        file_of("sdk/simulator/kit/server.cpp", "#include <boost/beast/http.hpp>\n"),
        file_of("tools/simulators/kit.cpp", "#include <boost/beast/http.hpp>\n")
    };
    EXPECT_THAT(too_many_beast_sources(tree, 2), IsEmpty());
    EXPECT_THAT(too_many_beast_sources(tree, 1), SizeIs(2));
}

}  // namespace
}  // namespace porteur::architecture
