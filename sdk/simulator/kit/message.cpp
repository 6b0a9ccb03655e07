// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <boost/json/serialize.hpp>

#include "encoding.hpp"

namespace porteur::sim {

std::string_view Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

std::optional<std::string> Request::asked(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::vector<std::string> Request::asked_all(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& [key, value] : query) {
        if (key == name) found.push_back(value);
    }
    return found;
}

void set_target(Request& request, std::string target) {
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    request.query.clear();
    if (mark != std::string::npos) {
        request.query = decode_form(std::string_view(target).substr(mark + 1));
    }
    request.target = std::move(target);
}

Answer answer_json(int status, const json::value& value) {
    Answer answer;
    answer.status = status;
    answer.body = json::serialize(value);
    return answer;
}

}  // namespace porteur::sim
