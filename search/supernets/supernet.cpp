// Genome -> Network: every block of the manifest in order, each parameter a constant or the value
// of its gene. Tested by tests/search/supernet_test.cpp.
#include "search/supernets/supernet.hpp"

#include <algorithm>
#include <cassert>

namespace quarry::search {
namespace {

// Precisions as DyNAS-T's genes name them.
constexpr std::int64_t kFloatBits = 32;
constexpr std::int64_t kIntegerBits = 8;

std::optional<Precision> named_precision(const Value& value) {
  Precision precision = Precision::kF32;
  if (const auto* bits = std::get_if<std::int64_t>(&value)) {
    if (*bits == kFloatBits) return Precision::kF32;
    if (*bits == kIntegerBits) return Precision::kInt8;
    return std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || !parse_precision(*text, precision)) return std::nullopt;
  return precision;
}

// What the stored tensors are sized for: the largest number; the first of texts.
const OptionValue& largest_value(const GeneReference& reference) {
  const OptionValue* largest = &reference.values.front();
  for (const OptionValue& value : reference.values) {
    if (!std::holds_alternative<std::string>(value) && *largest < value) largest = &value;
  }
  return *largest;
}

bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
    if (matches(pattern, text.substr(skipped))) return true;
  }
  return false;
}

std::string with_number(std::string text, std::size_t number) {
  constexpr std::string_view kPlace = "{i}";
  for (std::size_t at = text.find(kPlace); at != std::string::npos; at = text.find(kPlace))
    text.replace(at, kPlace.size(), std::to_string(number));
  return text;
}

}  // namespace

std::optional<Precision> precision_of(const Gene& gene, Choice choice) {
  const bool all = std::ranges::all_of(
      gene.choices, [](const Value& value) { return named_precision(value).has_value(); });
  return all ? named_precision(gene.choices[choice]) : std::nullopt;
}

std::size_t Repeat::most() const { return *std::ranges::max_element(times); }

std::string BlockUse::instance_name(std::size_t repetition) const {
  return repeat ? name + std::to_string(number_from + repetition) : name;
}

BlockParameters Supernet::parameters_of(const BlockUse& use, const Genome& genome,
                                        std::size_t repetition) const {
  BlockParameters parameters{use.constants, use.constants};
  for (const auto& [parameter, values] : use.by_repetition) {
    const OptionValue& value = values[std::min(repetition, values.size() - 1)];
    parameters.chosen.set(parameter, value);
    parameters.largest.set(parameter, value);
  }
  for (const auto& [parameter, given] : use.genes) {
    const GeneReference* reference = &given;
    while (!reference->otherwise.empty() && !space.is_alive(genome, reference->gene(repetition)))
      reference = &reference->otherwise.front();
    parameters.chosen.set(parameter, reference->values[genome[reference->gene(repetition)]]);
    parameters.largest.set(parameter, largest_value(given));
  }
  return parameters;
}

std::size_t Supernet::repetitions_of(const BlockUse& use, const Genome& genome) const {
  if (!use.repeat) return 1;
  return use.repeat->gene ? use.repeat->times[genome[*use.repeat->gene]] : use.repeat->times[0];
}

void Supernet::append_block(NetworkBuilder& builder, const BlockUse& use, const Genome& genome,
                            std::size_t repetition) const {
  const std::size_t first = builder.size();
  const std::string instance = use.instance_name(repetition);
  use.kind->append(builder, instance, parameters_of(use, genome, repetition));
  if (use.tensors.empty()) return;
  // "layer3.query.weight" of instance "layer3": the tensor is "query.weight", its part "query".
  builder.rename_tensors(first, [&](const std::string& tensor) {
    if (!tensor.starts_with(instance + ".")) return tensor;
    const std::string own = tensor.substr(instance.size() + 1);
    const std::size_t number = use.number_from + repetition;
    if (const auto whole = use.tensors.find(own); whole != use.tensors.end())
      return with_number(whole->second, number);
    const std::size_t end = own.rfind('.');
    if (end == std::string::npos) return tensor;
    const auto part = use.tensors.find(own.substr(0, end));
    if (part == use.tensors.end()) return tensor;
    return with_number(part->second, number) + own.substr(end);
  });
}

Network Supernet::network(const Genome& genome) const {
  assert(space.contains(genome));
  NetworkBuilder builder(input, vocabulary);
  for (const BlockUse& use : blocks) {
    const std::size_t repetitions = repetitions_of(use, genome);
    for (std::size_t i = 0; i < repetitions; ++i) append_block(builder, use, genome, i);
  }
  return builder.take();
}

std::vector<Phase> Supernet::phases(const Genome& genome) const {
  Network whole = network(genome);
  if (decoding) return decoding_phases(whole, *decoding);
  std::vector<Phase> phases;  // a list of initialisers would copy the network
  phases.push_back({.name = "network", .network = std::move(whole)});
  return phases;
}

Supernet::ReportedCost Supernet::reported_cost(const Genome& genome, const Network& network) const {
  const Cost all = cost_of(network);
  ReportedCost reported{.macs = macs(all, metrics.convention) + metrics.macs_constant,
                        .params = all.params,
                        .model_size_bytes = all.model_size_bytes};
  for (const BlockUse& use : blocks) {
    const auto added = metrics.macs_per_repetition.find(use.name);
    if (added == metrics.macs_per_repetition.end()) continue;
    reported.macs += added->second * static_cast<std::int64_t>(repetitions_of(use, genome));
  }
  if (metrics.params_without.empty()) return reported;
  const auto is_counted = [&](const Operator& op) {
    return std::ranges::none_of(metrics.params_without, [&](const std::string& pattern) {
      return matches(pattern, op.name);
    });
  };
  reported.params = cost_of(network, is_counted).params;
  return reported;
}

}  // namespace quarry::search
