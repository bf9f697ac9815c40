// Tested by tests/server/trial_api_test.cpp.
#include "server/api/trial_network.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "evaluators/onednn/step_plan.hpp"
#include "search/network/cost.hpp"

namespace quarry::server {
namespace {

using nlohmann::ordered_json;
using search::Network;
using search::Operator;

// ------------------------------------------------------------------ what an operator is

ordered_json scheme_view(const Operator& op) {
  return {{"weights", op.weight_scheme.symmetric ? "symmetric" : "asymmetric"},
          {"per", op.weight_scheme.per_channel ? "channel" : "tensor"}};
}

// The numbers that tell two operators of a kind apart beside their shapes.
struct Attributes {
  ordered_json operator()(const search::Linear& linear) const {
    return {{"in_features", linear.in_features},
            {"out_features", linear.out_features},
            {"activation", search::to_text(linear.activation)}};
  }
  ordered_json operator()(const search::Convolution& convolution) const {
    return {{"in_channels", convolution.in_channels},
            {"out_channels", convolution.out_channels},
            {"kernel", convolution.kernel},
            {"stride", convolution.stride},
            {"groups", convolution.groups},
            {"activation", search::to_text(convolution.activation)}};
  }
  ordered_json operator()(const search::Pool& pool) const {
    return {{"pool", pool.kind == search::PoolKind::kMax ? "max" : "average"},
            {"kernel", pool.kernel},
            {"stride", pool.stride}};
  }
  ordered_json operator()(const search::Activate& activate) const {
    return {{"activation", search::to_text(activate.activation)}};
  }
  ordered_json operator()(const search::Patchify& patchify) const {
    return {{"patch", patchify.patch}};
  }
  ordered_json operator()(const search::TokenEmbedding& embedding) const {
    return {{"vocabulary", embedding.vocabulary}};
  }
  ordered_json operator()(const search::AttentionScores& scores) const {
    return {{"heads", scores.heads}, {"head_dim", scores.head_dim}, {"causal", scores.causal}};
  }
  ordered_json operator()(const search::AttentionContext& context) const {
    return {{"heads", context.heads}, {"head_dim", context.head_dim}};
  }
  ordered_json operator()(const search::HeadProduct& product) const {
    return {{"heads", product.heads}, {"head_dim", product.head_dim}};
  }
  ordered_json operator()(const search::SpectralMix& mix) const {
    return {{"spectrum", mix.spectrum == search::Spectrum::kFourier ? "fourier" : "cosine"}};
  }
  ordered_json operator()(const search::SpanConvolution& span) const {
    return {{"heads", span.heads}, {"kernel", span.kernel}};
  }
  template <typename Other>
  ordered_json operator()(const Other&) const {
    return ordered_json::object();
  }
};

// ------------------------------------------------------------------ blocks

struct Block {
  std::string name;                  // "layer3"
  std::string group;                 // "layer": all repetitions, also of several entries
  std::optional<std::size_t> index;  // of a repeated one
};

std::string without_point(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return name;
}

std::vector<Block> blocks_of(const search::Supernet& supernet, const search::Genome& genome) {
  std::vector<Block> blocks;
  for (const search::BlockUse& use : supernet.blocks) {
    for (std::size_t i = 0; i < supernet.repetitions_of(use, genome); ++i) {
      Block block{.name = use.instance_name(i), .group = without_point(use.name)};
      if (use.repeat) block.index = use.number_from + i;
      blocks.push_back(std::move(block));
    }
  }
  return blocks;
}

// The block with the longest name: a block may be called "layer1" beside another's "layer1.0".
const Block* block_of(const std::vector<Block>& blocks, const std::string& operator_name) {
  const Block* found = nullptr;
  for (const Block& block : blocks) {
    const bool holds = operator_name == block.name || operator_name.starts_with(block.name + ".");
    if (holds && (found == nullptr || block.name.size() > found->name.size())) found = &block;
  }
  return found;
}

// ------------------------------------------------------------------ steps and their times

class Timings {
 public:
  Timings(const TimingPlan& plan, const evaluators::OperatorTable& table) {
    if (plan.no_times.empty()) model_ = evaluators::fit_latency_model(plan.fingerprint, table);
  }

  bool are_known() const { return model_.has_value(); }

  // Adds what is known to the step's view.
  std::optional<evaluators::StepEstimate> add(const evaluators::CompiledStep& step,
                                              ordered_json& view) {
    if (!model_) return std::nullopt;
    const std::string key = evaluators::step_key(step.kind, step.shape);
    const auto [entry, is_new] = asked_.try_emplace(key);
    if (is_new) entry->second = model_->step(step);
    const evaluators::StepEstimate& estimate = entry->second;
    view["time_ms"] = estimate.ms;
    view["deviation_ms"] = estimate.deviation_ms;
    const auto row = model_->steps.find(key);
    view["networks"] = row == model_->steps.end() ? 0 : row->second.networks;
    return estimate;
  }

