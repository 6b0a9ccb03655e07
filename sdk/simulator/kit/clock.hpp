// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/simulator/clock.hpp>
