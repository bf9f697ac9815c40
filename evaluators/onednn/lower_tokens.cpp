// Sequences of tokens, and what works on any tensor. Tested by
// tests/evaluators/compiler_tokens_test.cpp.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "evaluators/onednn/host_kernels.hpp"
#include "evaluators/onednn/lowering.hpp"
#include "evaluators/onednn/product_weights.hpp"

namespace quarry::evaluators {

using dnnl::memory;

namespace {

// f32, or bf16 where all who read the current operator want that.
Form plain_form(const Lowering& state) {
  return state.wanted(state.current()) == Form::kBf16 ? Form::kBf16 : Form::kF32;
}

void lower_activation(Lowering& state, search::Activation activation, Form form, BufferId from,
                      BufferId to) {
  const memory::desc data = state.matrix(state.current(), form);
  for (const Primitive& primitive : make_activation(state.maker(), activation, data)) {
    state.add_step(std::string(search::to_text(activation)), primitive,
                   {{DNNL_ARG_SRC, from, data}, {DNNL_ARG_DST, to, data}});
    from = to;
  }
}

}  // namespace

void lower(Lowering& state, const search::Add&) {
  const Form form = plain_form(state);
  const memory::desc data = state.matrix(state.current(), form);
  const BufferId a = state.value(state.input(0), form);
  const BufferId b = state.value(state.input(1), form);
  const BufferId to = state.make_value(state.current(), form);
  state.add_step("add", make_binary(state.maker(), ElementwiseProduct::kAdd, data, data, data),
                 {{DNNL_ARG_SRC_0, a, data}, {DNNL_ARG_SRC_1, b, data}, {DNNL_ARG_DST, to, data}});
}

void lower(Lowering& state, const search::Activate& activate) {
  const Form form = plain_form(state);
  const BufferId from = state.value(state.input(), form);
  const BufferId to = state.make_value(state.current(), form);
  lower_activation(state, activate.activation, form, from, to);
}

void lower(Lowering& state, const search::Concatenate& concatenate) {
  // An image's axes as they lie in memory: height, width, channels.
  const bool image = state.is_image(state.current());
  const auto axes_of = [&](std::size_t index) {
    std::vector<std::size_t> sizes = state.shape_of(index).sizes;
    if (image) std::ranges::rotate(sizes, sizes.begin() + 1);
    return sizes;
  };
  const std::vector<std::size_t> sizes = axes_of(state.current());
  const std::size_t axis =
      image ? (concatenate.axis + sizes.size() - 1) % sizes.size() : concatenate.axis;
  memory::dim outer = dim(state.batch());
  memory::dim inner = 1;
  for (std::size_t i = 0; i < axis; ++i) outer *= dim(sizes[i]);
  for (std::size_t i = axis + 1; i < sizes.size(); ++i) inner *= dim(sizes[i]);
  std::vector<BufferId> inputs;
  for (const std::size_t input : state.op().inputs)
    inputs.push_back(state.value(input, Form::kF32));
  const BufferId to = state.make_value(state.current(), Form::kF32);
  const memory::dim row = dim(sizes[axis]) * inner;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const memory::dim width = dim(axes_of(state.input(i))[axis]) * inner;
    state.add_reorder("join", inputs[i], dense({outer, width}, DataType::f32), to,
                      strided({outer, width}, DataType::f32, {row, 1}), 0, offset);
    offset += static_cast<std::size_t>(width) * sizeof(float);
  }
}

void lower(Lowering& state, const search::Softmax&) {
  if (state.is_image(state.input())) state.refuse("it reads the last axis, an image's width");
  const Form form = plain_form(state);
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId to = state.make_value(state.current(), form);
  const memory::desc source = state.matrix(state.current(), Form::kF32);
  const memory::desc destination = state.matrix(state.current(), form);
  state.add_step("softmax", make_softmax(state.maker(), source, destination),
                 {{DNNL_ARG_SRC, from, source}, {DNNL_ARG_DST, to, destination}});
}

