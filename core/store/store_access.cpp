// SPDX-License-Identifier: Apache-2.0
#include "store/store_access.hpp"

#include "store/rows.hpp"

namespace porteur {

void keep_answer(soci::session& sql, const Seal& seal, const IdempotencyRecord& answer) {
    rows::change(
        sql,
        "insert into idempotency (tenant_id, idempotency_key, fingerprint, status, body, at) "
        "values (:tenant, :key, :fingerprint, :status, :body, :at)",
        rows::Values()
            .number(answer.tenant)
            .text(answer.key)
            .text(answer.fingerprint)
            .number(answer.status)
            .text(seal.close(answer.body, "idempotency|" + answer.key))
            .number(answer.at.time_since_epoch().count())
    );
}

}  // namespace porteur
