// SPDX-License-Identifier: Apache-2.0
#pragma once

// What somebody who looked at something found, a line each: `porteurd restore --check`, `porteurd doctor`.

#include <string>
#include <vector>

#include <boost/describe.hpp>

namespace porteur {

enum class Verdict { ok, warn, fail };
BOOST_DESCRIBE_ENUM(Verdict, ok, warn, fail)

struct InspectionLine {
    Verdict verdict = Verdict::ok;
    std::string what;  ///< "key", "carrier thinktel"
    std::string text;  ///< what was seen
    std::string mend;  ///< what to do, one sentence; empty where nothing is to be done
    friend bool operator==(const InspectionLine&, const InspectionLine&) = default;
};
BOOST_DESCRIBE_STRUCT(InspectionLine, (), (verdict, what, text, mend))

class Inspection {
public:
    void ok(std::string what, std::string text) { all_.push_back({Verdict::ok, std::move(what), std::move(text), {}}); }
    void warn(std::string what, std::string text, std::string mend) {
        all_.push_back({Verdict::warn, std::move(what), std::move(text), std::move(mend)});
    }
    void fail(std::string what, std::string text, std::string mend) {
        all_.push_back({Verdict::fail, std::move(what), std::move(text), std::move(mend)});
    }
    const std::vector<InspectionLine>& all() const { return all_; }
    bool failed() const;

private:
    std::vector<InspectionLine> all_;
};

/// A line for each, what to do below it, and a last line that counts them. @threads any
std::string text_of(const Inspection& findings);
/// {"failed":BOOL,"findings":[...]} and a line's end. @threads any
std::string json_of(const Inspection& findings);

}  // namespace porteur
