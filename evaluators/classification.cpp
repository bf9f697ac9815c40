// Tested by tests/evaluators/classification_test.cpp.
#include "evaluators/classification.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace quarry::evaluators {
namespace {

std::span<const float> row_of(const Logits& logits, std::size_t image) {
  return std::span(logits.values).subspan(image * logits.classes, logits.classes);
}

// log softmax, with the maximum taken out so that exp cannot overflow.
std::vector<double> log_probabilities(std::span<const float> row) {
  const double largest = *std::ranges::max_element(row);
  double sum = 0.0;
  for (const float value : row) sum += std::exp(value - largest);
  std::vector<double> logs;
  for (const float value : row) logs.push_back(value - largest - std::log(sum));
  return logs;
}

}  // namespace

Logits compute_logits(CompiledNetwork& network, const LabelledImages& images, std::size_t count,
                      std::stop_token stop) {
  const std::size_t batch = network.options().batch;
  const std::size_t wanted = std::min(count, images.count());
  Logits logits{.classes = network.output().size() / batch};
  logits.values.reserve(wanted * logits.classes);
  for (std::size_t begin = 0; begin < wanted && !stop.stop_requested(); begin += batch) {
    const std::size_t here = std::min(batch, wanted - begin);
    const auto first =
        images.images.begin() + static_cast<std::ptrdiff_t>(begin * images.image_elements);
    std::copy_n(first, here * images.image_elements, network.input().begin());
    // What is left of a last, partial batch still holds earlier images; its outputs are not read.
    network.run();
    logits.values.insert(
        logits.values.end(), network.output().begin(),
        network.output().begin() + static_cast<std::ptrdiff_t>(here * logits.classes));
  }
  return logits;
}

double top1_accuracy(const Logits& logits, std::span<const std::int32_t> labels) {
  assert(labels.size() >= logits.images());
  std::size_t right = 0;
  for (std::size_t i = 0; i < logits.images(); ++i) {
    const std::span<const float> row = row_of(logits, i);
    if (std::ranges::max_element(row) - row.begin() == labels[i]) ++right;
  }
  return logits.images() == 0 ? 0.0
                              : static_cast<double>(right) / static_cast<double>(logits.images());
}

double cross_entropy(const Logits& logits, std::span<const std::int32_t> labels) {
  assert(labels.size() >= logits.images());
  double total = 0.0;
  for (std::size_t i = 0; i < logits.images(); ++i)
    total -= log_probabilities(row_of(logits, i))[static_cast<std::size_t>(labels[i])];
  return logits.images() == 0 ? 0.0 : total / static_cast<double>(logits.images());
}

double mean_kl(const Logits& reference, const Logits& logits) {
  assert(reference.classes == logits.classes && reference.images() == logits.images());
  double total = 0.0;
  for (std::size_t i = 0; i < logits.images(); ++i) {
    const std::vector<double> p = log_probabilities(row_of(reference, i));
    const std::vector<double> q = log_probabilities(row_of(logits, i));
    for (std::size_t c = 0; c < p.size(); ++c) total += std::exp(p[c]) * (p[c] - q[c]);
  }
  return logits.images() == 0 ? 0.0 : total / static_cast<double>(logits.images());
}

}  // namespace quarry::evaluators
