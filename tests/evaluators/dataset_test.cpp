#include "evaluators/weights/dataset.hpp"

#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "evaluators/weights/idx.hpp"

namespace quarry::evaluators {
namespace {

std::string written(const std::string& name, const std::string& bytes) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("quarry_" + name + ".gz")).string();
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return path;
}

TEST_CASE("IDX images and labels are read with their sizes") {
  const IdxImages images = read_idx_images(
      written("images", std::string("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02", 16) + "abcd"));
  CHECK(images.count == 2);
  CHECK(images.columns == 2);
  CHECK(images.pixels == std::vector<std::uint8_t>{'a', 'b', 'c', 'd'});
  CHECK(read_idx_labels(written("labels", std::string("\0\0\x08\x01\0\0\0\x01\x07", 9))).labels ==
        std::vector<std::uint8_t>{7});
}

TEST_CASE("IDX files that are missing, cut short or of another kind are refused by name") {
  CHECK_THROWS_WITH(read_idx_labels("/nowhere.gz"), "cannot open /nowhere.gz");
  CHECK_THROWS_WITH(read_idx_labels(written("short", std::string("\0\0\x08\x01\0\0\0\x05\x07", 9))),
                    Catch::EndsWith("is cut short or too long for its header"));
  CHECK_THROWS_WITH(read_idx_images(written("kind", std::string("\0\0\x08\x01\0\0\0\x01\x07", 9))),
                    Catch::EndsWith("is not an IDX file of 3 axes of bytes"));
  CHECK_THROWS_WITH(
      read_idx_images(written(
          "huge", std::string("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16))),
      Catch::EndsWith("claims impossible sizes"));
}

TEST_CASE("Fashion-MNIST splits are disjoint, balanced and balanced in every prefix") {
  const DatasetEntry* entry = find_dataset("fashion_mnist");
  const Dataset data = entry->load(*entry);
  CHECK(data.validation.count() == 5000);
  CHECK(data.calibration.count() == 320);
  CHECK(data.test.count() == 10000);
  CHECK(data.validation.image_elements == 28 * 28);
  for (const std::int32_t label : {0, 9}) {
    CHECK(std::ranges::count(data.validation.labels, label) == 500);
    CHECK(std::count(data.validation.labels.begin(), data.validation.labels.begin() + 1000,
                     label) == 100);
  }
  // The first training image is an ankle boot, and no calibration image is among the validation
  // images.
  for (std::size_t c = 0; c < 10; ++c) {
    for (std::size_t v = 0; v < 200; ++v)
      REQUIRE_FALSE(std::ranges::equal(data.calibration.image(c), data.validation.image(v)));
  }
}

}  // namespace
}  // namespace quarry::evaluators
