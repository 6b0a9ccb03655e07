// SPDX-License-Identifier: Apache-2.0
#include "lossy_disk.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace porteur::testing {
namespace {

/// One write since the last sync: enough to take it back, and to do it again.
struct Unsynced {
    sqlite3_int64 at = 0;
    std::string before;  ///< what stood there
    std::string bytes;   ///< what was written; of a truncation nothing
    sqlite3_int64 size_before = 0;
    bool truncates = false;
};

struct Disk {
    DiskPlan plan;
    DiskCounts* counts = nullptr;
    int died = 0;
    sqlite3_vfs* real = nullptr;
    std::mutex mutex;
    std::map<std::string, std::vector<Unsynced>> files;
};

Disk& disk() {
    static auto* const made = new Disk;  // never destroyed: threads may still write at the end
    return *made;
}

struct File {
    sqlite3_file base;
    sqlite3_file* real;
    std::string* path;  ///< null for files whose loss means nothing
};

File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file)->real; }

/// Whether this call, the `count`-th of its kind, is one that fails.
bool fails(DiskPlan::Fault kind, int count) {
    const auto& plan = disk().plan;
    if (plan.fault != kind || count < plan.fault_at || count >= plan.fault_at + plan.fault_times)
        return false;
    ++disk().counts->faults;
    return true;
}

void take_back(int fd, const std::vector<Unsynced>& log) {
    for (auto each = log.rbegin(); each != log.rend(); ++each) {
        if (!each->before.empty() &&
            pwrite(fd, each->before.data(), each->before.size(), each->at) < 0)
            _exit(1);
        if (ftruncate(fd, each->size_before) != 0) _exit(1);
    }
}

void do_again(int fd, const Unsynced& each, std::size_t length) {
    if (each.truncates) {
        if (ftruncate(fd, each.at) != 0) _exit(1);
    } else if (length > 0 && pwrite(fd, each.bytes.data(), length, each.at) < 0) {
        _exit(1);
    }
}

void lose_power_locked() {
    auto& state = disk();
    std::mt19937_64 chance(state.plan.seed);
    for (const auto& [path, log] : state.files) {
        if (log.empty()) continue;
        const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (fd < 0) continue;
        take_back(fd, log);
        const auto kept = std::uniform_int_distribution<std::size_t>(0, log.size())(chance);
        for (std::size_t at = 0; at < kept; ++at) do_again(fd, log[at], log[at].bytes.size());
        state.counts->dropped += static_cast<int>(log.size() - kept);
        if (kept < log.size() && chance() % 2 == 0) {
            const std::size_t sector = chance() % 2 == 0 ? 512 : 4096;
            const auto sectors = log[kept].bytes.size() / sector;
            if (sectors > 0) {
                const auto some = std::uniform_int_distribution<std::size_t>(0, sectors)(chance);
                do_again(fd, log[kept], some * sector);
                state.counts->torn += some > 0 ? 1 : 0;
            }
        }
        close(fd);
        unlink((path + "-shm").c_str());  // memory, not disk
    }
    state.files.clear();
}

/// Counts one operation of the disk, and dies at the chosen one.
void operate() {
    auto& state = disk();
    if (++state.counts->operations != state.plan.dies_at) return;
    lose_power_locked();
    _exit(state.died);
}

int close_file(sqlite3_file* file) {
    const int code = real(file)->pMethods->xClose(real(file));
    delete of(file)->path;
    of(file)->path = nullptr;
    return code;
}

int read_file(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
    return real(file)->pMethods->xRead(real(file), to, count, at);
}

/// What stands in the file from `at` on, at most `count` bytes.
std::string standing(
    sqlite3_file* file, sqlite3_int64 at, sqlite3_int64 count, sqlite3_int64 size
) {
    std::string bytes(
        static_cast<std::size_t>(std::clamp<sqlite3_int64>(size - at, 0, count)), '\0'
    );
    if (!bytes.empty())
        real(file)->pMethods->xRead(real(file), bytes.data(), static_cast<int>(bytes.size()), at);
    return bytes;
}

