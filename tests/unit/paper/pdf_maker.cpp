// SPDX-License-Identifier: Apache-2.0
#include "pdf_maker.hpp"

#include <zlib.h>

#include <cstdio>
#include <stdexcept>

// As in pdf_check.cpp: this header does not compile in C++20 and later.
#define JSON_HH
class JSON;

#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>

namespace porteur::paper::testing {

using namespace std::string_literals;

std::string pdf_of(const std::vector<std::string>& objects, std::string_view trailer) {
    std::string out = "%PDF-1.7\n";
    std::vector<std::size_t> places;
    for (const auto& object : objects) {
        places.push_back(out.size());
        out += std::to_string(places.size()) + " 0 obj\n" + object + "\nendobj\n";
    }
    const auto table = out.size();
    const auto count = std::to_string(objects.size() + 1);
    out += "xref\n0 " + count + "\n0000000000 65535 f \n";
    for (const auto place : places) {
        char line[32];
        std::snprintf(line, sizeof line, "%010zu 00000 n \n", place);
        out += line;
    }
    out += "trailer\n<< /Root 1 0 R /Size " + count + " " + std::string(trailer) +
           " >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
    return out;
}

std::string one_page(std::string_view catalog, const std::vector<std::string>& more) {
    std::vector<std::string> objects{
        "<< /Type /Catalog /Pages 2 0 R " + std::string(catalog) + " >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    };
    objects.insert(objects.end(), more.begin(), more.end());
    return pdf_of(objects);
}

std::string pages(int count) {
    std::vector<std::string> objects{"<< /Type /Catalog /Pages 2 0 R >>", ""};
    std::string kids;
    for (int index = 0; index < count; ++index) {
        kids += std::to_string(index + 3) + " 0 R ";
        objects.emplace_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>");
    }
    objects[1] = "<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(count) + " >>";
    return pdf_of(objects);
}

std::string deflated(const std::string& bytes) {
    auto size = ::compressBound(bytes.size());
    std::string out(size, '\0');
    if (::compress2(
            reinterpret_cast<Bytef*>(out.data()), &size,
            reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_SPEED
        ) != Z_OK)
        throw std::runtime_error("zlib");
    out.resize(size);
    return out;
}

std::string stream_object(const std::string& bytes, int times_packed) {
    std::string packed = bytes, filters;
    for (int time = 0; time < times_packed; ++time) {
        packed = deflated(packed);
        filters += "/FlateDecode ";
    }
    return "<< /Length " + std::to_string(packed.size()) + " /Filter [" + filters +
           "] >>\nstream\n" + packed + "\nendstream";
}

std::string bomb_object(int mebibytes) {
    return stream_object(std::string(static_cast<std::size_t>(mebibytes) << 20U, '\0'));
}

namespace {

std::string written(
    const std::string& pdf, void (*how)(QPDFWriter&, const std::string&, const std::string&),
    const std::string& user = {}, const std::string& owner = {}
) {
    QPDF from;
    from.processMemoryFile("made by a test", pdf.data(), pdf.size());
    QPDFWriter writer(from);
    writer.setOutputMemory();
    writer.setStaticID(true);
    how(writer, user, owner);
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    return {reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize()};
}

}  // namespace

std::string in_object_streams(const std::string& pdf) {
    return written(pdf, [](QPDFWriter& writer, const std::string&, const std::string&) {
        writer.setObjectStreamMode(qpdf_o_generate);
    });
}

std::string encrypted(const std::string& pdf, const std::string& user, const std::string& owner) {
    return written(
        pdf,
        [](QPDFWriter& writer, const std::string& of_user, const std::string& of_owner) {
            writer.setR6EncryptionParameters(
                of_user.c_str(), of_owner.c_str(), true, true, true, true, true, true,
                qpdf_r3p_full, true
            );
        },
        user, owner
    );
}

std::string small_png() {
    const auto chunk = [](const std::string& kind, const std::string& data) {
        const auto put = [](std::uint32_t value) {
            std::string out;
            for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift);
            return out;
        };
        std::uint32_t crc = 0xFFFFFFFF;
        for (const char each : kind + data) {
            crc ^= static_cast<unsigned char>(each);
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) ? 0xEDB88320 : 0);
        }
        return put(static_cast<std::uint32_t>(data.size())) + kind + data + put(~crc);
    };
    return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", "\0\0\0\2\0\0\0\1\10\2\0\0\0"s) +
           chunk("IDAT", deflated("\0\0\0\0\xFF\xFF\xFF"s)) + chunk("IEND", "");
}

}  // namespace porteur::paper::testing
