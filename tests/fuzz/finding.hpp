// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace porteur::fuzz {

/// Ends the program as a sanitizer would: libFuzzer then keeps the bytes that led here.
[[noreturn]] inline void finding(const std::string& what) {
    std::fprintf(stderr, "finding: %s\n", what.c_str());
    std::abort();
}

/// What has to hold whatever the bytes were.
inline void must(bool holds, std::string_view what) {
    if (!holds) finding(std::string(what));
}

}  // namespace porteur::fuzz

/// What libFuzzer calls with each input. Declared here, because nobody includes it from elsewhere.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);
