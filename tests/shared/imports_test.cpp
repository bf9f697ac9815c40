// Every published file of results, imported: what is taken, and that each parameter and MAC in it
// is Quarry's own to the last digit.
#include <catch2/catch.hpp>

#include "evaluators/imports/result_file.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/shared_files.hpp"

namespace quarry::evaluators {
namespace {

const std::string kMobile = "ofa_mbv3_d234_e346_k357_w1.0";
const std::string kTransformer = "transformer_lt_wmt_en_de";

// "rows taken/rejected/networks, column metric equal/compared, ..., metric values min..max, ..." or
// what is wrong; empty where the folder is not here.
std::string imported(const std::string& name, const std::string& supernet_name,
                     const std::vector<std::string>& rules = {}) {
  const std::string text = test::shared_file(name);
  if (text.empty()) return "";
  search::FieldErrors errors;
  const ResultFile file =
      read_result_file(text, std::nullopt, rules, test::builtin_supernet(supernet_name), errors);
  if (!errors.empty()) return test::transcript(errors);
  std::string line = std::to_string(file.rows.size()) + "/" + std::to_string(file.rejected) + "/" +
                     std::to_string(file.networks);
  for (const FormulaCheck& check : file.checks)
    line += ", " + check.column + " " + check.metric + " " + std::to_string(check.equal) + "/" +
            std::to_string(check.compared);
  for (const MetricRange& range : file.ranges) {
    char values[80];
    std::snprintf(values, sizeof values, " %zu %.6g..%.6g", range.values, range.min, range.max);
    line += ", " + range.metric + values;
  }
  return line;
}

void check(const std::string& found, const std::string& expected) {
  if (!found.empty()) CHECK(found == expected);
}

TEST_CASE("MobileNetV3's searches are taken whole, every parameter and MAC exact") {
  check(imported("mbnv3w10_evoga_acc.csv", kMobile),
        "364/0/362, Model Parameters params 364/364, MACs macs 364/364, latency_ms 0 0..0, "
        "accuracy 364 0.73716..0.77386");
  check(imported("mbnv3w10_evonsga2_acc_macs.csv", kMobile),
        "540/0/530, Model Parameters params 540/540, MACs macs 540/540, latency_ms 0 0..0, "
        "accuracy 540 0.71938..0.77238");
  check(imported("mbnv3w10_linasga_acc.csv", kMobile),
        "361/0/361, Model Parameters params 361/361, MACs macs 361/361, latency_ms 0 0..0, "
        "accuracy 361 0.74176..0.77466");
}

TEST_CASE("MACs as torchprofile counts them prove a file as well") {
  check(imported("dynast_tests_ofa.csv", kMobile),
        "10/0/2, Model Parameters params 10/10, MACs macs 10/10, latency_ms 10 14.412..22.19, "
        "accuracy 10 0.9..0.9");
}

TEST_CASE("the wrong width of MobileNetV3 is not taken: no parameter is its own") {
  const std::string found = imported("mbnv3w10_evoga_acc.csv", "ofa_mbv3_d234_e346_k357_w1.2");
  if (found.empty()) return;
  CHECK(
      found.starts_with("/text none of the 364 rows can be taken; column \"Model Parameters\" is "
                        "not params in 364 of 364 rows: perhaps \"Model Parameters=ignore\""));
}

TEST_CASE("BERT's file says macs and holds parameters: refused with the rule, taken with it") {
  const std::string found = imported("bert_sst2_params_first500.csv", "bert_base_sst2");
  if (found.empty()) return;
  CHECK(
      found.starts_with("/text none of the 500 rows can be taken; column \"macs\" is not macs in "
                        "500 of 500 rows: perhaps \"macs=params\""));
  check(
      imported("bert_sst2_params_first500.csv", "bert_base_sst2", {"macs=params", "params=ignore"}),
      "500/0/468, macs params 500/500, latency_ms 0 0..0, accuracy 500 0.861239..0.928899");
}

TEST_CASE("TransformerLT's shifted columns are refused with both rules, taken with them") {
  const std::string file = "dynast_tests_transformerlt.csv";
  check(
      imported(file, kTransformer, {"Model Parameters=ignore", "Latency (ms)=macs", "MACs=params"}),
      "19/0/19, Latency (ms) macs 19/19, MACs params 19/19, bleu 19 22.4699..26.5487");
  check(imported("results_transformerlt_macs_first250.csv", kTransformer),
        "250/0/250, Model Parameters params 0/0, MACs macs 250/250, latency_ms 0 0..0, bleu 250 "
        "21.6449..26.7281");
}

TEST_CASE("the joint search of the quantized ResNet50-D is taken with its 151 genes") {
  check(imported("results_ofa_resnet50_quant_first250.csv", "inc_quantization_ofa_resnet50",
                 {"Latency (ms)=ignore"}),
        "250/0/240, Model Parameters params 0/0, accuracy 250 0.764205..0.796215");
}

TEST_CASE("averages of HAT's latency files name no network: there is no column for every gene") {
  const std::string found =
      imported("wmt14ende_cpu_xeon_all.csv", kTransformer, {"latency_mean_encoder=latency_ms"});
  if (found.empty()) return;
  CHECK(found == "/columns no column is the gene encoder_ffn_embed_dim[0]\n");
}

}  // namespace
}  // namespace quarry::evaluators
