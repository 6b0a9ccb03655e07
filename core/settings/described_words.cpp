// SPDX-License-Identifier: Apache-2.0
#include "settings/described_words.hpp"

#include "settings/toml_reader.hpp"

namespace porteur {
namespace {

void read_word(TableReader& in, DescribedWord& word) {
    in.need("means", R"("...", what it is taken for)");
    in.need("test", R"("Suite.Name", the test that tries it)");
    in.text("means", word.means);
    in.text("test", word.test);
}

}  // namespace

void read_words(TableReader& in, std::vector<DescribedWord>& words) {
    in.free("words", [&](TableReader& kinds, std::string_view kind) {
        kinds.free(kind, [&](TableReader& of_kind, std::string_view word) {
            auto& described = words.emplace_back();
            described.kind = kind;
            described.word = word;
            of_kind.table(word, described, read_word);
        });
    });
}

Result<std::vector<DescribedWord>> words_in_descriptor(
    std::string_view toml, std::string_view where
) {
    // A section of a library may be filled up with zeros.
    toml = toml.substr(0, toml.find_last_not_of('\0') + 1);
    const auto root = parse_toml(toml, where);
    if (!root) return std::unexpected(root.error());
    // What is wrong with it has been said where the descriptor was read.
    TomlReading reading{std::string(where), {}};
    TableReader in{reading, &*root, ""};
    std::vector<DescribedWord> words;
    read_words(in, words);
    return words;
}

}  // namespace porteur
