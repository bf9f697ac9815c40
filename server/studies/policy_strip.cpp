// Tested by tests/server/policy_strip_test.cpp.
#include "server/studies/policy_strip.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "search/network/cost.hpp"

namespace quarry::server {
namespace {

// Where each name belongs among those that are known: behind the one that runs before it.
class ColumnOrder {
 public:
  std::size_t column(const std::string& name, std::size_t behind) {
    const auto found = columns_.find(name);
    if (found != columns_.end()) return found->second;
    const std::size_t column = names_.size();
    names_.push_back(name);
    columns_.emplace(name, column);
    const auto before = std::ranges::find(order_, behind);
    order_.insert(before == order_.end() ? order_.begin() : before + 1, column);
    return column;
  }
  std::vector<std::size_t> order() const { return order_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::size_t> columns_;
  std::vector<std::string> names_;
  std::vector<std::size_t> order_;  // columns as they run
};

std::size_t width_of(const search::Operator& op) {
  if (const auto* linear = std::get_if<search::Linear>(&op.kind)) return linear->out_features;
  if (const auto* convolution = std::get_if<search::Convolution>(&op.kind))
    return convolution->out_channels;
  return op.output.sizes.empty() ? 0 : op.output.sizes.back();
}

}  // namespace

PolicyStrip policy_strip(const search::Supernet& supernet,
                         std::span<const search::Genome> genomes) {
  ColumnOrder columns;
  PolicyStrip strip;
  for (const search::Genome& genome : genomes) {
    const search::Network network = supernet.network(genome);
    std::vector<StripCell>& row = strip.rows.emplace_back();
    std::size_t before = static_cast<std::size_t>(-1);
    for (const search::Operator& op : network.operators) {
      if (!search::is_quantizable(op)) continue;
      before = columns.column(op.name, before);
      row.push_back({before, op.precision, search::cost_of(op, network).params, width_of(op)});
    }
  }
  // From the order in which names came to the order in which they run.
  std::vector<std::size_t> place(columns.names().size());
  for (const std::size_t column : columns.order()) {
    place[column] = strip.operators.size();
    strip.operators.push_back(columns.names()[column]);
  }
  strip.most.assign(strip.operators.size(), 0);
  for (std::vector<StripCell>& row : strip.rows) {
    for (StripCell& cell : row) {
      cell.column = place[cell.column];
      strip.most[cell.column] = std::max(strip.most[cell.column], cell.params);
    }
  }
  return strip;
}

}  // namespace quarry::server
