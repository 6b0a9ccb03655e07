// SPDX-License-Identifier: Apache-2.0
// Changes conversations where it tells: a value of an answer, a status, an answer left out or given
// twice. Blind changes of bytes would for the most part give JSON that no parser takes.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <porteur/json.hpp>

#include "talk.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace porteur::fuzz {
namespace {

using Random = std::minstd_rand;

std::size_t below(Random& random, std::size_t count) { return count == 0 ? 0 : random() % count; }

/// What the plugin's tests have of its carrier: whole answers, and the words that its tables know.
struct Known {
    std::vector<std::string> answers, words;
};

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

const Known& known() {
    static const auto read = [] {
        Known made;
        std::error_code none;
        std::vector<std::filesystem::path> files;
        for (const auto& each : std::filesystem::directory_iterator(
                 std::string(plugin_folder) + "/tests/fixtures", none
             ))
            files.push_back(each.path());
        std::ranges::sort(files);
        for (const auto& each : files) made.answers.push_back(content_of(each));
        // "PENDING" = { means = ..., test = ... }
        std::ifstream words(std::string(plugin_folder) + "/words.toml");
        for (std::string line; std::getline(words, line);)
            if (line.starts_with('"')) made.words.push_back(line.substr(1, line.find('"', 1) - 1));
        if (made.answers.empty()) made.answers.emplace_back("{}");
        if (made.words.empty()) made.words.emplace_back("done");
        return made;
    }();
    return read;
}

std::string mutated_bytes(std::string text, std::size_t more = 64) {
    const auto size = text.size();
    text.resize(size + more);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
    return text;
}

json::value some_value(Random& random) {
    static constexpr std::string_view texts[] = {
        "",
        " ",
        "0",
        "-1",
        "null",
        "true",
        "2026-02-30",
        "2026-11-26T12:00:00Z",
        "0001-01-01T00:00:00",
        "99999-12-31",
        "+14165550199",
        "4165550199",
        "416-555-01",
        "\u00e9\u6f22\U0001F4DE",
        "..",
        "a/b?c#d",
        "\r\nX: y",
        "\"",
        "\\",
        "<b>",
        "%00",
        "T-1",
        "1e999",
    };
    switch (below(random, 12)) {
        case 0:
            return nullptr;
        case 1:
            return random() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(random() % 1000);
        case 3:
            return std::numeric_limits<std::int64_t>::min();
        case 4:
            return std::numeric_limits<std::uint64_t>::max();
        case 5:
            return -1;
        case 6:
            return 1e300;
        case 7:
            return json::object();
        case 8:
            return json::array();
        case 9:
            return json::string(1 + below(random, 400), 'x');
        case 10:
            return json::string(texts[below(random, std::size(texts))]);
        default:
            return json::string(known().words[below(random, known().words.size())]);
    }
}

void collect(json::value& from, std::vector<json::value*>& all) {
    all.push_back(&from);
    if (auto* object = from.if_object())
        for (auto& pair : *object) collect(pair.value(), all);
    if (auto* array = from.if_array())
        for (auto& each : *array) collect(each, all);
}

void mutate(json::value& document, Random& random) {
    std::vector<json::value*> all;
    collect(document, all);
    auto& at = *all[below(random, all.size())];
    const auto what = below(random, 6);
    if (auto* array = at.if_array(); array && !array->empty() && what < 4) {
        const auto index = static_cast<std::ptrdiff_t>(below(random, array->size()));
        if (what == 0) return void(array->erase(array->begin() + index));
        if (what == 1) return std::swap((*array)[static_cast<std::size_t>(index)], array->back());
        const json::value copy = (*array)[static_cast<std::size_t>(index)];
        for (auto left = what == 2 ? 1 : below(random, 70); left > 0; --left)
            array->push_back(copy);
        return;
    }
    if (auto* object = at.if_object(); object && !object->empty() && what < 3) {
        const auto pair =
            object->begin() + static_cast<std::ptrdiff_t>(below(random, object->size()));
        if (what == 0) return void(object->erase(pair));
        pair->value() = some_value(random);
        return;
    }
    if (at.is_string() && what < 3) {
        auto text = mutated_bytes(std::string(at.get_string()), 8);
        if (parse_json(canonical(json::value(json::string(text))))) at = json::string(text);
        return;
    }
    if (at.is_int64() && what < 3) {
        at = what == 0   ? at.get_int64() / 2
             : what == 1 ? static_cast<std::int64_t>(below(random, 4))
                         : -(at.get_int64() / 3);
        return;
    }
    if (what == 5) {  // a value from elsewhere in the answer
        const json::value copy = *all[below(random, all.size())];
        at = copy;
        return;
    }
    at = some_value(random);
}

void mutate_text(std::string& text, Random& random, bool only_json) {
    auto value = parse_json(text);
    if (!value || (!only_json && random() % 16 == 0)) {
        if (!only_json) text = mutated_bytes(text);
        return;
    }
    for (auto left = 1 + below(random, 3); left > 0; --left) mutate(*value, random);
    text = json::serialize(*value);
}

void mutate_head(Said& said, Random& random) {
    static constexpr std::int64_t statuses[] = {200, 200, 200, 201, 202, 204, 206, 301, 400, 401,
                                                403, 404, 404, 409, 410, 422, 423, 429, 500, 503};
    auto head = parse_json(said.head);
    if (!head || !head->is_object()) head = json::object();
    if (random() % 2 == 0)
        head->get_object()["status"] = statuses[below(random, std::size(statuses))];
    else
        mutate(*head, random);
    said.head = json::serialize(*head);
}

void mutate(Talk& talk, Random& random) {
    const auto what = below(random, 16);
    if (what == 0) return mutate_text(talk.input, random, true);
    if (talk.said.empty() || what == 1) {
        Said more;
        more.head = R"({"status":200})";
        more.body = known().answers[below(random, known().answers.size())];
        talk.said.insert(
            talk.said.begin() + static_cast<std::ptrdiff_t>(below(random, talk.said.size() + 1)),
            std::move(more)
        );
        return;
    }
    const auto index = below(random, talk.said.size());
    auto& said = talk.said[index];
    switch (what) {
        case 2:
            said.kind = static_cast<ErrorKind>(below(random, PORTEUR_KIND_INTERNAL + 1));
            return;
        case 3:
            said.kind = ErrorKind::none;
            return mutate_head(said, random);
        case 4:
            said.which = below(random, 8);
            return;
        case 5:
            if (random() % 8 == 0) said.again = !said.again;
            return;
        case 6:
            talk.said.erase(talk.said.begin() + static_cast<std::ptrdiff_t>(index));
            return;
        case 7:
            if (talk.said.size() < 40)
                talk.said.insert(
                    talk.said.begin() + static_cast<std::ptrdiff_t>(index), Said(said)
                );
            return;
        case 8:
            return std::swap(talk.said[index], talk.said[below(random, talk.said.size())]);
        case 9:
            said.body = known().answers[below(random, known().answers.size())];
            return;
        case 10:
            said.body.resize(below(random, said.body.size() + 1));
            return;
        default:
            return mutate_text(said.body, random, false);
    }
}

std::size_t write(const Talk& talk, std::uint8_t* into, std::size_t room, std::size_t size) {
    const auto bytes = write_talk(talk);
    if (bytes.size() > room) return size;
    std::ranges::copy(bytes, into);
    return bytes.size();
}

}  // namespace
}  // namespace porteur::fuzz

using namespace porteur::fuzz;

extern "C" std::size_t LLVMFuzzerCustomMutator(
    std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed
) {
    Random random(seed);
    auto talk = read_talk({reinterpret_cast<const char*>(data), size});
    for (auto left = 1 + below(random, 3); left > 0; --left) mutate(talk, random);
    return write(talk, data, max_size, size);
}

// The answers of one conversation in another.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(
    const std::uint8_t* data, std::size_t size, const std::uint8_t* other, std::size_t other_size,
    std::uint8_t* out, std::size_t out_max, unsigned seed
) {
    Random random(seed);
    auto talk = read_talk({reinterpret_cast<const char*>(data), size});
    const auto second = read_talk({reinterpret_cast<const char*>(other), other_size});
    for (const auto& each : second.said)
        if (random() % 2 == 0)
            talk.said.insert(
                talk.said.begin() +
                    static_cast<std::ptrdiff_t>(below(random, talk.said.size() + 1)),
                each
            );
    return write(talk, out, out_max, 0);
}
