// SPDX-License-Identifier: Apache-2.0
// The one place where Asio and Beast are compiled (BOOST_*_SEPARATE_COMPILATION); everybody else
// links porteur::net.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
