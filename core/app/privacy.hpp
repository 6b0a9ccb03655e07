// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace porteur {

/// Keeps what this process knows to itself: no core file is written of it, no other process of the same user may trace it or
/// read its memory, and /proc/PID/environ does not show the environment that it was started with, where secrets may stand
/// ({ env = "..." }). getenv() goes on as before, and children get the same environment.
///
/// What cannot be done is left: a kernel that refuses is no reason not to start.
/// @threads  before any other is started, once
void keep_memory_private();

}  // namespace porteur
