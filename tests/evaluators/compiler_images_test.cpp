// Operators on images against plain loops: odd shapes, paddings, strides, groups, and what an image
// network of each precision becomes.
#include <catch2/catch.hpp>

#include "tests/support/execution.hpp"
#include "tests/support/small_networks.hpp"

namespace quarry::evaluators {
namespace {

using search::Activation;
using search::kNetworkInput;
using search::Network;
using search::NetworkBuilder;
using search::Precision;
using test::append;
using test::convolution;
using test::relative_error;

constexpr double kExact = 1e-5;  // f32 in another order

double error_of(const Network& network, std::size_t batch = 2) {
  return relative_error(network, test::random_weights(network, 11), batch, 2);
}

TEST_CASE("convolutions equal plain loops whatever their kernel, stride, padding and groups") {
  for (const test::ConvolutionOptions& options :
       {test::ConvolutionOptions{.channels = 5},
        {.channels = 7, .kernel = 3, .stride = 2, .padding = 1},
        {.channels = 6, .kernel = 5, .padding = 2, .groups = 2},
        {.channels = 6, .kernel = 3, .stride = 2, .padding = 1, .groups = 6},
        {.channels = 8, .kernel = 7, .stride = 2, .padding = 3, .norm = false},
        {.channels = 17, .kernel = 2, .stride = 2, .norm = false},
        {.channels = 3, .kernel = 1, .stride = 2}}) {
    NetworkBuilder builder({{6, 13, 9}});
    convolution(builder, "conv", kNetworkInput, options);
    INFO("kernel " << options.kernel << " groups " << options.groups);
    const Network network = builder.take();
    CHECK(error_of(network, 1) < kExact);
    CHECK(error_of(network, 3) < kExact);
  }
}

TEST_CASE("a convolution applies each activation after its norm") {
  for (const Activation activation :
       {Activation::kRelu, Activation::kRelu6, Activation::kGelu, Activation::kHardSwish,
        Activation::kHardSigmoid, Activation::kTanh}) {
    NetworkBuilder builder({{3, 8, 8}});
    convolution(builder, "conv", kNetworkInput,
                {.channels = 16, .kernel = 3, .padding = 1, .activation = activation});
    INFO(search::to_text(activation));
    CHECK(error_of(builder.take()) < kExact);
  }
}

TEST_CASE("an activation of its own equals plain loops") {
  for (const Activation activation :
       {Activation::kRelu, Activation::kRelu6, Activation::kGelu, Activation::kHardSwish,
        Activation::kHardSigmoid, Activation::kTanh}) {
    NetworkBuilder builder({{7, 3}});
    append(builder, "act", search::Activate{activation}, {kNetworkInput}, {7, 3});
    INFO(search::to_text(activation));
    CHECK(error_of(builder.take()) < kExact);
  }
}

TEST_CASE("pooling takes no padding into an average and loses no border") {
  for (const search::PoolKind kind : {search::PoolKind::kMax, search::PoolKind::kAverage}) {
    NetworkBuilder builder({{5, 9, 11}});
    append(builder, "pool", search::Pool{.kind = kind, .kernel = 3, .stride = 2, .padding = 1},
           {kNetworkInput}, {5, 5, 6});
    CHECK(error_of(builder.take()) < kExact);
  }
}

TEST_CASE("joining works along every axis of an image") {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    NetworkBuilder builder({{4, 6, 6}});
    const std::size_t conv = convolution(builder, "conv", kNetworkInput, {.channels = 4});
    std::vector<std::size_t> sizes = {4, 6, 6};
    sizes[axis] *= 2;
    append(builder, "join", search::Concatenate{axis}, {conv, kNetworkInput}, sizes);
    CHECK(error_of(builder.take()) < kExact);
  }
}

// A MobileNetV3 block: expand, depthwise, squeeze and excite, project, residual; then a head.
Network mobile_net(Precision precision, Activation activation = Activation::kHardSwish) {
  NetworkBuilder builder({{3, 15, 13}});
  const auto conv = [&](const std::string& name, std::size_t input,
                        test::ConvolutionOptions options) {
    options.precision = precision;
    return convolution(builder, name, input, options);
  };
  const std::size_t stem =
      conv("stem", kNetworkInput,
           {.channels = 16, .kernel = 3, .stride = 2, .padding = 1, .activation = activation});
  const std::size_t expand = conv("expand", stem, {.channels = 24, .activation = activation});
  const std::size_t depthwise =
      conv("depthwise", expand,
           {.channels = 24, .kernel = 5, .padding = 2, .groups = 24, .activation = activation});
  const std::size_t mean = append(builder, "mean", search::GlobalAverage{}, {depthwise}, {24});
  const std::size_t squeeze =
      test::linear(builder, "squeeze", mean, 8, Activation::kRelu, precision);
  const std::size_t excite =
      test::linear(builder, "excite", squeeze, 24, Activation::kHardSigmoid, precision);
  const std::size_t gate =
      append(builder, "gate", search::Multiply{}, {depthwise, excite}, {24, 8, 7});
  const std::size_t project = conv("project", gate, {.channels = 16});
  const std::size_t add = builder.add("add", stem, project);
  const std::size_t last = conv("last", add, {.channels = 32, .activation = activation});
  const std::size_t head = append(builder, "pool", search::GlobalAverage{}, {last}, {32});
  test::linear(builder, "classes", head, 5, Activation::kNone, precision);
  return builder.take();
}

// Two ResNet bottlenecks, the first with a projection, behind a stem with pooling.
Network residual_net(Precision precision) {
  NetworkBuilder builder({{3, 21, 17}});
  const auto conv = [&](const std::string& name, std::size_t input,
                        test::ConvolutionOptions options) {
    options.precision = precision;
    return convolution(builder, name, input, options);
  };
  const Activation relu = Activation::kRelu;
  std::size_t x =
      conv("stem", kNetworkInput,
           {.channels = 16, .kernel = 7, .stride = 2, .padding = 3, .activation = relu});
  x = append(builder, "pool", search::Pool{.kernel = 3, .stride = 2, .padding = 1}, {x},
             {16, 6, 5});
  for (const std::string block : {"a", "b"}) {
    std::size_t y = conv(block + ".conv1", x, {.channels = 8, .activation = relu});
    y = conv(block + ".conv2", y, {.channels = 8, .kernel = 3, .padding = 1, .activation = relu});
    y = conv(block + ".conv3", y, {.channels = 32});
    const std::size_t shortcut = block == "a" ? conv("a.down", x, {.channels = 32}) : x;
    y = builder.add(block + ".add", y, shortcut);
    x = append(builder, block + ".relu", search::Activate{relu}, {y}, {32, 6, 5});
  }
  x = append(builder, "mean", search::GlobalAverage{}, {x}, {32});
  test::linear(builder, "classes", x, 5, Activation::kNone, precision);
  return builder.take();
}

TEST_CASE("whole image networks equal plain loops in f32") {
  CHECK(error_of(mobile_net(Precision::kF32)) < kExact);
  CHECK(error_of(residual_net(Precision::kF32)) < kExact);
}

TEST_CASE("whole image networks stay near f32 in int8 and bf16") {
  CHECK(error_of(mobile_net(Precision::kInt8)) < 0.06);
  CHECK(error_of(mobile_net(Precision::kInt8, Activation::kRelu6)) < 0.06);
  CHECK(error_of(residual_net(Precision::kInt8)) < 0.06);
  if (!test::runs_bf16()) return;
  CHECK(error_of(mobile_net(Precision::kBf16)) < 0.02);
  CHECK(error_of(residual_net(Precision::kBf16)) < 0.02);
}

TEST_CASE("every mixture of neighbouring precisions in an image network stays near f32") {
  std::vector<Precision> precisions = {Precision::kF32, Precision::kInt8};
  if (test::runs_bf16()) precisions.push_back(Precision::kBf16);
  search::Rng rng(5);
  for (int round = 0; round < 10; ++round) {
    for (Network network : {mobile_net(Precision::kF32), residual_net(Precision::kF32)}) {
      for (search::Operator& op : network.operators) {
        if (search::is_quantizable(op)) op.precision = precisions[rng.below(precisions.size())];
      }
      CHECK(error_of(network) < 0.08);
    }
  }
}

TEST_CASE("an integer convolution is right at the border, where the padding holds the zero point") {
  // A constant image below zero: were the padding not zero, the border's sums would be the
  // middle's.
  NetworkBuilder builder({{4, 5, 5}});
  const std::size_t first =
      convolution(builder, "first", kNetworkInput,
                  {.channels = 8, .norm = false, .precision = Precision::kInt8});
  convolution(
      builder, "second", first,
      {.channels = 8, .kernel = 3, .padding = 1, .norm = false, .precision = Precision::kInt8});
  const Network dense = builder.take();
  CHECK(error_of(dense) < 0.02);
  NetworkBuilder other({{4, 5, 5}});
  const std::size_t before =
      convolution(other, "first", kNetworkInput,
                  {.channels = 16, .norm = false, .precision = Precision::kInt8});
  convolution(other, "second", before,
              {.channels = 16,
               .kernel = 3,
               .padding = 1,
               .groups = 16,
               .norm = false,
               .precision = Precision::kInt8});
  CHECK(error_of(other.take()) < 0.02);
}

std::string steps(const Network& network, const std::string& prefix) {
  const CompileResult compiled =
      compile(network, test::random_weights(network, 3), plausible_calibration(network), {});
  REQUIRE(compiled.failure == "");
  return test::steps_of(*compiled.network, prefix);
}

TEST_CASE("an int8 residual network is a chain of products: no conversion but of the input") {
  CHECK(steps(residual_net(Precision::kInt8), "") ==
        "stem channels last\nstem quantize\nstem product\npool pool\n"
        "a.conv1 product\na.conv2 product\na.conv3 product\na.down product\n"
        "b.conv1 product\nb.conv2 product\nb.conv3 product\n"
        "mean mean\nclasses quantize\nclasses product\n");
}

TEST_CASE("an int8 gate reads and writes bytes") {
  CHECK(steps(mobile_net(Precision::kInt8), "gate") == " gate\n");
  CHECK(steps(mobile_net(Precision::kInt8), "project") == " product\n");
}

Network large_images(Precision precision) {
  NetworkBuilder builder({{3, 29, 28}});
  std::size_t x =
      convolution(builder, "first", kNetworkInput,
                  {.channels = 128, .activation = Activation::kRelu, .precision = precision});
  x = convolution(builder, "second", x,
                  {.channels = 128,
                   .kernel = 3,
                   .padding = 1,
                   .activation = Activation::kRelu,
                   .precision = precision});
  append(builder, "mean", search::GlobalAverage{}, {x}, {128});
  return builder.take();
}

TEST_CASE("Winograd's algorithm, where images are large, is as exact as its transforms") {
  CHECK(error_of(large_images(Precision::kF32), 1) < 5e-5);
  CHECK(error_of(large_images(Precision::kInt8), 1) < 0.02);
}

TEST_CASE("Winograd's algorithm for integers is used only where it is asked for") {
  const Network network = large_images(Precision::kInt8);
  const TensorStore weights = test::random_weights(network, 3);
  const auto run = [&](bool winograd) {
    const CompileResult compiled =
        compile(network, weights, plausible_calibration(network), {.integer_winograd = winograd});
    REQUIRE(compiled.failure == "");
    std::string kernels;
    for (const CompiledStep& step : compiled.network->steps()) kernels += step.implementation;
    return kernels.find("wino") != std::string::npos;
  };
  CHECK_FALSE(run(false));
  CHECK(run(true) == onednn_isa().starts_with("avx512"));
}

TEST_CASE("asymmetric weights are refused by name") {
  Network network = residual_net(Precision::kInt8);
  network.operators.front().weight_scheme.symmetric = false;
  const CompileResult compiled =
      compile(network, test::random_weights(network, 3), plausible_calibration(network), {});
  CHECK(compiled.failure ==
        "operator stem (int8): oneDNN 2.6 has no fast product with zero points of weights; "
        "symmetric weights can be run");
}

TEST_CASE("what an integer operator reads is ranged as it asks, all else by minimum and maximum") {
  const auto ranges_with = [](search::CalibrationMethod method) {
    Network network = residual_net(Precision::kInt8);
    network.operators.front().calibration = method;
    const CalibrationResult result =
        calibrate(network, test::random_weights(network, 3), test::noise_inputs(network, 32));
    CHECK(result.failure == "");
    return result.ranges;
  };
  const Calibration plain = ranges_with(search::CalibrationMethod::kMinMax);
  const Calibration cut = ranges_with(search::CalibrationMethod::kPercentile);
  const std::string input(kNetworkInputName);  // what the first operator reads
  CHECK(cut.at(input).high <= plain.at(input).high);
  CHECK(cut.at(input).low >= plain.at(input).low);
  CHECK(cut.at(input).high > 0.9F * plain.at(input).high);
  for (const auto& [name, range] : plain) {
    if (name == input) continue;
    CHECK(cut.at(name).low == range.low);
    CHECK(cut.at(name).high == range.high);
  }
}

TEST_CASE("a network calibrated by divergence stays near f32") {
  Network network = residual_net(Precision::kInt8);
  for (search::Operator& op : network.operators) op.calibration = search::CalibrationMethod::kKl;
  CHECK(error_of(network) < 0.1);
}

TEST_CASE("one scale for all outputs is coarser than one for each, and near f32 still") {
  Network network = residual_net(Precision::kInt8);
  for (search::Operator& op : network.operators) op.weight_scheme.per_channel = false;
  CHECK(error_of(network) < 0.1);
}

}  // namespace
}  // namespace quarry::evaluators
