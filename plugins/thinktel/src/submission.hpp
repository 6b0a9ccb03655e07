// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// Submits a port, once, by the procedure of its target. See submission.cpp for the method.
porteur::Op<porteur::PortProgress> submit_port(porteur::PortOrder order);

}  // namespace thinktel
