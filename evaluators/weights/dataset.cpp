// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747): 28 x 28 grey images, ten classes,
// the official 60,000 + 10,000 split as Debian packages it. Validation is the last 500 training
// images of each class in file order, calibration the first 32; the supernet's train.py applies the
// same rule. Tested by tests/evaluators/dataset_test.cpp.
#include "evaluators/weights/dataset.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "evaluators/weights/idx.hpp"

namespace quarry::evaluators {
namespace {

constexpr std::size_t kClasses = 10;
constexpr std::size_t kValidationPerClass = 500;
constexpr std::size_t kCalibrationPerClass = 32;
// Of the training pixels in 0..1.
constexpr float kMean = 0.2860F;
constexpr float kDeviation = 0.3530F;

LabelledImages take(const IdxImages& images, const IdxLabels& labels,
                    const std::vector<std::size_t>& rows) {
  LabelledImages taken{.image_elements = images.rows * images.columns};
  taken.images.reserve(rows.size() * taken.image_elements);
  for (const std::size_t row : rows) {
    for (std::size_t i = 0; i < taken.image_elements; ++i) {
      const float pixel =
          static_cast<float>(images.pixels[row * taken.image_elements + i]) / 255.0F;
      taken.images.push_back((pixel - kMean) / kDeviation);
    }
    taken.labels.push_back(labels.labels[row]);
  }
  return taken;
}

// One of each class in turn, so that every prefix is balanced.
std::vector<std::size_t> interleave(const std::array<std::vector<std::size_t>, kClasses>& by_class,
                                    std::size_t begin, std::size_t count) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::vector<std::size_t>& members : by_class) rows.push_back(members[begin + i]);
  }
  return rows;
}

Dataset load_fashion_mnist(const DatasetEntry& entry) {
  const std::string folder = "/usr/share/datasets/fashion-mnist/";
  const auto explain = [&](const std::exception& error) {
    return std::runtime_error(std::string(error.what()) + "; data set " + entry.name +
                              " comes with the Debian package " + entry.debian_package +
                              " (apt-get install " + entry.debian_package + ")");
  };
  try {
    const IdxImages images = read_idx_images(folder + "train-images-idx3-ubyte.gz");
    const IdxLabels labels = read_idx_labels(folder + "train-labels-idx1-ubyte.gz");
    const IdxImages test_images = read_idx_images(folder + "t10k-images-idx3-ubyte.gz");
    const IdxLabels test_labels = read_idx_labels(folder + "t10k-labels-idx1-ubyte.gz");
    std::array<std::vector<std::size_t>, kClasses> by_class;
    for (std::size_t i = 0; i < labels.labels.size(); ++i)
      by_class.at(labels.labels[i]).push_back(i);
    for (const auto& members : by_class) {
      if (members.size() < kValidationPerClass + kCalibrationPerClass)
        throw std::runtime_error("a class has too few images");
    }
    if (images.count != labels.labels.size() || test_images.count != test_labels.labels.size()) {
      throw std::runtime_error("images and labels differ in number");
    }
    std::vector<std::size_t> all_test(test_labels.labels.size());
    for (std::size_t i = 0; i < all_test.size(); ++i) all_test[i] = i;

    std::array<std::vector<std::size_t>, kClasses> last;
    for (std::size_t c = 0; c < kClasses; ++c)
      last[c].assign(by_class[c].end() - kValidationPerClass, by_class[c].end());
    return {.validation = take(images, labels, interleave(last, 0, kValidationPerClass)),
            .calibration = take(images, labels, interleave(by_class, 0, kCalibrationPerClass)),
            .test = take(test_images, test_labels, all_test)};
  } catch (const std::exception& error) {
    throw explain(error);
  }
}

}  // namespace

std::span<const DatasetEntry> dataset_registry() {
  static const std::vector<DatasetEntry> kEntries = {
      {"fashion_mnist", "28 x 28 grey images of clothing, ten classes", "dataset-fashion-mnist",
       &load_fashion_mnist},
  };
  return kEntries;
}

const DatasetEntry* find_dataset(std::string_view name) {
  for (const DatasetEntry& entry : dataset_registry()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace quarry::evaluators