int write_file(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
    auto& state = disk();
    const std::lock_guard lock(state.mutex);
    if (of(file)->path) {
        operate();
        ++state.counts->writes;
        if (fails(DiskPlan::Fault::write_error, state.counts->writes)) return SQLITE_IOERR_WRITE;
        if (fails(DiskPlan::Fault::full, state.counts->writes)) return SQLITE_FULL;
        sqlite3_int64 size = 0;
        real(file)->pMethods->xFileSize(real(file), &size);
        state.files[*of(file)->path].push_back(
            {at, standing(file, at, count, size),
             std::string(static_cast<const char*>(from), static_cast<std::size_t>(count)), size,
             false}
        );
    }
    return real(file)->pMethods->xWrite(real(file), from, count, at);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    auto& state = disk();
    const std::lock_guard lock(state.mutex);
    if (of(file)->path) {
        operate();
        sqlite3_int64 before = 0;
        real(file)->pMethods->xFileSize(real(file), &before);
        state.files[*of(file)->path].push_back(
            {size, standing(file, size, before - size, before), {}, before, true}
        );
    }
    return real(file)->pMethods->xTruncate(real(file), size);
}

int sync_file(sqlite3_file* file, int) {
    auto& state = disk();
    const std::lock_guard lock(state.mutex);
    if (of(file)->path) {
        operate();
        ++state.counts->syncs;
        if (fails(DiskPlan::Fault::sync_error, state.counts->syncs)) return SQLITE_IOERR_FSYNC;
        if (!state.plan.ignores_sync) state.files[*of(file)->path].clear();
    }
    return SQLITE_OK;  // nobody takes the power from this machine
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int how) { return real(file)->pMethods->xLock(real(file), how); }
int unlock_file(sqlite3_file* file, int how) {
    return real(file)->pMethods->xUnlock(real(file), how);
}
int is_reserved(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int control(sqlite3_file* file, int what, void* with) {
    return real(file)->pMethods->xFileControl(real(file), what, with);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
/// Promises nothing beyond what every disk keeps: torn writes are ours to make.
int abilities(sqlite3_file*) { return 0; }
int shared_map(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, to);
}
int shared_lock(sqlite3_file* file, int at, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), at, count, flags);
}
void shared_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shared_unmap(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

constexpr sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 2;
    made.xClose = close_file;
    made.xRead = read_file;
    made.xWrite = write_file;
    made.xTruncate = truncate_file;
    made.xSync = sync_file;
    made.xFileSize = file_size;
    made.xLock = lock_file;
    made.xUnlock = unlock_file;
    made.xCheckReservedLock = is_reserved;
    made.xFileControl = control;
    made.xSectorSize = sector_size;
    made.xDeviceCharacteristics = abilities;
    made.xShmMap = shared_map;
    made.xShmLock = shared_lock;
    made.xShmBarrier = shared_barrier;
    made.xShmUnmap = shared_unmap;
    return made;
}();

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto& state = disk();
    auto* made = new (file) File{};
    made->real = reinterpret_cast<sqlite3_file*>(made + 1);
    const bool lasts =
        name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    if (lasts) {
        const std::lock_guard lock(state.mutex);
        ++state.counts->opens;
        if (fails(DiskPlan::Fault::open_error, state.counts->opens)) return SQLITE_CANTOPEN;
    }
    const int code = state.real->xOpen(state.real, name, made->real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    made->base.pMethods = &methods;
    if (lasts) made->path = new std::string(name);
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
    auto& state = disk();
    {
        const std::lock_guard lock(state.mutex);
        state.files.erase(name);
    }
    return state.real->xDelete(state.real, name, sync_folder);
}

}  // namespace

void install_disk(const DiskPlan& plan, DiskCounts& counts, int died) {
    auto& state = disk();
    state.plan = plan;
    state.counts = &counts;
    state.died = died;
    state.real = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs made;
    made = *state.real;
    made.zName = "lossy";
    made.szOsFile = static_cast<int>(sizeof(File)) + state.real->szOsFile;
    made.xOpen = open_file;
    made.xDelete = delete_file;
    made.pNext = nullptr;
    sqlite3_vfs_register(&made, 1);
}

void break_disk(DiskPlan::Fault fault, int times) {
    auto& state = disk();
    const std::lock_guard lock(state.mutex);
    state.plan.fault = fault;
    state.plan.fault_times = times;
    state.plan.fault_at = 1 + (fault == DiskPlan::Fault::sync_error   ? state.counts->syncs
                               : fault == DiskPlan::Fault::open_error ? state.counts->opens
                                                                      : state.counts->writes);
}

void lose_power() {
    auto& state = disk();
    if (!state.counts) return;
    const std::lock_guard lock(state.mutex);
    lose_power_locked();
}

}  // namespace porteur::testing
