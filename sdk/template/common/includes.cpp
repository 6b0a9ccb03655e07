//@ SPDX-License-Identifier: Apache-2.0
//@used DiscoveryList
#include <porteur/model/discovery.hpp>
//@end
#include <porteur/sdk.hpp>
//@used std::ranges std::min

#include <algorithm>
//@end
