// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed model that inputs and results of operations are made of.
#include <porteur/model/common.hpp>
#include <porteur/model/mail.hpp>
#include <porteur/model/port.hpp>
#include <porteur/model/purchase.hpp>
