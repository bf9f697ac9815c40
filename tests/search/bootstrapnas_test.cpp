// BootstrapNAS's ResNet50 for CIFAR-10 against ../shared/spec/reference.md, section 1.8.
#include <catch2/catch.hpp>

#include "tests/support/configs.hpp"

namespace quarry::search {
namespace {

Supernet supernet() { return test::builtin_supernet("bootstrapnas_resnet50_cifar10"); }

std::int64_t macs_of(const Supernet& net, const Genome& genome) {
  return net.reported_cost(genome, net.network(genome)).macs;
}

TEST_CASE("the pretrained ResNet50 for CIFAR-10 takes 325.8 million MACs") {
  const Supernet net = supernet();
  const Genome& genome = test::baseline(net, "largest f32");
  CHECK(macs_of(net, genome) == 325799936);
  CHECK(net.reported_cost(genome, net.network(genome)).params == 23520842);
}

TEST_CASE("least widths without four blocks take the 64.1 million MACs that were published") {
  const Supernet net = supernet();
  CHECK(macs_of(net, test::baseline(net, "least widths")) == 64071680);
  CHECK(macs_of(net, test::baseline(net, "smallest f32")) == 55158784);
}

TEST_CASE("BootstrapNAS's genes are 37 widths and the blocks that are skipped") {
  const Supernet net = supernet();
  CHECK(net.space.size() == 38);
  CHECK(net.space.parameters()[36].name == "width_36");
  CHECK(net.space.parameters()[37].name == "depth");
  CHECK(net.space.genes()[37].choices.size() == 36);
  CHECK(net.space.genes()[37].choices.back() == Value("[]"));
}

TEST_CASE("DyNAS-T's genome of BootstrapNAS is the configuration that DyNAS-T translates it to") {
  const Supernet net = supernet();
  const Genome genome = {0, 0, 2, 1, 0, 0, 2, 0, 2, 2, 2, 0, 3, 0, 0, 0, 1, 1, 0,
                         1, 3, 1, 3, 2, 0, 1, 3, 2, 2, 1, 1, 2, 0, 0, 3, 0, 2, 22};
  const auto config = config_to_json(net.space, genome);
  CHECK(config["width_0"].dump() == "[256]");
  CHECK(config["width_2"].dump() == "[608]");
  CHECK(config["width_36"].dump() == "[304]");
  CHECK(config["depth"].dump() == "[\"[0, 1, 2, 4]\"]");
}

TEST_CASE("skipped blocks are gone and their widths are dead") {
  const Supernet net = supernet();
  const Genome& largest = test::baseline(net, "largest f32");
  for (std::size_t choice = 0; choice < 36; ++choice) {
    Genome genome = largest;
    genome[37] = static_cast<Choice>(choice);
    const std::string skipped = std::get<std::string>(net.space.genes()[37].choices[choice]);
    const auto count = std::ranges::count_if(skipped, [](char c) { return c >= '0' && c <= '5'; });
    const std::vector<bool> alive = net.space.alive(genome);
    CHECK(std::ranges::count(alive, false) == 2 * count);
    const Network network = net.network(genome);
    CHECK(std::ranges::count_if(network.operators, [](const Operator& op) {
            return op.name.ends_with(".conv3");
          }) == 16 - count);
  }
}

TEST_CASE("every living width of BootstrapNAS's changes the network") {
  const Supernet net = supernet();
  Rng rng(5);
  for (int i = 0; i < 5; ++i) {
    const Genome genome = net.space.random(rng);
    const std::vector<bool> alive = net.space.alive(genome);
    for (std::size_t gene = 0; gene < 37; ++gene) {
      Genome changed = genome;
      changed[gene] = static_cast<Choice>((changed[gene] + 1U) % 3);
      CHECK((macs_of(net, changed) != macs_of(net, genome)) == alive[gene]);
    }
  }
}

}  // namespace
}  // namespace quarry::search
