// Genomes from configurations in tests.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/supernets/config.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::test {

// Canonical; throws what is wrong with the config.
inline search::Genome genome_of(const search::Supernet& supernet, const nlohmann::json& config) {
  search::FieldErrors errors;
  const auto genome = search::config_from_json(supernet.space, config, "", errors);
  if (!genome) throw std::runtime_error(transcript(errors));
  return *genome;
}

}  // namespace quarry::test
