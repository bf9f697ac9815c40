// Labelled images for measuring accuracy and for calibrating activations, each data set with the
// splits that every measurement uses. Adding a data set: an entry in the table of dataset.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::evaluators {

struct LabelledImages {
  std::size_t image_elements = 0;
  std::vector<float> images;         // normalised as in training, image after image
  std::vector<std::int32_t> labels;  // one per image

  std::size_t count() const { return labels.size(); }
  std::span<const float> image(std::size_t i) const {
    return {images.data() + i * image_elements, image_elements};
  }
};

struct Dataset {
  // Stratified, in an order whose every prefix is stratified too, so that the first n images are a
  // fair smaller split.
  LabelledImages validation;   // never seen by training
  LabelledImages calibration;  // from the training images
  LabelledImages test;         // the official test set
};

struct DatasetEntry {
  std::string name;
  std::string summary;
  std::string debian_package;  // installs the files
  // Throws std::runtime_error that says which file is missing or broken and how to get it.
  Dataset (*load)(const DatasetEntry& entry);
};

std::span<const DatasetEntry> dataset_registry();

// nullptr when there is none of that name.
const DatasetEntry* find_dataset(std::string_view name);

}  // namespace quarry::evaluators
