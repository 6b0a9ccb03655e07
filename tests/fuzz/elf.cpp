// SPDX-License-Identifier: Apache-2.0
// A plugin's library is a file that somebody copied into a folder; it is read before any of it is
// run.
#include "finding.hpp"
#include "plugins/elf_library.hpp"
#include "plugins/library_scan.hpp"

using namespace porteur;

namespace {

void inside(std::string_view part, std::string_view bytes) {
    if (part.empty()) return;
    fuzz::must(
        part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size(),
        "a view does not lie in the file"
    );
}

}  // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto library = read_elf_library(bytes, ".porteur_descriptor")) {
        if (library->section) inside(*library->section, bytes);
        for (const auto* names : {&library->exported, &library->imported, &library->unique})
            for (const auto& each : *names) inside(each, bytes);
    }
    const auto scanned = scan_library(bytes);
    // What the child that reads the file says is read by the daemon as it was meant.
    const auto read = read_scan_line(scan_line(scanned));
    fuzz::must(read.has_value(), "the daemon cannot read what the scan says");
    fuzz::must(*read == scanned, "the daemon reads another outcome than the scan had");
    return 0;
}
