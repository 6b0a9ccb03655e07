// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.hpp"

namespace porteur {

class Engine::Hold {
public:
    Hold(Engine& engine, Id id) : engine_(engine), lives_(engine.lives_), id_(id) { engine_.held_.emplace(id, std::nullopt); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
        if (lives_.expired()) return;  // the process ends: whoever held it is destroyed last
        const auto missed = engine_.held_.extract(id_).mapped();
        engine_.busy_.erase(id_);
        if (missed) engine_.schedule(id_, engine_.clock_.now(), *missed);
    }

private:
    Engine& engine_;
    std::weak_ptr<const bool> lives_;
    Id id_;
};

}  // namespace porteur