// One pass writes every form that is read: the residual's f32 and the u8 of the products.
void lower(Lowering& state, const search::LayerNorm& norm) {
  if (state.is_image(state.input())) state.refuse("it reads the last axis, an image's width");
  const Dims dims = state.matrix_dims(state.current());
  const auto rows = static_cast<std::size_t>(dims[0]);
  const auto width = static_cast<std::size_t>(dims[1]);
  const auto scale = std::make_shared<const std::vector<float>>(state.read(norm.scale));
  const auto shift = std::make_shared<const std::vector<float>>(state.read(norm.shift));
  const auto epsilon = static_cast<float>(norm.epsilon);
  std::vector<BufferId> buffers = {state.value(state.input(), Form::kF32)};
  const std::vector<Form> forms = state.read_forms(state.current());
  ActivationScale code;
  for (const Form form : forms) {
    if (form == Form::kU8) code = state.scale_of(state.current());
    buffers.push_back(state.make_value(state.current(), form));
  }
  state.add_loop("normalise", buffers, [=](std::span<std::byte* const> places) {
    constexpr std::size_t kRows = 4;  // at a time
#pragma omp parallel for if (rows * width > 8192)
    for (std::size_t row = 0; row < rows; row += kRows) {
      LayerNormOutputs outputs{.scale = code};
      for (std::size_t i = 0; i < forms.size(); ++i) {
        std::byte* const place = places[i + 1];
        if (forms[i] == Form::kF32) outputs.f32 = reinterpret_cast<float*>(place) + row * width;
        if (forms[i] == Form::kBf16)
          outputs.bf16 = reinterpret_cast<std::uint16_t*>(place) + row * width;
        if (forms[i] == Form::kU8)
          outputs.u8 = reinterpret_cast<std::uint8_t*>(place) + row * width;
      }
      layer_norm_rows(reinterpret_cast<const float*>(places[0]) + row * width,
                      std::min(kRows, rows - row), width, epsilon, scale->data(), shift->data(),
                      outputs);
    }
  });
}

void lower(Lowering& state, const search::PositionEmbedding& position) {
  if (state.is_image(state.input())) state.refuse("it adds to tokens, not to an image");
  const memory::dim elements = dim(state.op().output.elements());
  const memory::desc data = dense({dim(state.batch()), elements}, DataType::f32);
  const memory table = cached_constant(state, position.table, {1, elements})->tensor;
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_step(
      "add", make_binary(state.maker(), ElementwiseProduct::kAdd, data, table.get_desc(), data),
      {{DNNL_ARG_SRC_0, from, data}, {DNNL_ARG_DST, to, data}}, {{DNNL_ARG_SRC_1, table}});
}

void lower(Lowering& state, const search::TokenEmbedding& embedding) {
  const std::size_t tokens = state.op().output.sizes[0];
  const std::size_t width = state.op().output.sizes[1];
  const std::size_t vocabulary = embedding.vocabulary;
  const auto words = cached_constant(state, embedding.words, {dim(vocabulary), dim(width)});
  // What is added to every row: its position's, and the one type's.
  std::vector<float> added = state.read(embedding.positions);
  if (!state.plans_only()) added.resize(tokens * width);
  const std::vector<float> types = state.read(embedding.types);
  if (!types.empty()) {
    for (std::size_t i = 0; i < added.size(); ++i) added[i] += types[i % width];
  }
  const auto addend = std::make_shared<const std::vector<float>>(std::move(added));
  const auto scale = static_cast<float>(embedding.scale);
  const std::size_t rows = state.batch() * tokens;
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_loop("look up", {from, to}, [=](std::span<std::byte* const> places) {
    const auto* const numbers = reinterpret_cast<const float*>(places[0]);
    const auto* const table = reinterpret_cast<const float*>(words->block->data());
    auto* const out = reinterpret_cast<float*>(places[1]);
    for (std::size_t row = 0; row < rows; ++row) {
      // What is not a token number reads a row that is there; NaN compares false and takes 0.
      const float number = numbers[row] > 0.0F ? numbers[row] : 0.0F;
      const std::size_t word = number < static_cast<float>(vocabulary)
                                   ? static_cast<std::size_t>(number)
                                   : vocabulary - 1;
      float* const y = out + row * width;
      std::memcpy(y, addend->data() + row % tokens * width, width * sizeof(float));
      add_scaled(table + word * width, scale, width, y);
    }
  });
}

