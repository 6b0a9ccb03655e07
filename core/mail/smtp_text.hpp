// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// What a server said it can do.
struct SmtpAbilities {
    bool starttls = false;
    bool dsn = false;
    bool eight_bit = false;
    bool pipelining = false;  ///< commands may be sent before the replies to those before them
    bool auth_plain = false;
    bool auth_login = false;
    std::size_t size_max = 0;  ///< 0: not said
};

/// Reads the reply to EHLO, all its lines joined by '\n'. @threads any @source RFC 5321,
/// section 4.1.1.1
SmtpAbilities read_smtp_abilities(const std::string& reply);

/// The longest ENVID, as it stands in the command. @source RFC 3461, section 4.4
inline constexpr std::size_t envelope_id_length_max = 100;

/// Text as a parameter of a command. @threads any @source RFC 3461, section 4
std::string to_xtext(std::string_view text);

/// Bytes as one word of base64, for AUTH. @threads any
std::string base64_word(std::string_view bytes);

/// The mail as it travels after DATA: CRLF everywhere, leading dots doubled, ended by a lone dot.
/// @errors invalid_input: a NUL, or a line longer than 998 bytes  @threads any
/// @source RFC 5321, sections 2.3.8, 4.5.2 and 4.5.3.1.6
Result<std::string> to_wire(std::string_view mime);

}  // namespace porteur
