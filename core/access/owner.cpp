// SPDX-License-Identifier: Apache-2.0
#include "access/owner.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

namespace porteur {
namespace {

struct Seen {
    std::filesystem::path place;
    uid_t owner;
};

std::optional<Seen> nearest(std::filesystem::path place) {
    struct stat about {};
    while (::stat(place.c_str(), &about) != 0) {
        if (!place.has_parent_path() || place.parent_path() == place) return std::nullopt;
        place = place.parent_path();
    }
    return Seen{std::move(place), about.st_uid};
}

std::string name_of(uid_t user) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> room(16384);
    if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) return found->pw_name;
    return "#" + std::to_string(user);
}

}  // namespace

std::optional<std::string> other_owner_of(const std::filesystem::path& place) {
    const auto seen = nearest(place);
    if (!seen || seen->owner == ::geteuid() || seen->owner == 0) return std::nullopt;
    return name_of(seen->owner);
}

std::string run_as_owner(const std::filesystem::path& place) {
    if (const auto owner = other_owner_of(place))
        return "; it belongs to " + *owner + ": run this as that user, with `runuser -u " + *owner + " --` before it";
    const auto seen = nearest(place);
    if (!seen || seen->owner == ::geteuid()) return {};
    const auto here = seen->place.string();
    return "; " + here + " belongs to root: where that is a mistake, `chown -R " + name_of(::geteuid()) + " " + here + "` mends it";
}

}  // namespace porteur
