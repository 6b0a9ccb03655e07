// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

namespace porteur::testing {

/// What a forked process that goes on with the program does first: libsodium's generator, which sealing takes its nonces from,
/// ends a process that did not seed it itself. @source libsodium documentation, "Generating random data": randombytes_stir()
inline void after_fork() { randombytes_stir(); }

}  // namespace porteur::testing
