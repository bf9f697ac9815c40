// Several predictors as one: a weighted sum of what they say. What `stacking` and `auto` are made
// of, and how they are stored.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

// A kind of predictor at its default options, and whether it learns the logarithm of y: what
// multiplies becomes what adds.
struct BlendMember {
  const PredictorEntry* entry = nullptr;
  bool logarithm = false;
  double weight = 1.0;

  std::string name() const { return entry->name + (logarithm ? " of the logarithm" : ""); }
};

// A model that may learn the logarithm of its targets.
class MemberModel {
 public:
  MemberModel(const BlendMember& member, const Columns& columns);

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise, bool anew);
  Prediction predict(const Matrix& x) const;  // of y, also where the logarithm was learned
  ModelState save() const { return model_->save(); }
  void restore(const ModelState& state) { model_->restore(state); }

 private:
  bool logarithm_;
  std::unique_ptr<Predictor> model_;
};

// Guesses for rows that a model did not see: rows i with i % folds == fold are held out of each.
// `quick` learns what is slow from all rows once and only takes rows out after that.
Prediction held_out_guesses(const BlendMember& member, const Columns& columns, const Matrix& x,
                            std::span<const double> y, std::span<const double> noise,
                            std::size_t folds, bool quick);

class Blend {
 public:
  Blend() = default;
  // `floor`: least standard deviation, before `stretch` multiplies it.
  Blend(std::vector<BlendMember> members, double intercept, const Columns& columns);

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise, bool anew);
  Prediction predict(const Matrix& x) const;

  // Makes nine tenths of the rows lie within 1.645 standard deviations of these held-out guesses of
  // this blend (split conformal prediction: Lei et al. 2018, JASA 113).
  void calibrate(const Prediction& guesses, std::span<const double> y);
  void stretch(Prediction& prediction) const;

  // What a blend of these weights makes of its members' guesses; deviations not yet stretched.
  static Prediction mixed(const std::vector<BlendMember>& members, double intercept,
                          const std::vector<Prediction>& guesses);

  const std::vector<BlendMember>& members() const { return members_; }

  void save(ModelState& state) const;
  // Throws std::invalid_argument for a state that is none.
  static Blend restored(const ModelState& state, const Columns& columns);

 private:
  std::vector<BlendMember> members_;
  std::vector<MemberModel> models_;
  double intercept_ = 0.0;
  double stretch_ = 1.0;
  double floor_ = 0.0;
};

}  // namespace quarry::predictors
