#include "predictors/robust_line.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace quarry::predictors {
namespace {

const Columns kLineOfOne(1);

Matrix numbers(const std::vector<double>& values) {
  Matrix x(values.size(), 1);
  x.values = values;
  return x;
}

double at(const RobustLine& line, double value) { return line.predict(std::vector{value}); }

TEST_CASE("a line goes through exact points, and past one that is far off") {
  const Matrix x = numbers({1, 2, 3, 4, 5, 6, 7, 8});
  const RobustLine exact(kLineOfOne, 0, x, std::vector<double>{3, 5, 7, 9, 11, 13, 15, 17});
  CHECK(at(exact, 10) == Approx(21).epsilon(0.005));
  const RobustLine disturbed(kLineOfOne, 0, x, std::vector<double>{3, 5, 7, 27, 11, 13, 15, 17});
  CHECK(at(disturbed, 10) == Approx(21).epsilon(0.02));
}

TEST_CASE("levels add what they add, an absent one nothing") {
  const Columns columns = {{ColumnKind::kNumber, 0}, {ColumnKind::kCategorical, 2}};
  Matrix x(9, 2);
  std::vector<double> y;
  for (std::size_t i = 0; i < 9; ++i) {
    x.row(i)[0] = static_cast<double>(i);
    x.row(i)[1] = static_cast<double>(i % 3) - 1.0;  // absent, 0, 1
    y.push_back(100.0 + static_cast<double>(i) + (i % 3 == 2 ? 40.0 : 0.0));
  }
  const RobustLine line(columns, 0, x, y);
  CHECK(line.predict(std::vector{4.0, 1.0}) - line.predict(std::vector{4.0, kAbsent}) ==
        Approx(40).epsilon(0.03));
}

TEST_CASE("the middle of errors is not moved by one that is huge") {
  CHECK(capped_mean(std::vector<double>{1, 1, 1, 1000}) == Approx((3 + 4) / 4.0));
}

TEST_CASE("the 90 % deviation of nineteen errors is that of the eighteenth") {
  std::vector<double> errors;
  for (int i = 1; i <= 19; ++i) errors.push_back(i);
  CHECK(ninety_percent_deviation(errors) == Approx(18 / 1.6448536));
  CHECK(ninety_percent_deviation(std::vector<double>{2.0}) == Approx(2 / 1.6448536));
}

TEST_CASE("a stored line predicts the same, and one of other columns is refused") {
  const RobustLine line(kLineOfOne, 0, numbers({1, 2, 4, 5, 9}),
                        std::vector<double>{2, 5, 9, 9, 20});
  ModelState state;
  line.save(state);
  const RobustLine again = RobustLine::restored(state, kLineOfOne);
  CHECK(at(again, 3) == at(line, 3));
  CHECK(again.deviation() == line.deviation());
  CHECK_THROWS_AS(RobustLine::restored(state, Columns(2)), std::invalid_argument);
}

}  // namespace
}  // namespace quarry::predictors
