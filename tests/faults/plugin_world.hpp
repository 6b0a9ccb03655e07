// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the worlds of the crash points, the simulation and the fault matrix have in common: the descriptor of a plugin that
// is linked in, and a store whose work under way is counted.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "domain/descriptor.hpp"
#include "support/engine_world.hpp"

namespace porteur::testing {

/// A plugin whose lost requests are looked for: after `settle`, within a day.
inline Descriptor described(std::string id, const std::vector<std::string>& operations, std::chrono::seconds settle, std::chrono::milliseconds first_retry) {
    Descriptor made;
    made.id = std::move(id);
    for (const auto& name : operations) {
        OperationSpec spec;
        spec.name = name;
        spec.idempotency = Idempotency::query;
        spec.settle = settle;
        spec.window = std::chrono::hours(24);
        made.operations.push_back(spec);
    }
    made.http.retry.first = first_retry;
    made.http.retry.times = 3;
    made.mail.domains = {"carrier.example"};
    return made;
}

/// Counts what is under way, so that time jumps only when nothing else can happen.
class CountingStore : public RealStore {
public:
    CountingStore(Store& store, int& under_way) : RealStore(store), under_way_(under_way) {}
    void commit(SharedCommit commit, CommitDone done) override {
        ++under_way_;
        RealStore::commit(std::move(commit), [this, done = std::move(done)](Result<void> result) {
            --under_way_;
            done(std::move(result));
        });
    }

private:
    int& under_way_;
};

}  // namespace porteur::testing
