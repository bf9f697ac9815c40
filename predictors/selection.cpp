// The mixture is chosen greedily, the candidate that lowers the held-out error most again and again
// (Caruana et al. 2004, ICML): weights are shares of the steps, never negative, and few.
// Tested by tests/predictors/selection_test.cpp.
#include "predictors/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "predictors/blend.hpp"
#include "predictors/cross_validation.hpp"
#include "predictors/quality.hpp"
#include "predictors/row_choice.hpp"
#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

constexpr const char* kSelection = "auto";
constexpr std::size_t kLeastChoosingRows = 10;
constexpr int kGreedySteps = 20;
// From so many rows, or rows times columns, on the held-out guesses use what was learned from all
// rows (update()), and kinds that learn everything anew for every fold are not tried.
constexpr std::size_t kQuickFromRows = 301;
constexpr std::size_t kQuickFromSize = 20'000;
constexpr std::string_view kSlow[] = {"mlp_ensemble", "random_forest"};
// First all are tried on few rows. Then those are given up that are this much worse than the best,
// the worse of each kind's two (y or its logarithm), and all but the best few.
constexpr std::size_t kScreeningRows = 150;
constexpr double kHopeless = 1.5;
constexpr std::size_t kFinalists = 5;
constexpr std::size_t kQuickFinalists = 3;

struct SelectionOptions {
  std::size_t folds = 5;
  std::string metric = "rmse";
  std::size_t members = 3;
};

struct Candidate {
  BlendMember member;
  double first_error = 0.0;
  Prediction guesses;
  double error = std::numeric_limits<double>::quiet_NaN();
};

