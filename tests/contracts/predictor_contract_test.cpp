// What every predictor must do, whatever it is. A new registry entry is covered without a line
// here.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "predictors/predictor.hpp"

namespace quarry::predictors {
namespace {

Matrix rows_of(std::size_t rows, std::uint32_t state) {
  Matrix x(rows, 6);
  for (double& value : x.values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<double>(state >> 31);
  }
  return x;
}

std::vector<double> targets(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i)
    y.push_back(1 + 2 * x.row(i)[0] + x.row(i)[1] - 3 * x.row(i)[2] +
                0.01 * static_cast<double>(i % 3));
  return y;
}

std::unique_ptr<Predictor> make(const PredictorEntry& entry, Columns columns = Columns(6)) {
  return entry.make(OptionValues::defaults(entry.options), std::move(columns));
}

// Two columns of each kind; the levels of ordinal and categorical ones are 0 and 1 of four.
Columns mixed_columns() {
  return {{ColumnKind::kNumber, 0},  {ColumnKind::kNumber, 0},      {ColumnKind::kOrdinal, 4},
          {ColumnKind::kOrdinal, 4}, {ColumnKind::kCategorical, 4}, {ColumnKind::kCategorical, 4}};
}

// Where absent genes are as well.
Matrix mixed_rows(std::size_t rows, std::uint32_t state) {
  Matrix x = rows_of(rows, state);
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (x.row(i)[2] == 0) x.row(i)[3] = kAbsent;
  }
  return x;
}

TEST_CASE("every predictor beats the mean on a linear function") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = rows_of(60, 1);
    const Matrix test = rows_of(40, 2);
    const auto model = make(entry);
    model->fit(train, targets(train));
    const std::vector<double> mean = model->predict(test).mean;
    const std::vector<double> y = targets(test);
    double error = 0;
    double spread = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      error += std::pow(mean[i] - y[i], 2);
      spread += std::pow(y[i] - 1, 2);
    }
    CHECK(error < 0.5 * spread);
  }
}

TEST_CASE(
    "every predictor gives one finite mean and deviation per row, also for one row and constant "
    "targets") {
  for (const PredictorEntry& entry : predictor_registry()) {
    for (const std::size_t rows : {1U, 2U, 5U}) {
      INFO(entry.name << " on " << rows << " rows");
      const Matrix train = rows_of(rows, 3);
      const auto model = make(entry);
      model->fit(train, std::vector<double>(rows, 2.0));
      const Prediction prediction = model->predict(rows_of(4, 4));
      REQUIRE(prediction.mean.size() == 4);
      REQUIRE(prediction.standard_deviation.size() == 4);
      for (std::size_t i = 0; i < 4; ++i) {
        CHECK(prediction.mean[i] == Approx(2.0));
        CHECK(prediction.standard_deviation[i] >= 0.0);
        CHECK(std::isfinite(prediction.standard_deviation[i]));
      }
    }
  }
}

TEST_CASE("every predictor fitted twice on the same rows predicts the same to the last bit") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = rows_of(30, 5);
    const auto once = make(entry);
    once->fit(train, targets(train));
    const auto again = make(entry);
    again->fit(rows_of(10, 6), std::vector<double>(10, 1.0));
    again->fit(train, targets(train));
    CHECK(once->predict(train).mean == again->predict(train).mean);
  }
}

TEST_CASE("every predictor that is saved and restored predicts the same to the last bit") {
  for (const PredictorEntry& entry : predictor_registry()) {
    for (const std::size_t rows : {1U, 3U, 40U}) {
      INFO(entry.name << " on " << rows << " rows");
      const Matrix train = mixed_rows(rows, 7);
      const auto model = make(entry, mixed_columns());
      model->fit(train, targets(train));
      const auto restored = make(entry, mixed_columns());
      restored->fit(mixed_rows(5, 8), std::vector<double>{1, 2, 3, 4, 5});
      restored->restore(model->save());
      const Prediction expected = model->predict(mixed_rows(50, 9));
      const Prediction got = restored->predict(mixed_rows(50, 9));
      CHECK(got.mean == expected.mean);
      CHECK(got.standard_deviation == expected.standard_deviation);
      CHECK(restored->save() == model->save());
    }
  }
}

// What a state turns into when something of it is lost, one loss at a time, its parts' as well.
std::vector<ModelState> damaged(const ModelState& state) {
  std::vector<ModelState> all;
  for (const auto& [name, numbers] : state.numbers) {
    ModelState without = state;
    without.numbers.erase(name);
    all.push_back(without);
    ModelState longer = state;
    longer.numbers[name].push_back(0.5);
    all.push_back(longer);
    if (numbers.empty()) continue;
    ModelState shorter = state;
    shorter.numbers[name].pop_back();
    all.push_back(shorter);
    for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), 1e300, -1e300, 0.5}) {
      ModelState changed = state;
      changed.numbers[name].back() = wrong;
      all.push_back(changed);
    }
  }
  for (const auto& [name, text] : state.texts) {
    ModelState changed = state;
    changed.texts[name] = text.substr(0, text.size() / 2);
    all.push_back(changed);
  }
  for (std::size_t i = 0; i < state.parts.size(); ++i) {
    ModelState without = state;
    without.parts.erase(without.parts.begin() + static_cast<std::ptrdiff_t>(i));
    all.push_back(without);
    for (const ModelState& part : damaged(state.parts[i])) {
      ModelState changed = state;
      changed.parts[i] = part;
      all.push_back(changed);
    }
  }
  return all;
}

