// What every benchmark shares: figures with targets, printed as a table and written to
// build/bench/NAME.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace quarry::bench {

struct Figure {
  std::string figure;
  std::optional<double> value;  // nothing: absent, and `note` says why
  std::string unit;
  std::string target;         // as text, "" when there is none
  std::optional<bool> holds;  // of the target
  std::string note;
};

class Report {
 public:
  explicit Report(std::string name) : name_(std::move(name)) {}
  void add(Figure figure);
  // The same without a line of its own: the figure stands in a table already.
  void keep(Figure figure) { figures_.push_back(std::move(figure)); }
  // Prints the table and writes FOLDER/NAME.json: an array of {figure, value, unit, target, holds,
  // note}.
  void finish(const std::string& folder) const;

 private:
  std::string name_;
  std::vector<Figure> figures_;
};

// The middle of the values, or the mean of the two middle ones.
double median(std::vector<double> values);

}  // namespace quarry::bench