class Selection final : public Predictor {
 public:
  Selection(SelectionOptions options, Columns columns)
      : options_(std::move(options)), columns_(std::move(columns)) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    report_ = {.metric = options_.metric,
               .folds = std::min(options_.folds, x.rows),
               .candidates = {},
               .held_out = {}};
    if (x.rows < kLeastChoosingRows || TargetScale::of(y).constant()) {
      blend_ = Blend({{find_predictor("interaction_process")}}, 0.0, columns_);
      return blend_.fit(x, y, noise, true);
    }
    std::vector<Candidate> candidates = judged(x, y, noise);
    mix(candidates, y);
    std::vector<BlendMember> members;
    std::vector<Prediction> guesses;
    for (const Candidate& candidate : candidates) {
      report_.candidates.push_back(
          {candidate.member.name(), candidate.error, candidate.member.weight});
      if (!(candidate.member.weight > 0.0)) continue;
      members.push_back(candidate.member);
      guesses.push_back(candidate.guesses);
    }
    report_.held_out = Blend::mixed(members, 0.0, guesses);
    blend_ = Blend(std::move(members), 0.0, columns_);
    blend_.calibrate(report_.held_out, y);
    blend_.stretch(report_.held_out);
    blend_.fit(x, y, noise, true);
  }

  // Keeps what was chosen, and what that keeps.
  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (report_.candidates.empty()) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    blend_.fit(x, y, noise, false);
  }

  Prediction predict(const Matrix& x) const override { return blend_.predict(x); }

  ModelState save() const override {
    ModelState state = state_of(kSelection, columns_);
    blend_.save(state);
    state.texts["metric"] = report_.metric;
    state.numbers["folds"] = {static_cast<double>(report_.folds)};
    std::string names;
    std::vector<double>& errors = state.numbers["candidate_errors"];  // -1 = given up
    std::vector<double>& weights = state.numbers["candidate_weights"];
    for (const SelectionReport::Candidate& candidate : report_.candidates) {
      names += candidate.name + "\n";
      errors.push_back(std::isnan(candidate.error) ? -1.0 : candidate.error);
      weights.push_back(candidate.weight);
    }
    state.texts["candidates"] = names;
    state.numbers["held_out_mean"] = report_.held_out.mean;
    state.numbers["held_out_deviation"] = report_.held_out.standard_deviation;
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kSelection, columns_);
    SelectionReport report = selection_report(state);
    Blend restored = Blend::restored(state, columns_);
    if (restored.members().empty())
      throw std::invalid_argument("the stored state of 'auto' has no parts");
    blend_ = std::move(restored);
    report_ = std::move(report);
  }

 private:
  double error_of(std::span<const double> guesses, std::span<const double> y) const {
    if (options_.metric == "mape") {
      if (const auto mape = mean_absolute_percentage_error(guesses, y)) return *mape;
    }
    return root_mean_squared_error(guesses, y);  // also where a y of 0 has no percentage
  }

  static bool is_large(const Matrix& x) {
    return x.rows >= kQuickFromRows || x.rows * x.columns > kQuickFromSize;
  }

  // All that may learn from these rows: each kind on y, and on its logarithm where y is positive
  // and spans half of its size.
  std::vector<Candidate> all_candidates(const Matrix& x, std::span<const double> y) const {
    const auto [low, high] = std::ranges::minmax(y);
    std::vector<Candidate> candidates;
    for (const PredictorEntry& entry : predictor_registry()) {
      if (entry.name == kSelection || entry.name == "stacking") continue;
      if (is_large(x) && std::ranges::count(kSlow, entry.name) > 0) continue;
      for (const bool logarithm : {false, true}) {
        if (logarithm && !(low > 0.0 && high > 1.5 * low)) continue;
        candidates.push_back({.member = {&entry, logarithm, 0.0}, .guesses = {}});
      }
    }
    return candidates;
  }

  // With held-out guesses and error; best first, those without hope at the end without.
  std::vector<Candidate> judged(const Matrix& x, std::span<const double> y,
                                std::span<const double> noise) const {
    std::vector<Candidate> candidates = all_candidates(x, y);
    screen(candidates, x, y, noise);
    const double hope = kHopeless * candidates.front().first_error;
    const bool quick = is_large(x);
    const std::size_t most = quick ? kQuickFinalists : kFinalists;
    std::vector<const PredictorEntry*> finalists;
    for (Candidate& candidate : candidates) {
      if (candidate.first_error > hope || finalists.size() == most) break;
      if (std::ranges::count(finalists, candidate.member.entry) > 0) continue;
      finalists.push_back(candidate.member.entry);
      candidate.guesses =
          held_out_guesses(candidate.member, columns_, x, y, noise, options_.folds, quick);
      candidate.error = error_of(candidate.guesses.mean, y);
    }
    std::ranges::stable_sort(candidates, [](const Candidate& a, const Candidate& b) {
      return !std::isnan(a.error) && (std::isnan(b.error) || a.error < b.error);
    });
    return candidates;
  }

  // Sorts the candidates by their error on the first fold, learned from some of the others.
  void screen(std::vector<Candidate>& candidates, const Matrix& x, std::span<const double> y,
              std::span<const double> noise) const {
    const std::size_t folds = std::min(options_.folds, x.rows);
    std::vector<std::size_t> others;
    std::vector<std::size_t> first;
    for (std::size_t i = 0; i < x.rows; ++i) (i % folds == 0 ? first : others).push_back(i);
    std::vector<std::size_t> kept;
    for (const std::size_t k : rows_to_fit(others.size(), kScreeningRows))
      kept.push_back(others[k]);
    const Matrix train = some_rows(x, kept);
    std::vector<double> targets;
    std::vector<double> deviations;
    for (const std::size_t i : kept) {
      targets.push_back(y[i]);
      if (!noise.empty()) deviations.push_back(noise[i]);
    }
    const Matrix held_out = some_rows(x, first);
    std::vector<double> truth;
    for (const std::size_t i : first) truth.push_back(y[i]);
    for (Candidate& candidate : candidates) {
      MemberModel model(candidate.member, columns_);
      model.fit(train, targets, deviations, true);
      candidate.first_error = error_of(model.predict(held_out).mean, truth);
    }
    std::ranges::stable_sort(candidates, {}, &Candidate::first_error);
  }

  // Sets the candidates' weights.
  void mix(std::vector<Candidate>& candidates, std::span<const double> y) const {
    std::vector<double> sum(y.size(), 0.0);
    std::vector<double> tried(y.size());
    std::vector<int> chosen(candidates.size(), 0);
    for (int step = 1; step <= kGreedySteps; ++step) {
      const auto members = static_cast<std::size_t>(
          std::ranges::count_if(chosen, [](int times) { return times > 0; }));
      double least = std::numeric_limits<double>::infinity();
      std::size_t best = 0;
      for (std::size_t k = 0; k < candidates.size() && !std::isnan(candidates[k].error); ++k) {
        if (chosen[k] == 0 && members == options_.members) continue;
        for (std::size_t i = 0; i < y.size(); ++i)
          tried[i] = (sum[i] + candidates[k].guesses.mean[i]) / step;
        const double error = error_of(tried, y);
        if (!(error < least)) continue;
        least = error;
        best = k;
      }
      ++chosen[best];
      for (std::size_t i = 0; i < y.size(); ++i) sum[i] += candidates[best].guesses.mean[i];
    }
    for (std::size_t k = 0; k < candidates.size(); ++k)
      candidates[k].member.weight = static_cast<double>(chosen[k]) / kGreedySteps;
  }

  SelectionOptions options_;
  Columns columns_;
  Blend blend_;
  SelectionReport report_;
};

}  // namespace

