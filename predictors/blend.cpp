// Tested by tests/predictors/blend_test.cpp.
#include "predictors/blend.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include "predictors/statistics.hpp"

namespace quarry::predictors {
namespace {

constexpr std::size_t kMostMembers = 64;

}  // namespace

MemberModel::MemberModel(const BlendMember& member, const Columns& columns)
    : logarithm_(member.logarithm),
      model_(member.entry->make(OptionValues::defaults(member.entry->options), columns)) {}

void MemberModel::fit(const Matrix& x, std::span<const double> y, std::span<const double> noise,
                      bool anew) {
  std::vector<double> targets(y.begin(), y.end());
  std::vector<double> deviations(noise.begin(), noise.end());
  if (logarithm_) {
    // To first order the noise of a logarithm is the relative noise.
    for (std::size_t i = 0; i < deviations.size(); ++i) deviations[i] /= targets[i];
    for (double& target : targets) target = std::log(target);
  }
  if (anew) return model_->fit(x, targets, deviations);
  model_->update(x, targets, deviations);
}

Prediction MemberModel::predict(const Matrix& x) const {
  Prediction prediction = model_->predict(x);
  if (!logarithm_) return prediction;
  for (std::size_t i = 0; i < x.rows; ++i) {
    // A guess far outside must not overflow.
    prediction.mean[i] = std::exp(std::clamp(prediction.mean[i], -700.0, 700.0));
    prediction.standard_deviation[i] *= prediction.mean[i];
  }
  return prediction;
}

Prediction held_out_guesses(const BlendMember& member, const Columns& columns, const Matrix& x,
                            std::span<const double> y, std::span<const double> noise,
                            std::size_t folds, bool quick) {
  assert(x.rows >= 2 && folds >= 2);
  folds = std::min(folds, x.rows);
  Prediction all{std::vector<double>(x.rows), std::vector<double>(x.rows)};
  MemberModel model(member, columns);
  if (quick) model.fit(x, y, noise, true);
  for (std::size_t fold = 0; fold < folds; ++fold) {
    Matrix train(0, x.columns);
    Matrix held_out(0, x.columns);
    std::vector<double> targets;
    std::vector<double> deviations;
    for (std::size_t i = 0; i < x.rows; ++i) {
      Matrix& part = i % folds == fold ? held_out : train;
      part.values.insert(part.values.end(), x.row(i).begin(), x.row(i).end());
      ++part.rows;
      if (i % folds == fold) continue;
      targets.push_back(y[i]);
      if (!noise.empty()) deviations.push_back(noise[i]);
    }
    model.fit(train, targets, deviations, !quick);
    const Prediction guesses = model.predict(held_out);
    for (std::size_t i = fold, j = 0; i < x.rows; i += folds, ++j) {
      all.mean[i] = guesses.mean[j];
      all.standard_deviation[i] = guesses.standard_deviation[j];
    }
  }
  return all;
}

Blend::Blend(std::vector<BlendMember> members, double intercept, const Columns& columns)
    : members_(std::move(members)), intercept_(intercept) {
  for (const BlendMember& member : members_) models_.emplace_back(member, columns);
}

void Blend::fit(const Matrix& x, std::span<const double> y, std::span<const double> noise,
                bool anew) {
  for (MemberModel& model : models_) model.fit(x, y, noise, anew);
}

Prediction Blend::predict(const Matrix& x) const {
  std::vector<Prediction> guesses;
  for (const MemberModel& model : models_) guesses.push_back(model.predict(x));
  Prediction prediction = mixed(members_, intercept_, guesses);
  stretch(prediction);
  return prediction;
}

Prediction Blend::mixed(const std::vector<BlendMember>& members, double intercept,
                        const std::vector<Prediction>& guesses) {
  double total = 0.0;
  for (const BlendMember& member : members) total += std::abs(member.weight);
  const std::size_t rows = guesses.front().mean.size();
  Prediction prediction{std::vector<double>(rows, intercept), std::vector<double>(rows)};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < members.size(); ++k)
      prediction.mean[i] += members[k].weight * guesses[k].mean[i];
    if (!(total > 0.0)) continue;
    // The variance of a mixture: what each is unsure of, and how far they are apart.
    double centre = 0.0;
    for (std::size_t k = 0; k < members.size(); ++k)
      centre += std::abs(members[k].weight) / total * guesses[k].mean[i];
    double variance = 0.0;
    for (std::size_t k = 0; k < members.size(); ++k) {
      const double deviation = guesses[k].standard_deviation[i];
      const double apart = guesses[k].mean[i] - centre;
      variance += std::abs(members[k].weight) / total * (deviation * deviation + apart * apart);
    }
    prediction.standard_deviation[i] = std::sqrt(variance);
  }
  return prediction;
}