 private:
  std::optional<evaluators::LatencyModel> model_;
  std::map<std::string, evaluators::StepEstimate> asked_;
};

ordered_json step_view(const evaluators::CompiledStep& step) {
  return {{"step", step.part},         {"implementation", step.implementation},
          {"kind", step.kind},         {"shape", step.shape},
          {"macs", step.macs},         {"bytes", step.bytes},
          {"reorder", step.is_reorder}};
}

// ------------------------------------------------------------------ phases

ordered_json inputs_view(const Operator& op) {
  ordered_json inputs = ordered_json::array();
  for (const std::size_t input : op.inputs)
    inputs.push_back(input == search::kNetworkInput ? -1 : static_cast<std::int64_t>(input));
  return inputs;
}

ordered_json operator_view(const Operator& op, const Network& network,
                           const std::vector<Block>& blocks, std::size_t rows) {
  const search::Cost cost = search::cost_of(op, network);
  ordered_json view = {{"name", op.name}, {"kind", search::kind_name(op.kind)}};
  if (const Block* block = block_of(blocks, op.name)) {
    view["block"] = block->name;
    view["group"] = block->group;
    view["index"] = block->index ? ordered_json(*block->index) : ordered_json(nullptr);
  }
  view["inputs"] = inputs_view(op);
  view["output"] = op.output.sizes;
  view["precision"] = search::to_text(op.precision);
  view["quantizable"] = search::is_quantizable(op);
  if (search::is_integer(op.precision)) view["scheme"] = scheme_view(op);
  view["attributes"] = std::visit(Attributes{}, op.kind);
  view["macs"] = cost.macs * static_cast<std::int64_t>(rows);
  view["params"] = cost.params;
  view["model_size_bytes"] = cost.model_size_bytes;
  view["steps"] = ordered_json::array();
  view["moved_bytes"] = 0;
  view["time_ms"] = nullptr;
  view["estimated"] = false;
  return view;
}

// What the steps add to the phase's operators, and the sums of all.
void add_steps(const evaluators::StepPlan& plan, Timings& timings, ordered_json& phase) {
  std::map<std::string, std::size_t> place;
  ordered_json& operators = phase["operators"];
  for (std::size_t i = 0; i < operators.size(); ++i) place[operators[i]["name"]] = i;
  double sum_ms = 0.0;
  double estimated_ms = 0.0;
  for (const evaluators::CompiledStep& step : plan.steps) {
    ordered_json view = step_view(step);
    const auto time = timings.add(step, view);
    const auto found = place.find(step.operator_name);
    if (time) {
      sum_ms += time->ms;
      estimated_ms += time->estimated ? time->ms : 0.0;
    }
    // What belongs to no operator (the input's conversion) is the first one's.
    ordered_json& op = operators[found == place.end() ? 0 : found->second];
    op["moved_bytes"] = op["moved_bytes"].get<std::size_t>() + step.bytes;
    if (time) {
      op["time_ms"] = (op["time_ms"].is_null() ? 0.0 : op["time_ms"].get<double>()) + time->ms;
      op["estimated"] = op["estimated"].get<bool>() || time->estimated;
    }
    op["steps"].push_back(std::move(view));
  }
  phase["failure"] = plan.failure;
  phase["sum_ms"] = timings.are_known() && plan.failure.empty() ? ordered_json(sum_ms) : nullptr;
  phase["estimated_ms"] = estimated_ms;
}

}  // namespace

ordered_json network_view(const search::Supernet& supernet, const search::Genome& genome,
                          const TimingPlan& plan, const evaluators::OperatorTable& table) {
  const std::vector<Block> blocks = blocks_of(supernet, genome);
  evaluators::StepPlanner planner(plan.threads);
  Timings timings(plan, table);
  ordered_json phases = ordered_json::array();
  for (const search::Phase& phase : supernet.phases(genome)) {
    const std::size_t rows = plan.batch * phase.rows;
    ordered_json view = {{"name", phase.name},
                         {"rows", rows},
                         {"repetitions", phase.repetitions},
                         {"input", phase.network.input.sizes},
                         {"operators", ordered_json::array()}};
    for (const Operator& op : phase.network.operators)
      view["operators"].push_back(operator_view(op, phase.network, blocks, rows));
    add_steps(planner.plan(phase.network, rows), timings, view);
    phases.push_back(std::move(view));
  }
  std::string no_times = plan.no_times;
  if (no_times.empty() && !timings.are_known())
    no_times =
        "no operator was timed on this machine yet: measure latency_ms with the evaluator onednn";
  return {{"batch", plan.batch},
          {"threads", plan.threads},
          {"fingerprint", plan.fingerprint},
          {"no_times", no_times},
          {"phases", std::move(phases)}};
}

}  // namespace quarry::server
