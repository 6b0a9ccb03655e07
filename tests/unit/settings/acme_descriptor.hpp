// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string_view>

#include "settings/descriptor_toml.hpp"

namespace porteur::testing {

/// PLUGIN_CONTRACT.md's example with a setting of every type.
inline constexpr std::string_view acme_toml = R"(schema = 1
id = "acme"
name = "ACME Telecom"
version = "1.0.0"
abi = "0.0"
countries = ["US", "CA"]
links = { home = "https://acme.example", api = "https://acme.example/docs" }
base_url = "https://api.{region}.acme.example/v2"
auth = { scheme = "basic", user = "account_sid", password = "auth_token" }
[settings.region]
type = "text"
default = "us"
help = "Region of the account"
help_fr = "Région du compte"
[settings.quantity]
type = "integer"
default = 10
min = 1
max = 30
help = "Numbers shown for one search"
[settings.test]
type = "boolean"
help = "Orders are not carried out"
[settings.patience]
type = "duration"
default = "1m"
max = "1h"
help = "How long a reservation is kept"
[settings.language]
type = "choice"
allowed = ["en", "fr"]
help = "Language of the carrier's mails"
[settings.trunks]
type = "list"
allowed = ["voice", "sms"]
help = "What the trunks carry"
[operations.purchase]
idempotency = "query"
settle = "30s"
lookup_step = "find-order"
typical = "30s"
worst = "2d"
[operations.release_numbers]
idempotency = "key"
key = { header = "Idempotency-Key" }
window = "24h"
[operations.search_numbers]
[operations.validate]
pure = true
[secrets.account_sid]
help = "Account SID from the console"
[secrets.auth_token]
help = "Auth token; rotating it needs no restart"
[secrets.webhook_key]
help = "Signs webhooks"
optional = true
[http]
hosts = ["api.{region}.acme.example"]
rate = "10/s"
timeout = "20s"
retry = { on = ["safe"], times = 3, first = "2s", max = "30s" }
response_size_max = "1MiB"
[mail]
addresses = ["ports@acme.example"]
domains = ["mail.acme.example"]
[inbound.webhook]
verify = "hmac-sha256"
header = "X-Acme-Signature"
secret = "webhook_key"
[[limitation]]
text = "API access needs a prepaid balance of 50 USD"
since = "2026-03"
[[exempt]]
rule = "sandbox"
reason = "ACME has none"
[data]
documents = { FR = ["kbis"], CA = [] }
)";

/// Throws where it should not: a test that uses it then fails with the findings.
inline Descriptor parsed(std::string_view toml) {
    auto descriptor = parse_descriptor(toml, "acme.so#descriptor");
    if (!descriptor) throw std::runtime_error{descriptor.error().message};
    return std::move(*descriptor);
}

inline Descriptor acme() { return parsed(acme_toml); }

}  // namespace porteur::testing
