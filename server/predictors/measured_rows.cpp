// Tested by tests/server/measured_rows_test.cpp.
#include "server/predictors/measured_rows.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "predictors/statistics.hpp"
#include "search/supernets/config.hpp"
#include "server/studies/imported_tables.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::FieldErrors;
using search::ObjectReader;
using search::Presence;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kPage = 1000;

// A measurement's spread is half of its 95 % interval.
double deviation_of(double spread) { return spread / predictors::kNinetyFivePercent; }

std::string at(const std::string& pointer, std::size_t index) {
  return search::child_pointer(pointer, std::to_string(index));
}

// The two ways of naming a network; nothing, and why in `errors`, unless it is exactly one.
std::optional<search::Genome> read_network(ObjectReader& reader, const search::SearchSpace& space,
                                           FieldErrors& errors) {
  const json* config = reader.object("config", Presence::kOptional);
  const json* genome = reader.array("genome", Presence::kOptional);
  if ((config == nullptr) == (genome == nullptr)) {
    reader.error("config", "is missing: a row needs either config or genome");
    return std::nullopt;
  }
  return config != nullptr
             ? search::config_from_json(space, *config, reader.pointer("config"), errors)
             : search::genome_from_json(space, *genome, reader.pointer("genome"), errors);
}

class RowReader {
 public:
  RowReader(const RowRules& rules, FieldErrors& errors) : rules_(rules), errors_(errors) {}

  MeasuredRows read(ObjectReader& reader) {
    if (const auto machine = reader.text("fingerprint", Presence::kOptional)) only_on_ = *machine;
    json studies = read_all(reader, "studies", &RowReader::read_study);
    json imports = read_all(reader, "imports", &RowReader::read_import);
    std::size_t inline_rows = 0;
    if (const json* rows = reader.array("rows", Presence::kOptional)) {
      inline_rows = rows->size();
      for (std::size_t i = 0; i < rows->size(); ++i)
        read_row((*rows)[i], at(reader.pointer("rows"), i));
    }
    return finished({{"studies", std::move(studies)},
                     {"imports", std::move(imports)},
                     {"rows", inline_rows},
                     {"repeated", repeated_}});
  }

 private:
  // The first source that says so; what follows must have been measured the same way.
  struct Said {
    std::string pointer;
    std::string what;  // empty: nobody has said yet
  };

  // What was taken of each id in a field: [{"id", "rows"}].
  json read_all(ObjectReader& reader, const char* field,
                std::int64_t (RowReader::*read_one)(const std::string&, const std::string&)) {
    json taken = json::array();
    const json* ids = reader.array(field, Presence::kOptional);
    for (std::size_t i = 0; ids != nullptr && i < ids->size(); ++i) {
      const std::string pointer = at(reader.pointer(field), i);
      if (!(*ids)[i].is_string()) {
        errors_.push_back({pointer, "must be an id, got " + search::json_type((*ids)[i])});
        continue;
      }
      const std::int64_t rows = (this->*read_one)((*ids)[i].get<std::string>(), pointer);
      if (rows > 0) taken.push_back({{"id", (*ids)[i]}, {"rows", rows}});
    }
    return taken;
  }

  // How many of its rows were taken.
  std::int64_t read_import(const std::string& id, const std::string& pointer) {
    const auto import = rules_.imports.import(id);
    if (!import) {
      errors_.push_back({pointer, "there is no import " + id + " on this server"});
      return 0;
    }
    const std::string& supernet = rules_.supernet.supernet().name;
    if (import->supernet != supernet) {
      errors_.push_back({pointer, "import " + id + " holds networks of " + import->supernet +
                                      ", not of " + supernet});
      return 0;
    }
    if (import->supernet_version != rules_.supernet.version()) {
      errors_.push_back({pointer, "import " + id + " was made with another version of " + supernet +
                                      ": import the file again"});
      return 0;
    }
    const std::string machine = imported_fingerprint_id(*import);
    if (!only_on_.empty() && machine != only_on_) {
      errors_.push_back({pointer, "import " + id + " was measured on " +
                                      (machine.empty() ? "a machine that nobody named" : machine) +
                                      ", not on " + only_on_ + ": leave it out"});
      return 0;
    }
    if (!agrees(pointer, "", machine)) return 0;
    if (!machine.empty()) machine_text_ = import->fingerprint;
    return read_imported_rows(id, pointer);
  }

  std::int64_t read_imported_rows(const std::string& id, const std::string& pointer) {
    std::int64_t taken = 0;
    std::int64_t last = -1;
    for (bool more = true; more;) {
      const auto page = rules_.imports.rows(id, last, kPage);
      more = page.size() == kPage;
      for (const ImportedRow& row : page) {
        last = row.line;
        const json measured = json::parse(row.metrics);
        const auto value = measured.find(rules_.metric);
        if (value == measured.end()) continue;
        add(json::parse("[" + row.genome + "]").get<search::Genome>(), value->get<double>(), 0.0);
        ++taken;
      }
    }
    if (taken == 0)
      errors_.push_back({pointer, "import " + id + " has no value of " + rules_.metric});
    return taken;
  }

