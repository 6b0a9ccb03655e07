// SPDX-License-Identifier: Apache-2.0
#include "app/privacy.hpp"

#include <cstring>
#include <vector>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace porteur {
namespace {

/// The kernel shows the bytes in which the environment was handed over, whatever setenv() does later: so it moves, and they are
/// wiped. What libraries have read of it, such as an address in the old place, they have read before main() as copies.
void move_environment() {
    // Never freed: getenv() hands out addresses in it for as long as the process lives.
    static auto& fresh = *new std::vector<char*>;
    static auto& kept = *new std::vector<char*>;  // unsetenv() takes them out of the other, where somebody may still look at them
    for (char** each = ::environ; each != nullptr && *each != nullptr; ++each) {
        char* copy = ::strdup(*each);
        if (copy == nullptr) return;
        fresh.push_back(copy);
        kept.push_back(copy);
    }
    char** const handed_over = ::environ;
    const auto count = fresh.size();
    fresh.push_back(nullptr);
    ::environ = fresh.data();
    for (std::size_t at = 0; at < count; ++at) ::explicit_bzero(handed_over[at], std::strlen(handed_over[at]));
}

}  // namespace

void keep_memory_private() {
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    move_environment();
}

}  // namespace porteur
