// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything a plugin's author writes with. The host's side of the contract is plugin.h.
#include <porteur/boundary.hpp>
#include <porteur/effects.hpp>
#include <porteur/failure.hpp>
#include <porteur/http.hpp>
#include <porteur/json.hpp>
#include <porteur/json_at.hpp>
#include <porteur/model.hpp>
#include <porteur/op.hpp>
#include <porteur/result.hpp>
