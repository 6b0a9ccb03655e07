//@ SPDX-License-Identifier: Apache-2.0
// What is mailed to the desk, and what a person is asked. No mail server is needed.
//@include common/asked_test.cpp
//@if submit_port purchase

// ------------------------------------------------------------- orders, by mail

constexpr auto settings = R"({"desk_address":"desk@@host@.example"})";

struct MailedOperation {
    std::string name, input, step, state;
};

const MailedOperation mailed_operations[] = {
//@if submit_port
    {"submit_port", port_order, "ask-desk", "submitted"},
//@end
//@if supplement_port
    {"supplement_port", std::string(R"({"order":)") + order_at_carrier + R"(,"corrected":)" + port_order + "}",
     "correct-desk", "supplement_pending"},
//@end
//@if cancel_port
    {"cancel_port", order_at_carrier, "cancel-desk", "cancel_pending"},
//@end
//@if activate_port
    {"activate_port", order_at_carrier, "activate-desk", "activating"},
//@end
//@if purchase
    {"purchase", R"({"reference":"po-1","numbers":["+14165550101"]})", "ask-desk", "in_review"},
//@end
//@if cancel_purchase
    {"cancel_purchase", order_at_carrier, "cancel-desk", "cancel_pending"},
//@end
};

TEST(MailedOperations, WriteToTheDesk) {
    for (const auto& each : mailed_operations) {
        Script script(plugin, each.name, each.input, settings);
        script.expects_mail("desk@@host@.example")
            .named(each.step)
            .once()
            .is_taken("<1@porteur.example>")
            .ends_with(R"({"state":")" + each.state + R"("})");
        cut_everywhere(script);
    }
}

TEST(MailedOperations, StayInDoubtWhenTheMailMayHaveLeft) {
    for (const auto& each : mailed_operations)
        Script(plugin, each.name, each.input, settings)
            .expects_mail("desk@@host@.example")
            .in_doubt()
            .fails_with(ErrorKind::in_doubt);
}

struct FollowedOrder {
    std::string check, begins;
};

const FollowedOrder followed_orders[] = {
//@if submit_port
    {"check_port", "submitted"},
//@end
//@if purchase
    {"check_purchase", "in_review"},
//@end
};

TEST(FollowedOrders, StandAsTheDesksMailsSay) {
    for (const auto& each : followed_orders) {
        Script(plugin, each.check, order_at_carrier).ends_with(R"({"state":")" + each.begins + R"("})");
        Script(
            plugin, each.check,
            R"({"carrier_id":"7","numbers":["+14165550101"],"kept":{"state":"submitted","mail":{"state":"completed"}}})"
        ).ends_with(R"({"carrier_id":"7","state":"completed"})");
    }
}
//@end
//@if purchase

TEST(MailedOperations, SayHowManyNumbersWhereAnOrderNamesNone) {
    Script(plugin, "purchase", R"({"reference":"po-1","country":"CA","area":"416","quantity":2,"end_user":{"name":"Bakery"}})", settings)
        .expects_mail("desk@@host@.example")
        .named("ask-desk")
        .with_text("Please give Bakery 2 numbers of 416, CA\n")
        .is_taken("<1@porteur.example>")
        .ends_with(R"({"state":"in_review"})");
}

TEST(FollowedOrders, AreAskedForTheNumbersThatCame) {
    Script(plugin, "check_purchase", R"({"carrier_id":"7","kept":{"mail":{"state":"completed"}}})")
        .expects_manual()
        .named("numbers")
        .is_answered("done", "+14165550101")
        .ends_with(R"({"numbers":[{"number":"+14165550101","state":"completed"}]})");
}
//@end
//@include common/left_test.cpp