TEST_CASE("every predictor refuses a damaged state, or predicts one number per row from it") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = mixed_rows(30, 10);
    const auto model = make(entry, mixed_columns());
    model->fit(train, targets(train));
    std::size_t refused = 0;
    const ModelState whole = model->save();
    const std::vector<double> before = model->predict(train).mean;
    const std::vector<ModelState> states = damaged(whole);
    for (const ModelState& state : states) {
      const auto restored = make(entry, mixed_columns());
      restored->restore(whole);
      try {
        restored->restore(state);
        CHECK(restored->predict(train).mean.size() == train.rows);
      } catch (const std::invalid_argument&) {
        ++refused;
        CHECK(restored->predict(train).mean == before);
      }
    }
    CHECK(refused > states.size() / 2);
  }
}

TEST_CASE("every predictor refuses the state of another kind and of other columns") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = mixed_rows(10, 11);
    const auto model = make(entry, mixed_columns());
    model->fit(train, targets(train));
    ModelState state = model->save();
    CHECK_THROWS_AS(make(entry)->restore(state), std::invalid_argument);
    CHECK_THROWS_AS(make(entry, Columns(7))->restore(state), std::invalid_argument);
    CHECK(state.kind == entry.name);
    state.kind = "oracle";
    CHECK_THROWS_AS(make(entry, mixed_columns())->restore(state), std::invalid_argument);
    CHECK_THROWS_AS(make(entry, mixed_columns())->restore({}), std::invalid_argument);
  }
}

TEST_CASE(
    "every predictor refuses rows with a number that is not finite, and rows of other shapes") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const auto model = make(entry);
    const Matrix x = rows_of(3, 12);
    Matrix odd = x;
    odd.values[7] = kNan;
    const std::vector<double> y = {1, 2, 3};
    CHECK_THROWS_AS(model->fit(odd, y), std::invalid_argument);
    CHECK_THROWS_AS(model->fit(x, std::vector<double>{1, kInfinity, 3}), std::invalid_argument);
    CHECK_THROWS_AS(model->fit(x, std::vector<double>{1, 2}), std::invalid_argument);
    CHECK_THROWS_AS(model->fit(x, y, std::vector<double>{1, 2}), std::invalid_argument);
    CHECK_THROWS_AS(model->fit(x, y, std::vector<double>{1, 2, kNan}), std::invalid_argument);
    CHECK_THROWS_AS(model->fit(Matrix(0, 6), {}), std::invalid_argument);
    CHECK_THROWS_AS(model->fit(Matrix(3, 5), y), std::invalid_argument);
  }
}

TEST_CASE("every predictor believes an exact row rather than a noisy one") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    // Every row twice, once with its target and once ten off, half of the time either way first.
    const Matrix once = mixed_rows(24, 13);
    Matrix x(0, 6);
    std::vector<double> y;
    std::vector<double> noise;
    const std::vector<double> truth = targets(once);
    for (std::size_t i = 0; i < once.rows; ++i) {
      for (const bool first : {true, false}) {
        const bool exact = first == (i % 2 == 0);
        x.values.insert(x.values.end(), once.row(i).begin(), once.row(i).end());
        ++x.rows;
        y.push_back(exact ? truth[i] : truth[i] + 10);
        noise.push_back(exact ? 0.01 : 20.0);
      }
    }
    const auto trusting = make(entry, mixed_columns());
    trusting->fit(x, y);
    const auto careful = make(entry, mixed_columns());
    careful->fit(x, y, noise);
    const auto error = [&](const Predictor& model) {
      const std::vector<double> mean = model.predict(once).mean;
      double total = 0;
      for (std::size_t i = 0; i < truth.size(); ++i) total += std::abs(mean[i] - truth[i]) / 24;
      return total;
    };
    CHECK(error(*careful) < 0.5 * error(*trusting));
  }
}

TEST_CASE("every predictor is defined where rows repeat and where levels were never seen") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    Matrix x = mixed_rows(6, 14);
    for (std::size_t i = 3; i < 6; ++i) std::ranges::copy(x.row(i - 3), x.row(i).begin());
    const auto model = make(entry, mixed_columns());
    model->fit(x, std::vector<double>{1, 2, 3, 3, 2, 1});
    Matrix unseen = mixed_rows(2, 15);
    unseen.row(0)[4] = 3;
    unseen.row(1)[2] = kAbsent;
    const Prediction guess = model->predict(unseen);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(std::isfinite(guess.mean[i]));
      CHECK((guess.standard_deviation[i] >= 0.0 && std::isfinite(guess.standard_deviation[i])));
    }
  }
}

TEST_CASE("every predictor gives a row the same prediction alone and among others") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = mixed_rows(30, 16);
    const auto model = make(entry, mixed_columns());
    model->fit(train, targets(train));
    const Matrix many = mixed_rows(100, 17);
    const Prediction all = model->predict(many);
    for (const std::size_t i : {0U, 50U, 99U}) {
      Matrix one(1, 6);
      std::ranges::copy(many.row(i), one.row(0).begin());
      CHECK(model->predict(one).mean.front() == all.mean[i]);
    }
  }
}

}  // namespace
}  // namespace quarry::predictors
