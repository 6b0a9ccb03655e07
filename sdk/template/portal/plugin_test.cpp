//@ SPDX-License-Identifier: Apache-2.0
// What a person is asked in each operation, and what becomes of the answer. No network is needed.
//@include common/asked_test.cpp
//@if submit_port purchase

// ------------------------------------------------------------- orders

struct Order {
    std::string submit, input, check;
};

const Order orders[] = {
//@if submit_port
    {"submit_port", port_order, "check_port"},
//@end
//@if purchase
    {"purchase", R"({"reference":"po-1","numbers":["+14165550101"]})", "check_purchase"},
//@end
};

TEST(Orders, AreHandedInByAPerson) {
    for (const auto& each : orders) {
        Script script(plugin, each.submit, each.input);
        script.expects_manual().is_answered("submitted", "7").ends_with(R"({"carrier_id":"7","state":"submitted"})");
        cut_everywhere(script);
        Script(plugin, each.submit, each.input)
            .expects_manual()
            .is_answered("refused", "not ours")
            .fails_with(ErrorKind::rejected, Reason::other, ::testing::HasSubstr("not ours"));
    }
}

TEST(Orders, AreFollowedByAPerson) {
    for (const auto& each : orders) {
        for (const std::string state : {"completed", "cancelled"})
            Script(plugin, each.check, order_at_carrier)
                .expects_manual()
                .named("look")
                .is_answered(state)
                .ends_with(R"({"carrier_id":"7","state":")" + state + R"("})");
        Script(plugin, each.check, order_at_carrier)
            .expects_manual()
            .is_answered("nothing_new")
            .ends_with(R"({"state":"submitted"})");
        Script(plugin, each.check, order_at_carrier)
            .expects_manual()
            .is_answered("refused", "no such order")
            .fails_with(ErrorKind::rejected, Reason::other);
    }
}
//@end
//@if purchase

TEST(Orders, AreAskedForTheNumbersThatCame) {
    Script(plugin, "check_purchase", R"({"reference":"po-1","carrier_id":"7"})")
        .expects_manual()
        .is_answered("completed")
        .expects_manual()
        .named("numbers")
        .is_answered("done", "+14165550101")
        .ends_with(R"({"numbers":[{"number":"+14165550101","state":"completed"}]})");
}
//@end
//@if supplement_port

TEST(SupplementPort, IsDoneByAPerson) {
    Script(plugin, "supplement_port", std::string(R"({"order":)") + order_at_carrier + R"(,"fields":["/pin"]})")
        .expects_manual()
        .named("correct")
        .is_answered("done")
        .ends_with(R"({"carrier_id":"7","state":"submitted"})");
}
//@end
//@if activate_port

TEST(ActivatePort, IsDoneByAPerson) {
    Script(plugin, "activate_port", order_at_carrier)
        .expects_manual()
        .named("activate")
        .is_answered("done")
        .ends_with(R"({"carrier_id":"7","state":"activating"})");
}
//@end
//@if cancel_port

TEST(CancelPort, IsDoneByAPerson) {
    Script(plugin, "cancel_port", order_at_carrier)
        .expects_manual()
        .named("cancel")
        .is_answered("done")
        .ends_with(R"({"carrier_id":"7","state":"cancelled"})");
}
//@end
//@if cancel_purchase

TEST(CancelPurchase, IsDoneByAPerson) {
    Script(plugin, "cancel_purchase", order_at_carrier)
        .expects_manual()
        .named("cancel")
        .is_answered("done")
        .ends_with(R"({"carrier_id":"7","state":"cancelled"})");
}
//@end
//@include common/left_test.cpp
