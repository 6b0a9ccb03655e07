// SPDX-License-Identifier: Apache-2.0
#pragma once

// What runs beside a measurement: folders, the carrier, PostgreSQL; and what processes have used.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace porteur::bench {

/// Writes a line to stderr and ends the program: a measurement that cannot be made has no figure.
[[noreturn]] void stop(const std::string& why);

/// A new folder on a disk that keeps its files (not in memory); removed with the object.
class WorkFolder {
public:
    WorkFolder();
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// User and system seconds of a process with all its threads; 0 if it is gone.
double cpu_seconds(pid_t process);
/// Of all its children together.
double cpu_seconds_of_children(pid_t process);

/// A line of /proc/PID/status, as "VmHWM" (the most that it had in memory), in MB.
double status_mb(pid_t process, const std::string& name);

struct Memory {
    double rss_mb = 0;
    double private_mb = 0;  ///< anonymous
};
/// What this process has in memory now.
Memory memory_now();

/// The carrier program (carrier/bench_carrier.cpp). Ends with the object.
class CarrierProcess {
public:
    explicit CarrierProcess(int look_ups_until_completed = 1);
    ~CarrierProcess();
    CarrierProcess(const CarrierProcess&) = delete;
    std::uint16_t port() const { return port_; }
    pid_t process() const { return process_; }
    /// The number under this name in GET /stats; -1 if there is none.
    long stat(const std::string& name) const;

private:
    pid_t process_ = -1;
    std::uint16_t port_ = 0;
};

/// A PostgreSQL cluster of its own on a free port of 127.0.0.1, with the server's defaults for durability.
class PostgresServer {
public:
    explicit PostgresServer(const std::filesystem::path& folder);
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    /// "postgresql://postgres@127.0.0.1:PORT/"
    std::string address() const;
    void make_database(const std::string& name) const;
    pid_t process() const { return process_; }

private:
    std::string command(const std::string& words) const;
    void recycle_log() const;
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

/// A port of 127.0.0.1 that nobody listens on now.
std::uint16_t free_port();

}  // namespace porteur::bench
