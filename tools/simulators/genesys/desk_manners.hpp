// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the people at the desk behave, and what they say, in English or French.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::sim {

enum class Manner {
    usual,   ///< reviews and approves
    papers,  ///< asks for one more document first
    puzzle,  ///< answers something that nobody can make sense of, and no more
    offers,  ///< finds the first number gone and offers two others
    silent,  ///< never answers
    sleepy,  ///< forgets the request until a second mail comes
};

/// Which manner is for which country.
class Manners {
public:
    /// @param rules  "papers" for all, "DE=papers,FR=offers" for some; empty: usual
    /// @errors       throws std::invalid_argument for a word that is none of them
    static Manners from(std::string_view rules);
    Manner of(std::string_view country) const;

private:
    Manner all_ = Manner::usual;
    std::map<std::string, Manner, std::less<>> some_;
};

/// The desk's sentences. @param french  the request was in French
namespace says {
std::string lacks(const std::vector<std::string>& what, bool french);
std::string wants_one_more_paper(bool french);
std::string gone(const std::vector<std::string>& numbers, bool french);
std::string gone_and_offers(
    const std::string& number, const std::vector<std::string>& others, bool french
);
std::string approved(const std::vector<std::string>& numbers, bool french);
std::string declined(const std::string& reason, bool french);
std::string still_at_it(bool french);
std::string nonsense();
/// What a request may lack: "country", "numbers", "organisation", "wish", "documents".
std::string name_of_lack(std::string_view what, bool french);
}  // namespace says

}  // namespace porteur::sim
