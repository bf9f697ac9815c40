// Runs a compiled classifier over labelled images and scores its logits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/weights/dataset.hpp"

namespace quarry::evaluators {

struct Logits {
  std::size_t classes = 0;
  std::vector<float> values;  // classes per image
  std::size_t images() const { return classes == 0 ? 0 : values.size() / classes; }
};

// Of the first `count` images (all, if there are fewer). Ends early, with fewer images, when a stop
// is asked for.
Logits compute_logits(CompiledNetwork& network, const LabelledImages& images, std::size_t count,
                      std::stop_token stop);

// Share of images whose largest logit is their label; the first of equal logits counts.
double top1_accuracy(const Logits& logits, std::span<const std::int32_t> labels);

// Mean negative log-likelihood of the labels, nats.
double cross_entropy(const Logits& logits, std::span<const std::int32_t> labels);

// Mean KL(reference || logits) over images, nats: how far quantization moved the answers, right or
// wrong.
double mean_kl(const Logits& reference, const Logits& logits);

}  // namespace quarry::evaluators
