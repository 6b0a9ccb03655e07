// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names as ThinkTel lists them and as persons write them: "Montréal, QC" is "montreal qc".

#include <string>
#include <string_view>

namespace thinktel {

/// Letters and digits only, small and without the accents of French: "Bell Canada Inc." and
/// "bell canada inc" are the same, and so are "Vidéotron" and "VIDEOTRON". @threads any
std::string folded(std::string_view name);

/// Whether both are the same name; an empty one is no name. @threads any
bool same_name(std::string_view left, std::string_view right);

}  // namespace thinktel
