// SPDX-License-Identifier: Apache-2.0
#include "templates.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <stdexcept>
#include <vector>

namespace porteur::plugin_tool {
namespace {

using Files = std::map<std::string, std::string_view>;

/// The words of a line that is a mark: {"if", "purchase"} of "//@if purchase".
std::optional<std::vector<std::string>> mark_on(std::string_view line) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == line.npos) return std::nullopt;
    line.remove_prefix(begin);
    std::size_t length = 0;
    for (const std::string_view start : {"//@", "#@", "<!--@"})
        if (line.starts_with(start)) length = start.size();
    if (length == 0) return std::nullopt;
    line.remove_prefix(length);
    std::vector<std::string> words;
    while (!line.empty()) {
        const auto end = std::min(line.find(' '), line.size());
        if (end > 0) words.emplace_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// A line, or what may go out again because nothing uses it.
struct Line {
    std::string text;
    std::size_t block = 0;  ///< 0: stays
};

bool is_of_a_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_';
}

bool says(std::string_view line, std::string_view word) {
    for (auto at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool begins = at == 0 || !is_of_a_name(line[at - 1]);
        const bool ends =
            !is_of_a_name(word.back()) || end == line.size() || !is_of_a_name(line[end]);
        if (begins && ends) return true;
    }
    return false;
}

class Filling {
public:
    Filling(const Files& files, const TemplateValues& values) : files_(files), values_(values) {}

    void add(const std::string& path) {
        const auto file = files_.find(path);
        if (file == files_.end()) throw std::runtime_error("there is no template " + path);
        const auto depth = open_.size();
        auto rest = file->second;
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            add_line(rest.substr(0, end), path);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (open_.size() != depth) throw std::runtime_error(path + ": an @if or @used has no @end");
    }

    std::string text() {
        while (drop_unused()) {
        }
        std::string out;
        for (const auto& line : lines_) {
            // What was left out may leave two empty lines, or one at the beginning.
            if (line.text.empty() && (out.empty() || out.ends_with("\n\n"))) continue;
            out += line.text + "\n";
        }
        return out;
    }

private:
    struct Open {
        bool stays;
        std::size_t block;
    };

    void add_line(std::string_view raw, const std::string& path) {
        const auto mark = mark_on(raw);
        const auto here = open_.empty() ? Open{true, 0} : open_.back();
        if (!mark) {
            if (here.stays) add_text(std::string(raw), here.block);
            return;
        }
        const auto word = mark->empty() ? std::string() : mark->front();
        const std::vector<std::string> words(mark->begin() + (mark->empty() ? 0 : 1), mark->end());
        if (word == "if") {
            const bool wanted = std::ranges::any_of(words, [&](const auto& each) {
                return values_.chosen.contains(each);
            });
            open_.push_back({here.stays && wanted, here.block});
        } else if (word == "used") {
            used_by_.push_back(words);
            open_.push_back({here.stays, used_by_.size()});
        } else if (word == "end") {
            if (open_.empty()) throw std::runtime_error(path + ": @end without @if or @used");
            open_.pop_back();
        } else if (word == "include") {
            if (here.stays) add(words.at(0));
        }
    }

    void add_text(std::string text, std::size_t block) {
        for (const auto& [name, value] : values_.texts) {
            // A value of several lines keeps the indent of its place.
            const auto indent =
                std::string(std::min(text.find_first_not_of(' '), text.size()), ' ');
            auto indented = value;
            replace_all(indented, "\n", "\n" + indent);
            replace_all(text, "@" + name + "@", indented);
        }
        lines_.push_back({std::move(text), block});
    }

    /// @return whether a block went out
    bool drop_unused() {
        for (std::size_t block = 1; block <= used_by_.size(); ++block) {
            const auto is_in_block = [&](const Line& line) { return line.block == block; };
            if (std::ranges::none_of(lines_, is_in_block)) continue;
            const bool used = std::ranges::any_of(lines_, [&](const Line& line) {
                return !is_in_block(line) &&
                       std::ranges::any_of(used_by_[block - 1], [&](const auto& word) {
                           return says(line.text, word);
                       });
            });
            if (used) continue;
            lines_.remove_if(is_in_block);
            return true;
        }
        return false;
    }

    const Files& files_;
    const TemplateValues& values_;
    std::vector<Open> open_;
    std::vector<std::vector<std::string>> used_by_;  ///< the words of block N at N - 1
    std::list<Line> lines_;
};

}  // namespace

std::string filled_in(const Files& files, const std::string& path, const TemplateValues& values) {
    Filling filling(files, values);
    filling.add(path);
    return filling.text();
}

}  // namespace porteur::plugin_tool
