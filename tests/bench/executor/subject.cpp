#include "tests/bench/executor/subject.hpp"

#include <stdexcept>

#include "evaluators/onednn/calibration.hpp"
#include "search/core/rng.hpp"
#include "tests/bench/executor/network_dump.hpp"

namespace quarry::bench {

Subject make_subject(search::Network network, bool calibrated) {
  constexpr std::uint64_t kSeed = 20;
  std::string bytes = made_up_weights(network, kSeed);
  std::string problem;
  auto weights = evaluators::TensorStore::parse(bytes, problem);
  if (!weights) throw std::runtime_error(problem);
  Subject subject{.network = std::move(network),
                  .weights = std::move(*weights),
                  .weight_bytes = std::move(bytes)};
  if (!calibrated) return subject;
  constexpr std::size_t kImages = 32;
  evaluators::LabelledImages images{.image_elements = subject.network.input.elements()};
  images.images = noise(kImages * images.image_elements);
  images.labels.assign(kImages, 0);
  evaluators::CalibrationResult found =
      evaluators::calibrate(subject.network, subject.weights, images);
  subject.ranges = std::move(found.ranges);
  subject.failure = std::move(found.failure);
  return subject;
}

std::vector<float> noise(std::size_t elements) {
  search::Rng rng(30);
  std::vector<float> values(elements);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

}  // namespace quarry::bench
