// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pause between two looks at something outside that tells nobody when it changes: a database server
// that has not noticed yet that its client is dead, a daemon that is not up again. Every loop around it
// has a condition and a limit.

#include <chrono>

#include <poll.h>

namespace porteur::testing {

inline void look_again_in(std::chrono::milliseconds pause) { ::poll(nullptr, 0, static_cast<int>(pause.count())); }

}  // namespace porteur::testing
