// SPDX-License-Identifier: Apache-2.0
#include "store/phone_book.hpp"

#include <porteur/json.hpp>

#include "store/rows.hpp"

namespace porteur {
namespace {

using rows::Row;
using rows::Values;

std::string place_of(Id user) { return "phone_lines.password|" + std::to_string(user); }

AuditEntry record(
    const ChangeBy& by, std::string_view action, Id user, std::string before, std::string after
) {
    return {
        .at = by.at,
        .who = by.who,
        .person = by.person,
        .home = by.home,
        .tenant = by.home,
        .action = std::string(action),
        .kind = "user",
        .object = id_text(user),
        .before = std::move(before),
        .after = std::move(after),
        .address = by.address
    };
}

json::object audit_of(const PhoneLine& line) {
    return {
        {"phone", line.phone},
        {"sip_user", line.sip_user},
        {"has_password", !line.password.empty()},
        {"call_back", line.call_back}
    };
}

PhoneLine read_line(soci::session& sql, const Seal& seal, Id user) {
    PhoneLine out;
    rows::read(
        sql, "select phone, sip_user, password, call_back from phone_lines where user_id = :id",
        "tttt", Values().number(user),
        [&](const Row& row) {
            out.phone = row[0].text;
            out.sip_user = row[1].text;
            if (!row[2].text.empty()) {
                auto opened = seal.open(row[2].text, place_of(user));
                if (!opened)
                    throw std::runtime_error(
                        "the password of a telephone: " + opened.error().message
                    );
                out.password = std::move(*opened);
            }
            out.call_back = row[3].text;
        }
    );
    return out;
}

/// On SQLite whoever has read cannot write once somebody else has, so the right to write is taken
/// first.
void begin_writing(soci::session& sql) {
    rows::change(sql, "update audit_head set count = count where id = 1");
}

}  // namespace

Result<PhoneLine> PhoneBook::line(Id user) {
    return asked<PhoneLine>(access_, [&](soci::session& sql) {
        return read_line(sql, access_.seal(), user);
    });
}

Result<void> PhoneBook::set_line(const ChangeBy& by, Id user, const PhoneLine& line) {
    return access_.change_with([&](soci::session& sql) {
        begin_writing(sql);
        const auto before = read_line(sql, access_.seal(), user);
        rows::change(sql, "delete from phone_lines where user_id = :id", Values().number(user));
        rows::change(
            sql,
            "insert into phone_lines (user_id, phone, sip_user, password, call_back, updated_at) "
            "values (:id, :phone, :sip_user, :password, :call_back, :updated)",
            Values()
                .number(user)
                .text(line.phone)
                .text(line.sip_user)
                .text(
                    line.password.empty() ? std::string()
                                          : access_.seal().close(line.password, place_of(user))
                )
                .text(line.call_back)
                .number(by.at.time_since_epoch().count())
        );
        auto after = audit_of(line);
        after["password_changed"] = before.password != line.password;
        append_audit(
            sql,
            record(by, "user.phone_changed", user, canonical(audit_of(before)), canonical(after))
        );
    });
}

Result<void> PhoneBook::note_call(
    const ChangeBy& by, Id user, const std::string& said,
    const std::optional<IdempotencyRecord>& answer
) {
    return access_.change_with([&](soci::session& sql) {
        begin_writing(sql);
        append_audit(sql, record(by, "user.call_back_wanted", user, {}, said));
        if (answer) keep_answer(sql, access_.seal(), *answer);
    });
}

Result<void> PhoneBook::note_outcome(
    const ChangeBy& by, Id user, const std::string& said,
    const std::optional<IdempotencyRecord>& answer
) {
    return access_.change_with([&](soci::session& sql) {
        begin_writing(sql);
        append_audit(sql, record(by, "user.call_back_wanted", user, {}, said));
        if (!answer) return;
        rows::change(
            sql, "delete from idempotency where tenant_id = :tenant and idempotency_key = :key",
            Values().number(answer->tenant).text(answer->key)
        );
        keep_answer(sql, access_.seal(), *answer);
    });
}

}  // namespace porteur
