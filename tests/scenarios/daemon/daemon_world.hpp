// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <porteur/json.hpp>

#include "http_client.hpp"
#include "patient_carrier.hpp"
#include "program.hpp"

namespace porteur::testing {

/// A folder with settings, the plugins acme and patient, two carriers, and porteurd over them.
class DaemonWorld : public ::testing::Test {
protected:
    DaemonWorld();
    ~DaemonWorld() override;

    void write(const std::string& name, const std::string& text) const;
    /// porteur.toml; `log` is what stands in its table [log].
    void host_settings(const std::string& log) const;
    /// An account's file; `more` are lines of it.
    void account(
        const std::string& name, const PatientCarrier& carrier, const std::string& more = "", const std::string& plugin = "acme"
    ) const;
    /// Makes key, store and token, and starts it.
    void start();
    /// SIGKILL, and started anew on the same store.
    void start_again();
    /// SIGHUP, and waits until the log says what came of it.
    void reload(const std::string& says = "settings read again");

    std::string log() const;
    bool soon(const std::function<bool()>& holds) const;
    HttpReply ask(const std::string& method, const std::string& target, const std::string& key = "", const json::value& body = nullptr) const;
    json::value get(const std::string& target) const { return json::parse(ask("GET", target).body); }
    /// Puts a purchase in. @return its id
    std::string buy(const std::string& reference);
    bool completes(const std::string& id);
    /// An account as GET /v1/carriers shows it; null if it does not.
    json::value shown(const std::string& name) const;

    std::filesystem::path folder;
    PatientCarrier first{"A"}, second{"B"};
    Program daemon;
    std::string token;
};

}  // namespace porteur::testing
