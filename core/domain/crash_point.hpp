// SPDX-License-Identifier: Apache-2.0
#pragma once

// Named places where the fault tests let the process die, and deliberate defects that show that those
// tests see. Nothing is left of either in a build without PORTEUR_CRASH_POINTS.

#ifdef PORTEUR_CRASH_POINTS

#include <string_view>

namespace porteur {

/// Called at every crash point that the process passes; the fault tests set it, and it may not return.
using CrashHook = void (*)(std::string_view name);
inline CrashHook crash_hook = nullptr;

/// The defect that this process has; none unless a fault test says so.
inline std::string_view defect;

}  // namespace porteur

#define PORTEUR_CRASH_POINT(name)                                      \
    do {                                                               \
        if (::porteur::crash_hook != nullptr) ::porteur::crash_hook(name); \
    } while (false)
#define PORTEUR_HAS_DEFECT(name) (::porteur::defect == (name))

#else
#define PORTEUR_CRASH_POINT(name) \
    do {                          \
    } while (false)
#define PORTEUR_HAS_DEFECT(name) false
#endif
