// SPDX-License-Identifier: Apache-2.0
#include "domain/audit.hpp"

#include "domain/json_text.hpp"

namespace porteur {
namespace {

void append_value(std::string& out, std::string_view json) {
    out += json.empty() ? std::string_view("null") : json;
}

}  // namespace

void append_audit_text(std::string& out, std::int64_t position, const AuditEntry& entry) {
    out += "{\"action\":";
    append_json_text(out, entry.action);
    out += ",\"address\":";
    append_json_text(out, entry.address);
    out += ",\"after\":";
    append_value(out, entry.after);
    out += ",\"at\":";
    append_json_number(out, entry.at.time_since_epoch().count());
    out += ",\"before\":";
    append_value(out, entry.before);
    out += ",\"home\":";
    append_json_number(out, entry.home);
    out += ",\"kind\":";
    append_json_text(out, entry.kind);
    out += ",\"n\":";
    append_json_number(out, position);
    out += ",\"object\":";
    append_json_text(out, entry.object);
    out += ",\"person\":";
    append_json_number(out, entry.person);
    out += ",\"tenant\":";
    append_json_number(out, entry.tenant);
    out += ",\"who\":";
    append_json_text(out, entry.who);
    out += '}';
}

std::string audit_text(std::int64_t position, const AuditEntry& entry) {
    std::string out;
    append_audit_text(out, position, entry);
    return out;
}

}  // namespace porteur