  // How many of its trials were taken.
  std::int64_t read_study(const std::string& id, const std::string& pointer) {
    const auto study = rules_.store.study(id);
    if (!study) {
      errors_.push_back({pointer, "there is no study " + id + " on this server"});
      return 0;
    }
    const json spec = json::parse(study->spec);
    const std::string supernet = spec.at("supernet");
    if (supernet != rules_.supernet.supernet().name) {
      errors_.push_back({pointer, "study " + id + " searches " + supernet + ", not " +
                                      rules_.supernet.supernet().name});
      return 0;
    }
    const json& plans = spec.at("metrics");
    const std::string evaluator =
        plans.contains(rules_.metric) ? plans.at(rules_.metric).dump() : "";
    std::int64_t taken = 0;
    std::int64_t last = -1;
    for (bool more = true; more;) {
      const auto page = rules_.store.trials(id, {.after = last, .limit = kPage});
      more = page.size() == kPage;
      for (const TrialRecord& trial : page) {
        last = trial.number;
        switch (read_trial(trial, id, evaluator, pointer)) {
          case Taken::kYes:
            ++taken;
            break;
          case Taken::kNo:
            break;
          case Taken::kMistake:
            return taken;  // the next trials have the same one
        }
      }
    }
    if (taken == 0)
      errors_.push_back({pointer, "study " + id + " has no trial with a measured " + rules_.metric +
                                      on_machine() + "; it is " + study->state});
    return taken;
  }

  std::string on_machine() const { return only_on_.empty() ? "" : " on " + only_on_; }

  enum class Taken { kYes, kNo, kMistake };
  Taken read_trial(const TrialRecord& trial, const std::string& study, const std::string& evaluator,
                   const std::string& pointer) {
    const json data = json::parse(trial.data);
    const json& metrics = data.at("metrics");
    if (!metrics.contains(rules_.metric)) return Taken::kNo;
    const search::Measurement measurement = measurement_from_json(metrics.at(rules_.metric));
    if (measurement.source == search::Source::kPredicted) return Taken::kNo;
    if (!only_on_.empty() && measurement.fingerprint != only_on_) return Taken::kNo;
    FieldErrors mistakes;
    auto genome =
        search::config_from_json(rules_.supernet.supernet().space, data.at("config"), "", mistakes);
    if (!genome) {
      errors_.push_back(
          {pointer, "study " + study + " searched another version of " +
                        rules_.supernet.supernet().name + ", whose genes differ (trial " +
                        std::to_string(trial.number) + ", " + mistakes.front().pointer + ": " +
                        mistakes.front().detail + ")"});
      return Taken::kMistake;
    }
    if (!agrees(pointer, evaluator, measurement.fingerprint)) return Taken::kMistake;
    add(*genome, measurement.value, deviation_of(measurement.spread));
    return Taken::kYes;
  }

  // Whether this is the first that says it, or says the same; one that says nothing always does.
  static bool same(Said& first, const std::string& pointer, const std::string& what) {
    if (first.what.empty()) first = {pointer, what};
    return what.empty() || first.what == what;
  }

  bool agrees(const std::string& pointer, const std::string& evaluator,
              const std::string& fingerprint) {
    if (!same(machine_, pointer, fingerprint)) {
      errors_.push_back(
          {pointer, "was measured on " + fingerprint + ", " + machine_.pointer + " on " +
                        machine_.what +
                        ": measurements of two machines are not mixed; say which one with "
                        "/fingerprint"});
      return false;
    }
    if (!same(evaluator_, pointer, evaluator)) {
      errors_.push_back({pointer, "was measured with " + evaluator + ", " + evaluator_.pointer +
                                      " with " + evaluator_.what +
                                      ": they are not the same question, leave one out"});
      return false;
    }
    return true;
  }

  void read_row(const json& given, const std::string& pointer) {
    ObjectReader reader(given, pointer, errors_);
    const auto genome = read_network(reader, rules_.supernet.supernet().space, errors_);
    const auto value = reader.number("value", Presence::kRequired, -kInfinity, kInfinity);
    const auto spread = reader.number("spread", Presence::kOptional, 0, kInfinity);
    reader.finish();
    if (genome && value) add(*genome, *value, deviation_of(spread.value_or(0.0)));
  }

  void add(const search::Genome& genome, double value, double deviation) {
    const auto [place, fresh] = places_.emplace(genome, sums_.size());
    if (fresh) {
      sums_.push_back({genome, 0.0, 0.0, 0});
    } else {
      ++repeated_;
    }
    Sum& sum = sums_[place->second];
    ++sum.count;
    // The running mean stays finite where a sum would not.
    sum.mean += value / sum.count - sum.mean / sum.count;
    sum.variances += deviation * deviation;
  }

  MeasuredRows finished(const json& sources) const {
    MeasuredRows result{.sources = sources.dump()};
    for (const Sum& sum : sums_)
      result.rows.push_back({.genome = sum.genome,
                             .value = sum.mean,
                             .deviation = std::sqrt(sum.variances) / sum.count});
    if (!evaluator_.what.empty()) result.evaluator = evaluator_.what;
    result.fingerprint = machine_.what;
    result.fingerprint_text = machine_text_;
    if (!machine_.what.empty() && machine_text_.empty())
      result.fingerprint_text = rules_.store.fingerprint(machine_.what);
    return result;
  }

  struct Sum {
    search::Genome genome;
    double mean = 0.0;
    double variances = 0.0;
    int count = 0;
  };

  const RowRules& rules_;
  FieldErrors& errors_;
  std::string only_on_;
  Said machine_;
  Said evaluator_;
  std::string machine_text_;  // where an import says it
  std::vector<Sum> sums_;
  std::map<search::Genome, std::size_t> places_;
  std::int64_t repeated_ = 0;
};

}  // namespace

MeasuredRows read_measured_rows(ObjectReader& reader, const RowRules& rules, FieldErrors& errors) {
  return RowReader(rules, errors).read(reader);
}

}  // namespace quarry::server
