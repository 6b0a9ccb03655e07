// SPDX-License-Identifier: Apache-2.0
// Boost.JSON, compiled once for everything of this build that speaks JSON.
#include <boost/json/src.hpp>