std::vector<OptionSpec> selection_options() {
  const SelectionOptions defaults;
  return {{.name = "folds",
           .fallback = static_cast<std::int64_t>(defaults.folds),
           .min = 2,
           .max = 20,
           .help = "parts of the rows that are held out in turn"},
          {.name = "metric",
           .type = OptionType::kText,
           .fallback = defaults.metric,
           .allowed = {"rmse", "mape"},
           .help = "error of held-out rows that is made small: root mean square, or mean per cent"},
          {.name = "members",
           .fallback = static_cast<std::int64_t>(defaults.members),
           .min = 1,
           .max = 10,
           .help = "predictors that may be mixed; 1 keeps the best alone, the fastest to ask"}};
}

std::unique_ptr<Predictor> make_selection(const OptionValues& options, Columns columns) {
  return std::make_unique<Selection>(
      SelectionOptions{.folds = static_cast<std::size_t>(options.integer("folds")),
                       .metric = options.text("metric"),
                       .members = static_cast<std::size_t>(options.integer("members"))},
      std::move(columns));
}

SelectionReport selection_report(const ModelState& state) {
  const auto refuse = [](const std::string& what) {
    throw std::invalid_argument("the stored state of 'auto' " + what);
  };
  if (state.kind != kSelection) refuse("is of the kind '" + state.kind + "'");
  if (!state.texts.contains("metric") || !state.texts.contains("candidates"))
    refuse("lacks 'metric' or 'candidates'");
  SelectionReport report;
  report.metric = state.texts.at("metric");
  if (report.metric != "rmse" && report.metric != "mape") refuse("has an unknown metric");
  report.folds = saved_count(state, "folds", 1, 1000);
  std::istringstream names(state.texts.at("candidates"));
  for (std::string name; std::getline(names, name);) report.candidates.push_back({.name = name});
  const std::vector<double>& errors =
      saved_numbers(state, "candidate_errors", report.candidates.size());
  const std::vector<double>& weights =
      saved_numbers(state, "candidate_weights", report.candidates.size());
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const bool given_up = errors[k] < 0.0;
    report.candidates[k].error = given_up ? std::numeric_limits<double>::quiet_NaN() : errors[k];
    report.candidates[k].weight = weights[k];
  }
  report.held_out.mean = saved_numbers(state, "held_out_mean");
  report.held_out.standard_deviation =
      saved_numbers(state, "held_out_deviation", report.held_out.mean.size());
  return report;
}

}  // namespace quarry::predictors
