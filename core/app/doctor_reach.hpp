// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of the doctor that goes through the network.

#include <chrono>
#include <filesystem>
#include <optional>

#include "app/inspection.hpp"
#include "app/installation_check.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// Name, connection, TLS and certificate of a carrier. Asks it for nothing but its first page, without credentials.
/// @return  how far its clock is ahead of ours, if it said the time  @threads one; blocks
std::optional<std::chrono::seconds> examine_carrier(const ReachedCarrier& carrier, Inspection& found);

/// For how many days the certificate that the API shows still holds. One that cannot be read is the settings' finding. @threads one
void examine_own_certificate(const std::filesystem::path& file, Inspection& found);

/// Greets the server that mails leave by, over TLS as set; sends and signs in nothing. @threads one; blocks
void examine_smtp(const MailSection& mail, Inspection& found);
/// Signs in at a mailbox, and takes nothing. @param what  "mailbox" @threads one; blocks
void examine_pop3(const std::string& what, const Pop3Server& server, Inspection& found);

}  // namespace porteur
