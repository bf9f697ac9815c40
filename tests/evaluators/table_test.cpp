#include <catch2/catch.hpp>

#include "evaluators/evaluator.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::evaluators {
namespace {

// Accuracy of two networks of the small supernet, one of them measured three times.
class TwoNetworks final : public MeasurementTable {
 public:
  explicit TwoNetworks(Facts facts) : facts_(std::move(facts)) {}
  const Facts& facts() const override { return facts_; }
  std::vector<double> values(const search::Genome& genome, std::string_view metric) const override {
    if (metric != "accuracy") return {};
    if (genome == search::Genome{0, 0, 0, 0}) return {0.5};
    if (genome == search::Genome{1, 1, 1, 0}) return {0.60, 0.62, 0.64};
    return {};
  }

 private:
  Facts facts_;
};

struct Bench {
  SupernetLibrary library;
  std::string problem;
  const LoadedSupernet* small = library.add(test::load(test::small_manifest()), "", problem);
  NetworkPool pool;
  Resources resources{
      .table = [this](const std::string& id) -> std::shared_ptr<const MeasurementTable> {
        if (id != "im_1" && id != "im_old") return nullptr;
        return std::make_shared<const TwoNetworks>(
            MeasurementTable::Facts{.name = "two",
                                    .supernet = "small",
                                    .supernet_version = id == "im_old" ? "0" : small->version(),
                                    .metrics = {"accuracy"},
                                    .fingerprint_id = "fp_1",
                                    .fingerprint = "a board"});
      }};

  OptionValues options(const std::string& import) const {
    OptionValues values = OptionValues::defaults(find_evaluator("table")->options);
    values.set("import", import);
    return values;
  }

  Evaluation look_up(const search::Genome& genome) {
    return find_evaluator("table")
        ->make({*small, pool, resources}, options("im_1"))
        ->evaluate(std::span(&genome, 1), {})
        .front();
  }

  std::string refusal(const std::string& metric, const std::string& import) {
    const auto mistake =
        find_evaluator("table")->refuses(metric, *small, options(import), resources);
    return mistake ? mistake->option + " " + mistake->detail : "";
  }
};

TEST_CASE("a network of the table is answered with what was measured, marked as imported") {
  Bench bench;
  CHECK(bench.look_up({0, 0, 0, 0}).metrics.at("accuracy") ==
        search::Measurement{.value = 0.5,
                            .spread = 0.0,
                            .samples = 1,
                            .source = search::Source::kImported,
                            .fingerprint = "fp_1"});
}

TEST_CASE("repeated measurements are their mean, with half its 95 % confidence interval") {
  Bench bench;
  const search::Measurement accuracy = bench.look_up({1, 1, 1, 0}).metrics.at("accuracy");
  CHECK(accuracy.value == Approx(0.62));
  CHECK(accuracy.samples == 3);
  // Standard deviation .02, Student's t of two degrees of freedom 4.303: 4.303 * .02 / sqrt(3).
  CHECK(accuracy.spread == Approx(0.049687).epsilon(1e-4));
}

TEST_CASE("a dead gene does not hide a network, one that the table lacks is a failure") {
  Bench bench;
  CHECK(bench.look_up({0, 0, 1, 0}).failure.empty());
  CHECK(bench.look_up({1, 0, 0, 0}).failure ==
        "the import \"two\" has no measurement of this network");
}

TEST_CASE("a study hears why a table cannot serve it") {
  Bench bench;
  CHECK(bench.refusal("accuracy", "im_1") == "");
  CHECK(bench.refusal("accuracy", "") == "import is missing: the id of an import, \"im_...\"");
  CHECK(bench.refusal("accuracy", "im_2") ==
        "import there is no import im_2; GET /v1/imports lists them");
  CHECK(bench.refusal("latency_ms", "im_1") == "import import im_1 holds accuracy, not latency_ms");
  CHECK(bench.refusal("accuracy", "im_old") ==
        "import import im_old was made with another version of small: import the file again");
}

TEST_CASE("a table's machine is the one that its import names") {
  Bench bench;
  const EvaluatorEntry& entry = *find_evaluator("table");
  CHECK(entry.fingerprint(bench.options("im_1"), bench.resources) ==
        std::pair<std::string, std::string>("fp_1", "a board"));
}

}  // namespace
}  // namespace quarry::evaluators
