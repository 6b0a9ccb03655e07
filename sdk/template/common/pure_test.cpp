//@ SPDX-License-Identifier: Apache-2.0
//@if requirements

TEST(Requirements, AskForTheAccountNumber) {
    Script(plugin, "requirements", R"({"action":"port_in"})")
        .ends_with(R"({"items":[{"code":"account_number","field":"/account_number"}]})");
}
//@end
//@if validate

TEST(Validate, MissesTheAccountNumber) {
    Script(plugin, "validate", R"({"reference":"po-1"})")
        .ends_with(R"({"problems":[{"field":"/account_number","reason":"ACCOUNT_NUMBER_REQUIRED"}]})");
}
//@end
//@if split

TEST(Split, KeepsTollFreeNumbersApart) {
    Script(plugin, "split", R"({"numbers":["+14165550101","+18005550101"]})")
        .ends_with(R"([{"numbers":["+14165550101"]},{"numbers":["+18005550101"]}])");
}
//@end
//@if read_mail

TEST(ReadMail, ReadsThatAnOrderIsCompleted) {
    Script(plugin, "read_mail", R"({"subject":"Order 7","text":"Your order has been completed."})")
        .ends_with(R"({"state":"completed","certain":false})");
}

TEST(ReadMail, LeavesWhatItDoesNotRecogniseToAPerson) {
    const auto reading = Script(plugin, "read_mail", R"({"text":"Happy new year!"})").result<MailReading>();
    EXPECT_FALSE(reading.state);
}
//@end
//@if read_webhook

TEST(ReadWebhook, ReadsWhichOrderItIsAbout) {
    Script(plugin, "read_webhook", R"({"reference":"po-1","status":"completed"})")
        .ends_with(R"({"about":"po-1","state":"completed"})");
}
//@end
