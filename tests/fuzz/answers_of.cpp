// SPDX-License-Identifier: Apache-2.0
// Compiled once for each plugin: where its fixtures and the words of its carrier stand.
#include "talk.hpp"

namespace porteur::fuzz {
const char* const plugin_folder = PORTEUR_FUZZ_FOLDER;
}
