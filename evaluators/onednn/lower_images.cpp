// Images, held channels last: pooling, gates, and the way to tokens, which is none. Tested by
// tests/evaluators/compiler_images_test.cpp.
#include <algorithm>

#include "evaluators/onednn/host_kernels.hpp"
#include "evaluators/onednn/lowering.hpp"

namespace quarry::evaluators {

using dnnl::memory;

namespace {

template <typename Element>
const Element* as(const std::byte* place) {
  return reinterpret_cast<const Element*>(place);
}
template <typename Element>
Element* as(std::byte* place) {
  return reinterpret_cast<Element*>(place);
}

// Calls task(image, begin, end) for stretches of `count` things of each image, on all threads; on
// one where there is too little to do.
template <typename Task>
void share_out(std::size_t images, std::size_t count, std::size_t stretch, std::size_t elements,
               const Task& task) {
  constexpr std::size_t kWorthAThread = 8192;
  const std::size_t stretches = (count + stretch - 1) / stretch;
#pragma omp parallel for if (elements > kWorthAThread)
  for (std::size_t i = 0; i < images * stretches; ++i) {
    const std::size_t begin = i % stretches * stretch;
    task(i / stretches, begin, std::min(begin + stretch, count));
  }
}

struct GateShape {
  std::size_t images = 0;
  std::size_t pixels = 0;
  std::size_t channels = 0;
};

// The first input's channels times the second's numbers, in the form that is wanted.
void lower_gate(Lowering& state) {
  const std::vector<std::size_t>& sizes = state.op().output.sizes;
  const GateShape shape{state.batch(), sizes[1] * sizes[2], sizes[0]};
  const Form form = state.wanted(state.current());
  const BufferId from = state.value(state.input(0), form);
  const BufferId factors = state.value(state.input(1), Form::kF32);
  const ActivationScale source =
      form == Form::kU8 ? state.scale_of(state.input(0)) : ActivationScale{};
  const ActivationScale target =
      form == Form::kU8 ? state.scale_of(state.current()) : ActivationScale{};
  const BufferId to = state.make_value(state.current(), form);
  state.add_loop("gate", {from, factors, to}, [=](std::span<std::byte* const> places) {
    constexpr std::size_t kStretches = 4;  // of each image: what threads share
    const auto [images, pixels, channels] = shape;
    const std::size_t stretch = (pixels + kStretches - 1) / kStretches;
    share_out(images, pixels, stretch, images * pixels * channels,
              [&, channels = channels, pixels = pixels](std::size_t image, std::size_t begin,
                                                        std::size_t end) {
                const std::size_t offset = (image * pixels + begin) * channels;
                const float* const factor = as<float>(places[1]) + image * channels;
                if (form == Form::kF32) {
                  gate(as<float>(places[0]) + offset, factor, end - begin, channels,
                       as<float>(places[2]) + offset);
                } else if (form == Form::kBf16) {
                  gate(as<std::uint16_t>(places[0]) + offset, factor, end - begin, channels,
                       as<std::uint16_t>(places[2]) + offset);
                } else {
                  gate(as<std::uint8_t>(places[0]) + offset, source, factor, end - begin, channels,
                       as<std::uint8_t>(places[2]) + offset, target);
                }
              });
  });
}

}  // namespace

void lower(Lowering& state, const search::Multiply&) {
  const bool same_shape = state.shape_of(state.input(0)) == state.shape_of(state.input(1));
  if (!same_shape) return lower_gate(state);
  const memory::desc data = state.matrix(state.current(), Form::kF32);
  const BufferId a = state.value(state.input(0), Form::kF32);
  const BufferId b = state.value(state.input(1), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_step("multiply",
                 make_binary(state.maker(), ElementwiseProduct::kMultiply, data, data, data),
                 {{DNNL_ARG_SRC_0, a, data}, {DNNL_ARG_SRC_1, b, data}, {DNNL_ARG_DST, to, data}});
}

void lower(Lowering& state, const search::Pool& pool) {
  const Form form = state.wanted(state.current());
  const BufferId from = state.value(state.input(), form);
  const BufferId to = state.make_value(state.current(), form);
  const memory::desc source = state.image(state.input(), form);
  const memory::desc destination = state.image(state.current(), form);
  const Primitive primitive = make_pool(state.maker(), {.kind = pool.kind,
                                                        .source = source,
                                                        .destination = destination,
                                                        .kernel = Dims(2, dim(pool.kernel)),
                                                        .strides = Dims(2, dim(pool.stride)),
                                                        .padding = Dims(2, dim(pool.padding))});
  state.add_step("pool", primitive,
                 {{DNNL_ARG_SRC, from, source}, {DNNL_ARG_DST, to, destination}});
}

void lower(Lowering& state, const search::GlobalAverage&) {
  if (!state.is_image(state.input())) state.refuse("it reads an image, which its input is not");
  const std::vector<std::size_t>& sizes = state.shape_of(state.input()).sizes;
  const std::size_t channels = sizes[0];
  const std::size_t pixels = sizes[1] * sizes[2];
  const std::size_t images = state.batch();
  const Form form = state.present(state.input()).value_or(Form::kF32);
  const BufferId from = state.value(state.input(), form);
  const ActivationScale scale =
      form == Form::kU8 ? state.scale_of(state.input()) : ActivationScale{};
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_loop("mean", {from, to}, [=](std::span<std::byte* const> places) {
    constexpr std::size_t kChannels = 64;  // of a stretch: a cache line of u8
    share_out(images, channels, kChannels, images * pixels * channels,
              [&](std::size_t image, std::size_t begin, std::size_t end) {
                const std::size_t offset = image * pixels * channels;
                float* const means = as<float>(places[1]) + image * channels;
                if (form == Form::kF32) {
                  channel_means(as<float>(places[0]) + offset, pixels, channels, begin, end, means);
                } else if (form == Form::kBf16) {
                  channel_means(as<std::uint16_t>(places[0]) + offset, pixels, channels, begin, end,
                                means);
                } else {
                  channel_means(as<std::uint8_t>(places[0]) + offset, scale, pixels, channels,
                                begin, end, means);
                }
              });
  });
}

// Another name for the same memory: Lowering::value() sees through it.
void lower(Lowering& state, const search::Tokens&) {
  if (!state.is_image(state.input())) state.refuse("it reads an image, which its input is not");
}

void lower(Lowering& state, const search::Patchify& patchify) {
  const search::TensorShape& image = state.shape_of(state.input());
  const memory::dim patch = dim(patchify.patch);
  const memory::dim rows = dim(image.sizes[0]) / patch;
  const memory::dim columns = dim(image.sizes[1]) / patch;
  const memory::dim width = dim(image.sizes[1]);
  const Dims dims = {dim(state.batch()), rows, columns, patch, patch};
  const memory::desc source =
      strided(dims, DataType::f32, {dim(image.elements()), patch * width, patch, width, 1});
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_reorder("cut", from, source, to, dense(dims, DataType::f32));
}

}  // namespace quarry::evaluators