void lower(Lowering& state, const search::ClassToken& token) {
  const std::vector<std::size_t>& sizes = state.op().output.sizes;
  const memory::dim width = dim(sizes[1]);
  const memory::dim images = dim(state.batch());
  const memory::dim rest = dim(sizes[0] - 1) * width;
  const memory::dim all = dim(sizes[0]) * width;
  const auto row = std::make_shared<const std::vector<float>>(state.read(token.token));
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_reorder("copy", from, dense({images, rest}, DataType::f32), to,
                    strided({images, rest}, DataType::f32, {all, 1}), 0,
                    static_cast<std::size_t>(width) * sizeof(float));
  state.add_loop("put token", {to}, [=](std::span<std::byte* const> places) {
    auto* const out = reinterpret_cast<float*>(places[0]);
    for (memory::dim image = 0; image < images; ++image)
      std::memcpy(out + image * all, row->data(), row->size() * sizeof(float));
  });
}

void lower(Lowering& state, const search::TokenMean& mean) {
  const search::TensorShape& shape = state.shape_of(state.input());
  const memory::dim tokens = dim(shape.sizes[0] - mean.begin);
  const memory::dim features = dim(shape.sizes[1]);
  const memory::dim images = dim(state.batch());
  BufferId from = state.value(state.input(), Form::kF32);
  if (mean.begin > 0) {
    // Pooling has no fast way over images that lie apart.
    const memory::desc kept = dense({images, tokens * features}, DataType::f32);
    const BufferId copy = state.builder().new_buffer(kept.get_size());
    state.add_reorder(
        "copy", from,
        strided({images, tokens * features}, DataType::f32, {dim(shape.elements()), 1}), copy, kept,
        mean.begin * shape.sizes[1] * sizeof(float));
    from = copy;
  }
  const BufferId to = state.make_value(state.current(), Form::kF32);
  // Pooling wants channels second; row-major [batch, tokens, features] is channels last.
  const memory::desc source = channels_last({images, features, tokens}, DataType::f32);
  const memory::desc destination = channels_last({images, features, 1}, DataType::f32);
  state.add_step("mean",
                 make_pool(state.maker(), {.kind = search::PoolKind::kAverage,
                                           .source = source,
                                           .destination = destination,
                                           .kernel = {tokens},
                                           .strides = {1},
                                           .padding = {0}}),
                 {{DNNL_ARG_SRC, from, source}, {DNNL_ARG_DST, to, destination}});
}

void lower(Lowering& state, const search::Cache&) {
  const std::vector<std::size_t>& sizes = state.op().output.sizes;
  const memory::dim inputs = dim(state.batch());
  const BufferId rows =
      state.builder().new_lasting_buffer(state.batch() * sizes[0] * sizes[1] * sizeof(float));
  state.set_value(state.current(), Form::kF32, rows);
  if (state.op().inputs.empty()) return;
  const memory::dim width = dim(sizes[1]);
  state.add_reorder("append", state.value(state.input(), Form::kF32),
                    dense({inputs, width}, DataType::f32), rows,
                    strided({inputs, width}, DataType::f32, {dim(sizes[0]) * width, 1}), 0,
                    (sizes[0] - 1) * sizes[1] * sizeof(float));
}

void lower(Lowering& state, const search::TakeToken& take) {
  const search::TensorShape& shape = state.shape_of(state.input());
  const memory::dim width = dim(shape.sizes[1]);
  const memory::dim images = dim(state.batch());
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_reorder("take", from,
                    strided({images, width}, DataType::f32, {dim(shape.sizes[0]) * width, 1}), to,
                    dense({images, width}, DataType::f32),
                    take.index * static_cast<std::size_t>(width) * sizeof(float));
}

}  // namespace quarry::evaluators