void Blend::calibrate(const Prediction& guesses, std::span<const double> y) {
  const std::size_t rows = y.size();
  double square = 0.0;
  for (std::size_t i = 0; i < rows; ++i)
    square += std::pow(guesses.mean[i] - y[i], 2) / static_cast<double>(rows);
  // No row is more certain than a fifth of the usual error: one lucky model must not be divided by.
  floor_ = 0.2 * std::sqrt(square);
  stretch_ = 1.0;
  if (!(floor_ > 0.0)) return;
  std::vector<double> scores;
  for (std::size_t i = 0; i < rows; ++i)
    scores.push_back(std::abs(guesses.mean[i] - y[i]) /
                     std::max(guesses.standard_deviation[i], floor_));
  std::ranges::sort(scores);
  const auto rank = static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(rows + 1)));
  stretch_ = std::max(scores[std::min(rank, rows) - 1] / kNinetyPercent, 1e-6);
}

void Blend::stretch(Prediction& prediction) const {
  for (double& deviation : prediction.standard_deviation)
    deviation = stretch_ * std::max(deviation, floor_);
}

void Blend::save(ModelState& state) const {
  state.numbers["intercept"] = {intercept_};
  state.numbers["stretch"] = {stretch_};
  state.numbers["floor"] = {floor_};
  std::vector<double>& weights = state.numbers["weights"];
  std::vector<double>& logarithms = state.numbers["logarithms"];
  for (std::size_t k = 0; k < members_.size(); ++k) {
    weights.push_back(members_[k].weight);
    logarithms.push_back(members_[k].logarithm ? 1.0 : 0.0);
    state.parts.push_back(models_[k].save());
  }
}

Blend Blend::restored(const ModelState& state, const Columns& columns) {
  const auto refuse = [&](const std::string& what) {
    throw std::invalid_argument("the stored state of '" + state.kind + "' " + what);
  };
  const std::size_t count = state.parts.size();
  if (count > kMostMembers) refuse("has too many parts");
  const std::vector<double>& weights = saved_numbers(state, "weights", count);
  const std::vector<double>& logarithms = saved_numbers(state, "logarithms", count);
  Blend blend;
  for (std::size_t k = 0; k < count; ++k) {
    const PredictorEntry* entry = find_predictor(state.parts[k].kind);
    // A blend of blends could be nested without end.
    if (entry == nullptr || !state.parts[k].parts.empty())
      refuse("has a part of the kind '" + state.parts[k].kind + "'");
    if (logarithms[k] != 0.0 && logarithms[k] != 1.0)
      refuse("has a logarithm that is neither 0 nor 1");
    blend.members_.push_back({entry, logarithms[k] == 1.0, weights[k]});
    blend.models_.emplace_back(blend.members_.back(), columns);
    blend.models_.back().restore(state.parts[k]);
  }
  blend.intercept_ = saved_number(state, "intercept");
  blend.stretch_ = saved_number(state, "stretch");
  blend.floor_ = saved_number(state, "floor");
  if (blend.stretch_ < 0.0 || blend.floor_ < 0.0) refuse("has a negative stretch or floor");
  return blend;
}

}  // namespace quarry::predictors
