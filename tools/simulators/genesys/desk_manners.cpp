// SPDX-License-Identifier: Apache-2.0
#include "desk_manners.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace porteur::sim {
namespace {

constexpr std::array<std::pair<std::string_view, Manner>, 6> manners = {{
    {"usual", Manner::usual},
    {"papers", Manner::papers},
    {"puzzle", Manner::puzzle},
    {"offers", Manner::offers},
    {"silent", Manner::silent},
    {"sleepy", Manner::sleepy},
}};

Manner manner_of(std::string_view word) {
    const auto found =
        std::ranges::find(manners, word, &std::pair<std::string_view, Manner>::first);
    if (found != manners.end()) return found->second;
    std::string known;
    for (const auto& [name, manner] : manners)
        known += (known.empty() ? "" : ", ") + std::string(name);
    throw std::invalid_argument(
        "the desk's manner \"" + std::string(word) + "\" is none of " + known
    );
}

std::string join(const std::vector<std::string>& words) {
    std::string joined;
    for (const auto& word : words) joined += (joined.empty() ? "" : ", ") + word;
    return joined;
}

}  // namespace

Manners Manners::from(std::string_view rules) {
    Manners made;
    while (!rules.empty()) {
        const auto rule = rules.substr(0, rules.find(','));
        rules.remove_prefix(std::min(rules.size(), rule.size() + 1));
        const auto equals = rule.find('=');
        if (equals == rule.npos) {
            made.all_ = manner_of(rule);
        } else {
            made.some_[std::string(rule.substr(0, equals))] = manner_of(rule.substr(equals + 1));
        }
    }
    return made;
}

Manner Manners::of(std::string_view country) const {
    const auto found = some_.find(country);
    return found == some_.end() ? all_ : found->second;
}

namespace says {

std::string lacks(const std::vector<std::string>& what, bool french) {
    return (french ? "Nous ne pouvons pas commencer l'examen. Veuillez envoyer "
                   : "We cannot start the review. Please send ") +
           join(what) + ".";
}

std::string wants_one_more_paper(bool french) {
    return french ? "Merci pour votre demande. Il manque une pièce d'identité du représentant."
                  : "Thank you for your request. We also need a proof of identity of the "
                    "representative.";
}

std::string gone(const std::vector<std::string>& numbers, bool french) {
    return french ? "Ces numéros ne sont plus disponibles : " + join(numbers) +
                        ". Quels autres numéros souhaitez-vous ?"
                  : "These numbers are no longer available: " + join(numbers) +
                        ". Which other numbers would you like?";
}

std::string gone_and_offers(
    const std::string& number, const std::vector<std::string>& others, bool french
) {
    return french ? "Le numéro " + number + " n'est plus disponible. Nous vous proposons " +
                        join(others) + "."
                  : number + " is no longer available. We can offer " + join(others) + " instead.";
}

std::string approved(const std::vector<std::string>& numbers, bool french) {
    return french
               ? "Votre demande est approuvée. Ces numéros sont maintenant dans votre inventaire "
                 ": " +
                     join(numbers) + "."
               : "Your documents were accepted. The following numbers are now in your inventory: " +
                     join(numbers) + ".";
}

std::string declined(const std::string& reason, bool french) {
    return french ? "Votre demande a été refusée : " + reason
                  : "Your request was declined: " + reason;
}

std::string still_at_it(bool french) {
    return french ? "Votre demande est toujours en cours d'examen."
                  : "Your request is still under review.";
}

std::string nonsense() {
    return "Ref. GC-4711: forwarded to tier two per the weekly call. Cheers!";
}

std::string name_of_lack(std::string_view what, bool french) {
    if (what == "country") return french ? "le pays" : "the country";
    if (what == "numbers") return french ? "les numéros choisis" : "the chosen numbers";
    if (what == "organisation")
        return french ? "l'ID de votre organisation" : "your organisation ID";
    if (what == "wish")
        return french ? "si nous pouvons choisir d'autres numéros ou devons vous demander d'abord"
                      : "whether we may choose other numbers or shall ask you first";
    return french ? "les documents" : "the documents";
}

}  // namespace says
}  // namespace porteur::sim
