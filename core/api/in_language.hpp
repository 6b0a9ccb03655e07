// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/request.hpp"
#include "tongue/tongue.hpp"

namespace porteur {

/// The language that a request asks to be answered in: its Accept-Language, or English. @threads
/// any
Language language_of(const Request& request);

/// Says the sentences of an answer in another language: the title and details of a problem, and of
/// other answers the members that the route calls sentences. Words for programs stay as they are,
/// and so does what persons or carriers wrote.
/// @threads any
void say_in(Language language, const Route* route, Answer& answer);

}  // namespace porteur
