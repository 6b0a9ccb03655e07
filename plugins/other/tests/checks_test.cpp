// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Problem> problems(const json::object& given, const std::string& with = settings()) {
    Script script(other(), "validate", canonical(given), with);
    return script.result<Findings>().problems;
}
auto problem(std::string field, Reason reason) {
    return AllOf(
        Field(&Problem::field, field), Field(&Problem::reason, reason),
        Field(&Problem::blocking, true)
    );
}
/// The settings with a data file of this one item.
std::string asking(const std::string& item) {
    return settings_with(R"({"carriers":{"openphone":{"name":"O","items":[)" + item + "]}}}");
}

TEST(Validate, FindsNothingWrongWithACompleteOrder) { EXPECT_THAT(problems(order()), IsEmpty()); }

TEST(Validate, FindsEachThingThatTheDataFileAsksFor) {
    const auto found = problems({});
    EXPECT_THAT(found, Contains(problem("/numbers", Reason::none)));
    EXPECT_THAT(found, Contains(problem("/pin", Reason::pin_required)));
    EXPECT_THAT(found, Contains(problem("/account_number", Reason::account_number_required)));
    EXPECT_THAT(found, Contains(problem("/end_user/name", Reason::name_mismatch)));
    EXPECT_THAT(found, Contains(problem("/service_address", Reason::address_required)));
    EXPECT_THAT(found, Contains(problem("/documents", Reason::documents_required)));
    EXPECT_EQ(found.size(), 6u);
}

TEST(Validate, RefusesANumberThatTheCarrierDoesNotTake) {
    auto given = order();
    given["numbers"].as_array().push_back("+33123456789");
    EXPECT_THAT(problems(given), Contains(problem("/numbers/2", Reason::unsupported_by_gaining)));
}

TEST(Validate, WantsTheDayOfADocumentThatMayBeTooOld) {
    auto given = order();
    given["documents"].as_array()[0].as_object().erase("issued_on");
    EXPECT_THAT(problems(given), Contains(problem("/documents", Reason::documents_required)));
}

TEST(Validate, HoldsATextAgainstItsPattern) {
    const auto with = asking(
        R"({"code":"account","kind":"text","field":"/account_number","label_en":"Account","pattern":"[0-9]{8}"})"
    );
    EXPECT_THAT(problems(order(), with), Contains(problem("/account_number", Reason::other)));
    auto given = order();
    given["account_number"] = "12345678";
    EXPECT_THAT(problems(given, with), IsEmpty());
}

TEST(Validate, DoesNotInsistOnWhatIsNotRequired) {
    const auto with = asking(
        R"({"code":"btn","kind":"text","field":"/btn","label_en":"BTN","required":false},
           {"code":"loa","kind":"document","document":"loa","label_en":"LOA","required":false})"
    );
    EXPECT_THAT(problems(order(), with), IsEmpty());
}

TEST(Validate, WantsALetterWhereTheDataFileDoes) {
    const auto with =
        asking(R"({"code":"loa","kind":"document","document":"loa","label_en":"LOA"})");
    EXPECT_THAT(problems(order(), with), Contains(problem("/documents", Reason::loa_required)));
}

}  // namespace
}  // namespace porteur::testkit
