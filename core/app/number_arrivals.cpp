// SPDX-License-Identifier: Apache-2.0
// How numbers come into the inventory: given by hand, or by a file.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <unordered_map>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "app/desk_work.hpp"
#include "app/inventory_desk.hpp"
#include "numbering/checked_number.hpp"
#include "tables/import_reader.hpp"

namespace porteur {
namespace {

/// In one transaction: rows come in no order, and each transaction writes nearly every page of the table anew.
constexpr std::size_t rows_at_once = 100'000;
constexpr std::size_t added_at_once = 1'000;

constexpr std::array<std::string_view, 6> types{"local", "mobile", "national", "toll_free", "shared_cost", "unknown"};
constexpr std::size_t used_by_max = 200;

/// "1.50 CAD", or nothing.
bool is_cost(std::string_view text) {
    if (text.empty()) return true;
    const auto blank = text.find(' ');
    if (blank == text.npos || blank == 0 || blank > 12 || text.size() != blank + 4) return false;
    const auto amount = text.substr(0, blank);
    return amount.find_first_not_of("0123456789.") == amount.npos && std::ranges::count(amount, '.') <= 1 && amount.front() != '.' &&
           std::ranges::all_of(text.substr(blank + 1), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

/// "C (Company)"; only the letters where the column has no name of its own.
std::string column_text(const std::string& letters, const std::string& name) {
    return name.empty() || name == letters ? letters : letters + " (" + name + ")";
}

/// The accounts that a file may name, by their names.
class NamedAccounts {
public:
    NamedAccounts(const TenantTree& tree, const JobScope& scope) : tree_(tree) {
        for (const auto& each : tree.all()) {
            if (!may(scope.role, Right::add_numbers, tree.relation(scope.tenant, each.id))) continue;
            if (tree.customer_of(each.id)) customers_[folded(each.name)].push_back(each.id);
            if (each.kind == TenantKind::var) vars_[folded(each.name)].push_back(each.id);
        }
    }

    struct Holder {
        std::int64_t account = 0;  ///< 0: whoever imports
        std::int64_t var = 0;      ///< that is named; 0: none
        std::string problem = {};
        bool is_var_wrong = false;  ///< else the company is
    };
    /// Who holds a row's number: its company, of several with one name that below its VAR; without a company
    /// the VAR's pool.
    const Holder& holder(std::string_view company, std::string_view var) {
        // Rows of one company often stand together.
        if (is_first_ || company != last_company_ || var != last_var_) {
            last_ = found(company, var);
            last_company_ = company;
            last_var_ = var;
            is_first_ = false;
        }
        return last_;
    }

private:
    Holder found(std::string_view company, std::string_view var) const {
        Holder out;
        std::vector<std::int64_t> above;
        if (!var.empty()) {
            const auto known = vars_.find(folded(var));
            if (known == vars_.end())
                return {.problem = phrase("there is no VAR of this name among your accounts; correct it, or leave it empty"), .is_var_wrong = true};
            above = known->second;
            if (company.empty() && above.size() > 1)
                return {.problem = phrase("several of your accounts have this name; rename one"), .is_var_wrong = true};
            out.var = out.account = above.front();
        }
        if (company.empty()) return out;
        const auto known = customers_.find(folded(company));
        if (known == customers_.end()) return {.problem = phrase("there is no company of this name among your accounts")};
        auto fitting = known->second;
        if (!var.empty()) {
            std::erase_if(fitting, [&](std::int64_t each) {
                const auto its = tree_.var_of(each);
                return !its || std::ranges::find(above, *its) == above.end();
            });
            if (fitting.empty())
                return {.problem = phrase("{1} is not below this VAR; correct one of the two", quoted(company, 60)), .is_var_wrong = true};
        }
        if (fitting.size() > 1)
            return {.problem = var.empty() ? phrase("several of your accounts have this name; name the VAR as well, or rename one")
                                           : phrase("several of your accounts have this name; rename one")};
        out.account = fitting.front();
        if (!var.empty()) out.var = *tree_.var_of(out.account);
        return out;
    }

    const TenantTree& tree_;
    std::unordered_map<std::string, std::vector<std::int64_t>> customers_, vars_;
    Holder last_;
    std::string last_company_, last_var_;
    bool is_first_ = true;
};

std::string_view word_of_type(std::optional<NumberType> type) {
    if (!type) return "unknown";
    return boost::describe::enum_to_string(*type, "unknown");
}

}  // namespace

Result<void> InventoryDesk::place(NumberForm& form, const Caller& caller, const TenantTree& tree, const Names& accounts) {
    auto& [row, shared] = form;
    if (row.tenant == 0) row.tenant = caller.tenant;
    if (!may(caller.role, Right::add_numbers, tree.relation(caller.tenant, row.tenant)))
        return failure(ErrorKind::invalid_input, phrase("there is no account {1} among yours", std::to_string(row.tenant)));
    if (shared.account.empty())
        return failure(ErrorKind::invalid_input, phrase("a number has a provider: name the carrier account where it is provisioned"));
    if (!accounts.contains(shared.account))
        return failure(ErrorKind::invalid_input, phrase("there is no carrier account {1}", quoted(shared.account, 60)));
    const bool is_customers = tree.customer_of(row.tenant).has_value();
    if (row.used_by.size() > used_by_max) return failure(ErrorKind::invalid_input, phrase("the name has more than {1} bytes", used_by_max));
    if ((shared.use == UseType::none) != row.used_by.empty())
        return failure(ErrorKind::invalid_input, phrase("a use needs both: who uses the number, and whether that is a user, a service or a group"));
    if (!row.used_by.empty() && !is_customers)
        return failure(ErrorKind::invalid_input, phrase("only a company or a professional has users, services and groups: name it as well"));
    return {};
}

Async<Result<NumberJob>> InventoryDesk::add(
    Caller caller, std::vector<NumberGiven> numbers, bool dry_run, std::string request, std::optional<AnswerKept<NumberJob>> kept
) {
    co_return co_await desk::on<Result<NumberJob>>(writes_, [&, this]() -> Result<NumberJob> {
        const auto tree = parts_.tenants.tree();
        const auto accounts = parts_.accounts();
        std::vector<JobRunner::NewNumber> made;
        std::string problems;
        std::size_t at = 0;
        for (auto& each : numbers) {
            const auto place_of = "/numbers/" + std::to_string(at++);
            const auto complain = [&](const std::string& field, const std::string& sentence) {
                problems += (problems.empty() ? "" : "\n") + place_of + field + ": " + sentence;
            };
            const auto checked = numbering::check(each.number, each.country);
            if (!checked.is_valid()) {
                complain("/number", numbering::sentence_of(checked));
                continue;
            }
            JobRunner::NewNumber number;
            auto& [row, shared] = number.form;
            row.key = *number_key(checked.text());
            row.tenant = each.tenant;
            row.used_by = each.used_by;
            if (!each.type.empty() && std::ranges::find(types, each.type) == types.end())
                complain("/type", phrase("expected one of {1}", "local mobile national toll_free shared_cost unknown"));
            if (!each.country.empty() && !numbering::is_region(each.country))
                complain("/country", phrase("expected a country of two letters, as CA"));
            if (!is_cost(each.cost)) complain("/cost", phrase("expected an amount and a currency, as 1.50 CAD"));
            row.cost = each.cost;
            row.source = "person";
            shared.account = each.provider;
            shared.country = each.country.empty() ? std::string(checked.country()) : each.country;
            shared.type = each.type.empty() ? std::string(word_of_type(checked.type)) : each.type;
            shared.use = each.use;
            number.has_use = each.use != UseType::none;
            NumberWish options;
            options.tags_added = each.tags;
            options.custom = each.custom;
            options.features = each.features;
            if (auto set = carry_out(options, false, *tree, number.form); !set) complain("", set.error().message);
            if (auto placed = place(number.form, caller, *tree, accounts); !placed) complain("", placed.error().message);
            shared.state = tree->customer_of(row.tenant) ? NumberState::assigned : NumberState::available;
            made.push_back(std::move(number));
        }
        if (!problems.empty()) return failure(ErrorKind::invalid_input, std::move(problems));
        auto waits = place_for(caller, request.size() + made.size() * sizeof(JobRunner::NewNumber));
        if (!waits) return std::unexpected(std::move(waits).error());
        return begin(caller, new_job(caller, "add", dry_run, request), kept, std::move(*waits),
                     [this, made = std::move(made), scope = scope_of(caller)](JobUnderWay& under_way) {
                         under_way.job.total = std::ssize(made);
                         for (std::size_t from = 0; from < made.size() && under_way.job.state == JobState::running; from += added_at_once) {
                             if (under_way.is_cut_off()) return runner_.end_cut_off(under_way);
                             const auto first = made.begin() + static_cast<std::ptrdiff_t>(from);
                             runner_.add(under_way, {first, first + static_cast<std::ptrdiff_t>(std::min(added_at_once, made.size() - from))}, {}, scope);
                         }
                         if (under_way.job.state == JobState::running) runner_.end(under_way, JobState::done);
                     });
    });
}

// ------------------------------------------------------------------ files

/// The file has no name: it is gone with the last who holds it.
class InventoryDesk::Upload final : public ImportUpload {
public:
    Upload(InventoryDesk& desk, Caller caller, ImportWish wish, int file, std::shared_ptr<WaitingRoom::Place> place)
        : desk_(desk), caller_(std::move(caller)), wish_(std::move(wish)), file_(file), place_(std::move(place)) {}
    ~Upload() override {
        if (file_ >= 0) ::close(file_);
    }
    Result<void> append(std::string_view bytes) override {
        if (auto grown = place_->grow(bytes.size()); !grown) return grown;
        lines_ += std::ranges::count(bytes, '\n');
        while (!bytes.empty()) {
            const auto written = ::write(file_, bytes.data(), bytes.size());
            if (written <= 0) return failure(ErrorKind::unavailable, phrase("there is no room for the file"));
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }
    Async<Result<NumberJob>> finish(std::optional<AnswerKept<NumberJob>> kept) override {
        co_return co_await desk::on<Result<NumberJob>>(desk_.writes_, [&, this]() -> Result<NumberJob> {
            const std::shared_ptr<int> file(new int(std::exchange(file_, -1)), [](int* held) {
                ::close(*held);
                delete held;
            });
            return desk_.begin(
                caller_, desk_.new_job(caller_, "import", wish_.dry_run, wish_.request), kept, place_,
                [&desk = desk_, file, wish = wish_, scope = scope_of(caller_), lines = lines_](JobUnderWay& under_way) {
                    under_way.job.total = lines;  // so that people see how far it is; the end says how many rows there were
                    desk.import_file(under_way, *file, wish, scope);
                }
            );
        });
    }

private:
    InventoryDesk& desk_;
    Caller caller_;
    ImportWish wish_;
    int file_;
    std::int64_t lines_ = 0;
    std::shared_ptr<WaitingRoom::Place> place_;
};

Result<std::unique_ptr<ImportUpload>> InventoryDesk::begin_import(const Caller& caller, ImportWish wish) {
    if (auto granted = check_right(caller, *parts_.tenants.tree(), Right::add_numbers, caller.tenant); !granted)
        return std::unexpected(std::move(granted).error());
    if (!wish.region.empty() && !numbering::is_region(wish.region))
        return failure(ErrorKind::invalid_input, phrase("the parameter region is {1}; expected a country of two letters, as CA", quoted(wish.region, 20)));
    if (!wish.provider.empty() && !parts_.accounts().contains(wish.provider))
        return failure(ErrorKind::invalid_input, phrase("the parameter provider is {1}; there is no such carrier account", quoted(wish.provider, 60)));
    auto place = waiting_.enter(caller.tenant);
    if (!place) return std::unexpected(std::move(place).error());
    auto name = (parts_.spool / "import.XXXXXX").string();
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return failure(ErrorKind::unavailable, phrase("no file can be made in {1}", quoted(parts_.spool.string(), 200)));
    ::unlink(name.c_str());
    return std::make_unique<Upload>(*this, caller, std::move(wish), file, std::move(*place));
}

void InventoryDesk::import_file(JobUnderWay& under_way, int file, const ImportWish& wish, const JobScope& scope) {
    auto& job = under_way.job;
    const auto accounts = parts_.accounts();
    const auto tree_now = parts_.tenants.tree();
    const auto& tree = *tree_now;
    Caller caller;
    caller.tenant = scope.tenant;
    caller.role = scope.role;
    NamedAccounts named(tree, scope);
    std::vector<JobRunner::NewNumber> numbers;
    std::vector<JobResult> results;
    JobTally tally;
    std::int64_t bad_rows = 0;  // refused, or repeated: each of them is told
    std::future<void> writing;  // of the last piece, while the next one is read; the job is the writer's meanwhile
    const auto written = [&] {
        if (writing.valid()) writing.get();
        return job.state == JobState::running;
    };
    const auto flush = [&] {
        if (!written()) return false;
        writing = std::async(
            std::launch::async,
            [this, &under_way, &scope, rows = std::exchange(numbers, {}), refused = std::exchange(results, {}), counted = std::exchange(tally, {})]() mutable {
                runner_.add(under_way, std::move(rows), std::move(refused), scope, counted);
            }
        );
        return true;
    };
    // The job is the writer's, which puts its id and the place of each into what is told.
    const auto refuse = [&](std::size_t row, std::string_view column, std::string_view value, std::string sentence) {
        results.push_back({.job = 0, .seq = 0, .row = static_cast<std::int64_t>(row), .column = std::string(column), .number = std::string(value),
                           .outcome = "refused", .problem = std::move(sentence)});
        ++tally.refused;
        ++tally.done;
        ++bad_rows;
    };
    std::size_t last_bad_row = 0;
    bool too_many = false, is_cut_off = false;
    // A file with more bad rows is another file than was meant.
    const auto check_bad_rows = [&] { return too_many = bad_rows > parts_.bad_rows_max; };
    const auto ended = failure(ErrorKind::cancelled, "ended");
    const tables::ImportReader* reading = nullptr;
    /// "C (Company)"; empty: the file has no such column.
    const auto column_of = [&reading](tables::ImportField field) -> std::string {
        const auto& columns = reading->columns().columns;
        const auto found = std::ranges::find(columns, field, &tables::ImportColumn::field);
        if (found == columns.end()) return {};
        return column_text(tables::column_letters(static_cast<std::size_t>(found - columns.begin())), found->name);
    };
    tables::ImportOptions options;
    options.region = wish.region;
    options.columns = wish.columns;
    options.currency = wish.currency;
    options.provider = wish.provider;
    options.has_provider = [&accounts](std::string_view name) { return accounts.contains(name); };
    tables::ImportReader reader(
        std::move(options),
        [&](std::span<const tables::ImportRow> rows) -> Result<void> {
            using enum tables::ImportField;
            is_cut_off = under_way.is_cut_off();
            if (is_cut_off) return ended;
            for (const auto& each : rows) {
                if (check_bad_rows()) return ended;
                JobRunner::NewNumber number;
                number.row = static_cast<std::int64_t>(each.row);
                auto& [row, shared] = number.form;
                row.key = *number_key(each.number.text());
                row.used_by = each.used_by;
                row.source = "import";
                shared.account = each.provider;
                shared.country = each.country;
                shared.type = word_of_type(each.type);
                shared.use = use_type_of(each.use_type).value_or(UseType::none);
                if (!row.used_by.empty() && shared.use == UseType::none) shared.use = UseType::user;
                number.has_use = !row.used_by.empty();
                const auto& holder = named.holder(each.company, each.var);
                if (!holder.problem.empty()) {
                    refuse(each.row, column_of(holder.is_var_wrong ? var : company), holder.is_var_wrong ? each.var : each.company,
                           holder.problem);
                    continue;
                }
                row.tenant = holder.account;
                number.var = holder.var;
                if (!each.cost_amount.empty()) row.cost = std::string(each.cost_amount) + " " + std::string(each.cost_currency);
                for (const auto tag : each.tags) row.tags += (row.tags.empty() ? "" : " ") + std::string(tag);
                if (!each.custom.empty()) {
                    json::object fields;
                    for (const auto& [name, value] : each.custom) fields[name] = value;
                    row.custom = canonical(fields);
                }
                if (auto placed = place(number.form, caller, tree, accounts); !placed) {
                    const auto at_fault = shared.account.empty() ? provider : !row.used_by.empty() ? used_by : tables::ImportField::number;
                    refuse(each.row, column_of(at_fault), at_fault == used_by ? std::string_view(each.used_by) : each.number.text(), placed.error().message);
                    continue;
                }
                // Of a number that is there already its state stays: a file neither releases nor finds one.
                const bool is_customers = tree.customer_of(row.tenant).has_value();
                shared.state = number_state_of(each.state).value_or(is_customers ? NumberState::assigned : NumberState::available);
                const bool is_usual = is_customers ? shared.state == NumberState::assigned || shared.state == NumberState::in_service
                                                   : shared.state == NumberState::available || shared.state == NumberState::reserved;
                if (!is_usual) {
                    refuse(each.row, column_of(state), each.state,
                           phrase("a file brings numbers that are available or reserved, or assigned or in service at a company"));
                    continue;
                }
                numbers.push_back(std::move(number));
            }
            if (check_bad_rows()) return ended;
            if (numbers.size() + results.size() >= rows_at_once && !flush()) return ended;
            return {};
        },
        [&](const tables::ImportFinding& finding) -> Result<void> {
            is_cut_off = under_way.is_cut_off();
            if (is_cut_off) return ended;
            if (numbers.size() + results.size() >= rows_at_once && !flush()) return ended;
            auto column = column_text(finding.column, finding.column_name);
            if (finding.repeated) {
                results.push_back({.job = 0, .seq = 0, .row = static_cast<std::int64_t>(finding.row), .column = std::move(column), .number = finding.value,
                                   .outcome = "repeated", .problem = finding.sentence});
                ++tally.same;
                ++tally.done;
                ++bad_rows;
                if (check_bad_rows()) return ended;
                return {};
            }
            // A row counts once, however many of its cells are bad; each of these is named.
            const bool is_new_row = finding.row != last_bad_row;
            last_bad_row = finding.row;
            refuse(finding.row, column, finding.value, finding.sentence);
            if (!is_new_row) {
                --tally.refused;
                --tally.done;
                --bad_rows;
            }
            if (check_bad_rows()) return ended;
            return {};
        }
    );
    reading = &reader;
    std::string bytes(256 * 1024, '\0');
    ::lseek(file, 0, SEEK_SET);
    Result<void> read;
    for (;;) {
        const auto got = ::read(file, bytes.data(), bytes.size());
        if (got < 0) read = failure(ErrorKind::unavailable, phrase("the file cannot be read again"));
        if (got <= 0 || !read) break;
        read = reader.append(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)));
        if (!read) break;
    }
    if (read) read = reader.finish();
    if (!flush() || !written()) return;
    if (is_cut_off) return runner_.end_cut_off(under_way);
    if (too_many)
        return runner_.end(
            under_way, JobState::failed, phrase("more than {1:n} rows are wrong or repeated; is this the right file, with the right region and columns?", parts_.bad_rows_max)
        );
    if (!read) return runner_.end(under_way, JobState::failed, read.error().message);
    job.total = job.done;
    runner_.end(under_way, JobState::done);
}

}  // namespace porteur
