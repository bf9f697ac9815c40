#include "predictors/cross_validation.hpp"

#include <catch2/catch.hpp>

namespace quarry::predictors {
namespace {

// Predicts the largest target that it saw.
class LargestSeen final : public Predictor {
 public:
  void fit(const Matrix&, std::span<const double> y, std::span<const double>) override {
    largest_ = *std::max_element(y.begin(), y.end());
  }
  Prediction predict(const Matrix& x) const override {
    return {std::vector<double>(x.rows, largest_), std::vector<double>(x.rows, 1.0)};
  }
  ModelState save() const override { return {}; }
  void restore(const ModelState&) override {}

 private:
  double largest_ = 0.0;
};

const PredictorEntry kLargestSeen = {
    "largest", "", {}, [](const OptionValues&, Columns) -> std::unique_ptr<Predictor> {
      return std::make_unique<LargestSeen>();
    }};

TEST_CASE("every row is predicted by a model that did not see its fold") {
  const Matrix x(5, 1);
  const std::vector<double> y = {1, 9, 2, 3, 8};
  // Folds of two: rows 0, 2, 4 and rows 1, 3.
  CHECK(out_of_fold(kLargestSeen, {}, Columns(1), x, y, 2).mean ==
        std::vector<double>{9, 8, 9, 8, 9});
}

TEST_CASE("with fewer rows than folds each row is left out alone") {
  const Matrix x(3, 1);
  CHECK(out_of_fold(kLargestSeen, {}, Columns(1), x, std::vector<double>{1, 2, 3}, 10).mean ==
        std::vector<double>{3, 3, 2});
}

TEST_CASE("the error is the root of the mean square") {
  CHECK(root_mean_squared_error(std::vector<double>{1, 5}, std::vector<double>{4, 1}) ==
        Approx(std::sqrt(12.5)));
}

TEST_CASE("the best predictor of one row is the first, and of any rows is always the same") {
  CHECK(&best_predictor(Columns(1), Matrix(1, 1), std::vector<double>{1}, 5) ==
        &predictor_registry().front());
  Matrix x(20, 1);
  std::vector<double> y;
  for (std::size_t i = 0; i < 20; ++i) {
    x.row(i)[0] = static_cast<double>(i);
    y.push_back(static_cast<double>(3 * i));
  }
  CHECK(best_predictor(Columns(1), x, y, 5).name == "ridge");
}

}  // namespace
}  // namespace quarry::predictors
