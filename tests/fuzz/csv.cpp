// A file of results: the first byte says the format and whether there are rules, the rest is the
// file.
#include <cmath>
#include <stdexcept>
#include <vector>

#include "evaluators/imports/result_file.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/manifests.hpp"

using namespace quarry;
using evaluators::ResultFormat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const search::Supernet kSupernet = test::load(test::small_manifest());
  static const std::vector<std::string> kRules = {"top1=accuracy*0.01", "net=config", "code=genome",
                                                  "d=depth"};
  if (size == 0) return 0;
  std::optional<ResultFormat> format;
  if (data[0] % 4 == 1) format = ResultFormat::kCsv;
  if (data[0] % 4 == 2) format = ResultFormat::kDynast;
  if (data[0] % 4 == 3) format = ResultFormat::kJsonLines;
  // Rules for columns that are not there are mistakes: each is tried alone.
  std::vector<std::string> rules;
  if (const std::size_t rule = data[0] / 4 % 8; rule < kRules.size()) rules = {kRules[rule]};
  search::FieldErrors errors;
  const evaluators::ResultFile file = evaluators::read_result_file(
      fuzz::text_of(data + 1, size - 1), format, rules, kSupernet, errors);
  fuzz::require(!errors.empty() || !file.rows.empty(), "rows are taken, or the mistakes are told");
  for (const evaluators::ResultRow& row : file.rows) {
    fuzz::require(kSupernet.space.contains(row.genome), "a row's network is of the space");
    fuzz::require(row.values.size() == file.metrics.size(), "a row has a place for each metric");
    for (const double value : row.values) fuzz::require(!std::isinf(value), "values are finite");
  }
  return 0;
}
