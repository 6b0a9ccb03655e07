// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <porteur/result.hpp>

#include "api/server.hpp"

namespace porteur {

/// Answers on the API's socket while another porteurd holds the store: /healthz that this one is well, /readyz and
/// everything else that it does not serve. Whoever takes over goes on with the same socket, and who connected meanwhile
/// is served by then.
class StandingByServer {
public:
    /// Listens, and begins to answer on a thread of its own.
    /// @param holder  who serves instead, for people: "porteur-1 at https://…"; may be empty. @threads any
    /// @errors  as ApiServer::start()
    static Result<std::unique_ptr<StandingByServer>> start(const ListenSettings& settings, std::function<std::string()> holder);
    ~StandingByServer();
    StandingByServer(const StandingByServer&) = delete;
    StandingByServer& operator=(const StandingByServer&) = delete;

    std::uint16_t port() const;
    /// What connections show that begin from now on (make_tls). @threads any
    void take_certificate(std::shared_ptr<boost::asio::ssl::context> tls);
    /// Answers no more. @return the socket, which still listens; it is the caller's
    int give_listener();

private:
    struct State;
    explicit StandingByServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace porteur
