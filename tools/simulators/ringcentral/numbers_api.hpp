// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inventory.hpp"
#include "kit/carrier.hpp"

namespace porteur::sim {

/// An error body as both versions of the API have it.
Answer ringcentral_error(int status, std::string_view code, const std::string& message);

/// The routes for numbers: v1 and v2 lists, bulk additions, assignment, exchange, deletion.
/// @threads one
class NumbersApi {
public:
    explicit NumbersApi(World world) : world_(world) {}

    /// @param account_uri  absolute, for the links of v1
    Answer list_v1(const Request& request, const std::string& account_uri);
    Answer one_v1(const std::string& id, const std::string& account_uri);
    Answer list_v2(const Request& request);
    Answer bulk_add(const json::value& body);
    Answer bulk_add_task(const std::string& task_id);
    Answer assign(const std::string& id, const json::value& body);
    Answer replace(const std::string& id, const json::value& body);
    Answer remove(const json::value& body);

    RingcentralInventory& inventory() { return inventory_; }
    void reset();

private:
    struct Task {
        Instant made;
        json::value result;
    };
    RingcentralNumber* find_by_text(const std::string& id);
    json::object add_one(const std::string& number);

    World world_;
    RingcentralInventory inventory_;
    std::map<std::string, Task> tasks_;
};

}  // namespace porteur::sim
