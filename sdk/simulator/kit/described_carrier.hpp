// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include <porteur/simulator.hpp>

#include "carrier.hpp"
#include "order_book.hpp"
#include "program.hpp"
#include "router.hpp"

namespace porteur::sim {

/// A carrier as a Simulator describes it.
class DescribedCarrier : public Carrier {
public:
    DescribedCarrier(Simulator description, World world);
    DescribedCarrier(const DescribedCarrier&) = delete;
    DescribedCarrier& operator=(const DescribedCarrier&) = delete;

    Answer answer(const Request& request) override;
    Answer error(int status, std::int64_t retry_after_s) override;
    std::string key_of(const Request& request) override;
    json::value script(const json::value& order) override;
    void describe(const Carried& order, json::object& line) override;
    void reset() override;

private:
    struct KeptAnswer {
        std::string body;  ///< of the request, to notice a key used for something else
        Answer answer;
    };

    Answer act(const Simulator::Way& way, const Request& request, const Captures& captures);
    Answer once_per_key(const Simulator::Way& way, const Request& request, const Captures& captures);

    Simulator description_;
    World world_;
    OrderBook orders_;
    std::shared_ptr<void> state_;
    Router router_;
    std::map<std::string, KeptAnswer> kept_answers_;
};

/// What a description is as a program; a friend of it, for its name and what it does.
struct SimulatorProgram {
    static Program of(const Simulator& description);
};

}  // namespace porteur::sim
