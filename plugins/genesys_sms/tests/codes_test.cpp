// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <gtest/gtest.h>

namespace genesys {
namespace {

using namespace porteur;

TEST(Codes, OfAPurchaseHaveCanonicalReasons) {
    const std::pair<const char*, Reason> rows[] = {
        {"phone.number.unavailable", Reason::number_taken},
        {"phone.number.duplicate", Reason::duplicate_order},
        {"unexpected.phone.number.type", Reason::service_type_wrong},
        {"requires.an.address", Reason::address_required},
        {"requires.local.address", Reason::address_required},
        {"requires.verified.identity.document", Reason::documents_required},
        {"phone.number.requires.a.bundle", Reason::documents_required},
        {"invalid.short.code.operation", Reason::unsupported_by_gaining},
        {"invalid.address", Reason::address_mismatch},
        {"recipient.has.flow", Reason::cannot_change_now},
        {"constraint.validation", Reason::other},
        {"", Reason::other},
    };
    for (const auto& [code, reason] : rows) EXPECT_EQ(reason_of(code), reason) << code;
}

TEST(States, AreReadInUpperCaseAsBodiesHaveThem) {
    EXPECT_EQ(state_of("ACTIVE", "", ""), OrderState::completed);
    EXPECT_EQ(state_of("ACTIVE", "Completed", "Create"), OrderState::completed);
    EXPECT_EQ(state_of("ACTIVE", "Running", "Update"), OrderState::activating);
    EXPECT_EQ(state_of("ACTIVE", "Running", "Delete"), OrderState::cancel_pending);
    EXPECT_EQ(state_of("INITIATED", "Running", "Create"), OrderState::submitted);
    EXPECT_EQ(state_of("INITIATED", "Failed", "Create"), OrderState::rejected);
    EXPECT_EQ(state_of("PENDING", "", ""), OrderState::submitted);
    EXPECT_EQ(state_of("PORTING", "", ""), OrderState::activating);
    EXPECT_EQ(state_of("PENDING_CANCELLATION", "", ""), OrderState::cancel_pending);
    EXPECT_EQ(state_of("INVALID", "", ""), OrderState::rejected);
    EXPECT_THROW(state_of("active", "", ""), Failure);
}

}  // namespace
}  // namespace genesys
