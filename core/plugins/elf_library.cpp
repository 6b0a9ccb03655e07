// SPDX-License-Identifier: Apache-2.0
#include "plugins/elf_library.hpp"

#include <elf.h>

#include <cstring>

namespace porteur {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
#else
#error "name this machine's e_machine"
#endif

std::unexpected<Error> wrong(std::string what) {
    return failure(ErrorKind::invalid_input, std::move(what));
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    // By copy: what the file says about alignment is not to be trusted.
    template <class T>
    std::optional<T> at(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
        T made;
        std::memcpy(&made, bytes_.data() + offset, sizeof made);
        return made;
    }
    template <class T>
    std::optional<T> element(std::uint64_t table, std::uint64_t index) const {
        // Counts are at most 2^32 and structs at most 64 bytes, so only the sum can overflow.
        const std::uint64_t distance = index * sizeof(T);
        if (distance > bytes_.size() || table > bytes_.size()) return std::nullopt;
        return at<T>(table + distance);
    }
    std::optional<std::string_view> part(std::uint64_t offset, std::uint64_t size) const {
        if (offset > bytes_.size() || bytes_.size() - offset < size) return std::nullopt;
        return bytes_.substr(offset, size);
    }

private:
    std::string_view bytes_;
};

std::optional<std::string_view> text_at(std::string_view table, std::uint64_t offset) {
    if (offset >= table.size()) return std::nullopt;
    const auto end = table.find('\0', offset);
    if (end == table.npos) return std::nullopt;
    return table.substr(offset, end - offset);
}

struct Tables {
    std::optional<Elf64_Shdr> symbols, dynamic;
    std::string_view symbol_names;
};

Result<void> read_sections(
    const Reader& file, const Elf64_Ehdr& header, std::string_view wanted, Tables& tables,
    ElfLibrary& out
) {
    const auto section_at = [&](std::uint64_t index) {
        return file.element<Elf64_Shdr>(header.e_shoff, index);
    };
    if (header.e_shnum == 0 || header.e_shentsize != sizeof(Elf64_Shdr))
        return wrong("has no sections");
    const auto names_header = section_at(header.e_shstrndx);
    const auto names =
        names_header ? file.part(names_header->sh_offset, names_header->sh_size) : std::nullopt;
    if (!names) return wrong("has section names outside the file");

    for (std::uint64_t index = 0; index < header.e_shnum; ++index) {
        const auto section = section_at(index);
        if (!section) return wrong("has a section header outside the file");
        if (section->sh_type == SHT_DYNAMIC) tables.dynamic = section;
        if (section->sh_type == SHT_DYNSYM) {
            tables.symbols = section;
            const auto strings = section_at(section->sh_link);
            const auto text =
                strings ? file.part(strings->sh_offset, strings->sh_size) : std::nullopt;
            if (!text) return wrong("has symbol names outside the file");
            tables.symbol_names = *text;
        }
        if (out.section || section->sh_type == SHT_NOBITS) continue;
        if (text_at(*names, section->sh_name) != wanted) continue;
        out.section = file.part(section->sh_offset, section->sh_size);
        if (!out.section)
            return wrong("has the section " + std::string(wanted) + " outside the file");
    }
    if (!tables.symbols || !tables.dynamic) return wrong("has no dynamic symbols");
    return {};
}

Result<void> read_symbols(const Reader& file, const Tables& tables, ElfLibrary& out) {
    const auto& table = *tables.symbols;
    if (!file.part(table.sh_offset, table.sh_size))
        return wrong("has dynamic symbols outside the file");
    for (std::uint64_t index = 1; index < table.sh_size / sizeof(Elf64_Sym); ++index) {
        const auto symbol = file.element<Elf64_Sym>(table.sh_offset, index);
        const auto name = symbol ? text_at(tables.symbol_names, symbol->st_name) : std::nullopt;
        if (!name) return wrong("has a dynamic symbol without a readable name");
        if (symbol->st_shndx == SHN_UNDEF) {
            if (!name->empty()) out.imported.push_back(*name);
            continue;
        }
        const auto binding = ELF64_ST_BIND(symbol->st_info);
        const auto visibility = ELF64_ST_VISIBILITY(symbol->st_other);
        if (binding == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL)
            continue;
        out.exported.push_back(*name);
        if (binding == STB_GNU_UNIQUE) out.unique.push_back(*name);
    }
    return {};
}

// The loader goes by the segments, we by the sections: they must tell the same.
Result<void> read_dynamic(
    const Reader& file, const Elf64_Ehdr& header, const Tables& tables, ElfLibrary& out
) {
    const auto& dynamic = *tables.dynamic;
    bool found = false;
    if (header.e_phentsize != sizeof(Elf64_Phdr)) return wrong("has no program headers");
    for (std::uint64_t index = 0; index < header.e_phnum; ++index) {
        const auto segment = file.element<Elf64_Phdr>(header.e_phoff, index);
        if (!segment) return wrong("has a program header outside the file");
        if (segment->p_type == PT_GNU_STACK && (segment->p_flags & PF_X))
            out.executable_stack = true;
        if (segment->p_type != PT_DYNAMIC) continue;
        found = segment->p_offset == dynamic.sh_offset && segment->p_filesz == dynamic.sh_size;
    }
    if (!found) return wrong("has sections that differ from its segments");

    for (std::uint64_t index = 0; index < dynamic.sh_size / sizeof(Elf64_Dyn); ++index) {
        const auto entry = file.element<Elf64_Dyn>(dynamic.sh_offset, index);
        if (!entry) return wrong("has a dynamic entry outside the file");
        const auto value = entry->d_un.d_val;
        switch (entry->d_tag) {
            case DT_NULL:
                return {};
            case DT_SYMTAB:
                if (value != tables.symbols->sh_addr)
                    return wrong("has sections that differ from its segments");
                break;
            case DT_NEEDED:
                out.needed.push_back(text_at(tables.symbol_names, value).value_or("?"));
                break;
            case DT_RPATH:
            case DT_RUNPATH:
                out.run_path = text_at(tables.symbol_names, value).value_or("?");
                break;
            case DT_TEXTREL:
                out.text_relocations = true;
                break;
            case DT_FLAGS:
                if (value & DF_TEXTREL) out.text_relocations = true;
                break;
            default:
                break;
        }
    }
    return {};
}

}  // namespace

Result<ElfLibrary> read_elf_library(std::string_view bytes, std::string_view section) {
    const Reader file(bytes);
    const auto header = file.at<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return wrong("is not an ELF file");
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return wrong("is not a 64-bit little-endian file");
    if (header->e_machine != this_machine)
        return wrong(
            "is for machine " + std::to_string(header->e_machine) + ", this one is " +
            std::to_string(this_machine)
        );
    if (header->e_type != ET_DYN) return wrong("is not a shared library");

    ElfLibrary out;
    Tables tables;
    if (auto done = read_sections(file, *header, section, tables, out); !done)
        return std::unexpected(std::move(done).error());
    if (auto done = read_symbols(file, tables, out); !done)
        return std::unexpected(std::move(done).error());
    if (auto done = read_dynamic(file, *header, tables, out); !done)
        return std::unexpected(std::move(done).error());
    return out;
}

}  // namespace porteur
