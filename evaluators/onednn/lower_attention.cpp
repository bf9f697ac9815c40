// Attention and the other products over heads. Queries, keys and values are dense tensors of their
// own, read as [batch, heads, tokens, head_dim] without being moved. Tested by
// tests/evaluators/compiler_tokens_test.cpp.
#include <cmath>

#include "evaluators/onednn/host_kernels.hpp"
#include "evaluators/onednn/lowering.hpp"
#include "evaluators/onednn/product_weights.hpp"

namespace quarry::evaluators {

using dnnl::memory;
using search::Range;

namespace {

struct Heads {
  memory::dim count = 0;
  memory::dim tokens = 0;
  memory::dim width = 0;
};

// [tokens, heads * width] seen as [batch, heads, tokens, width].
memory::desc by_head(std::size_t batch, const Heads& heads, Form form) {
  const memory::dim row = heads.count * heads.width;
  return strided({dim(batch), heads.count, heads.tokens, heads.width}, data_type(form),
                 {heads.tokens * row, heads.width, row, 1});
}

memory::desc transposed_by_head(std::size_t batch, const Heads& heads, Form form) {
  const memory::dim row = heads.count * heads.width;
  return strided({dim(batch), heads.count, heads.width, heads.tokens}, data_type(form),
                 {heads.tokens * row, heads.width, 1, row});
}

Heads heads_of(const Lowering& state, std::size_t which, std::size_t count, std::size_t width) {
  return {dim(count), dim(state.shape_of(state.input(which)).sizes[0]), dim(width)};
}

Form attention_form(const Lowering& state) {
  if (is_integer(state.op().precision))
    state.refuse("products between activations are made in f32 or bf16");
  return form_of(state.op().precision);
}

Range features(std::size_t begin, std::size_t heads, std::size_t width) {
  return {begin, begin + heads * width};
}

// The form in which the current operator is written: bf16 only from a bf16 product.
Form destination_form(const Lowering& state, Form computed) {
  return computed == Form::kBf16 ? state.wanted(state.current()) : Form::kF32;
}

}  // namespace

void lower(Lowering& state, const search::AttentionScores& scores) {
  if (scores.causal)
    state.refuse("a decoder is run step by step (Supernet::phases), where nothing is to be masked");
  const Form form = attention_form(state);
  const Heads query_heads = heads_of(state, 0, scores.heads, scores.head_dim);
  const Heads key_heads = heads_of(state, 1, scores.heads, scores.head_dim);
  const BufferId queries =
      state.part(state.input(0), features(scores.query_begin, scores.heads, scores.head_dim), form);
  const BufferId keys =
      state.part(state.input(1), features(scores.key_begin, scores.heads, scores.head_dim), form);
  const memory::desc a = by_head(state.batch(), query_heads, form);
  const memory::desc b = transposed_by_head(state.batch(), key_heads, form);
  const memory::desc products = dense(
      {dim(state.batch()), query_heads.count, query_heads.tokens, key_heads.tokens}, DataType::f32);
  const float scale = 1.0F / std::sqrt(static_cast<float>(scores.head_dim));
  const Primitive primitive = make_batched_product(state.maker(), a, b, products, scale);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  state.add_step(
      "product", primitive,
      {{DNNL_ARG_SRC, queries, a}, {DNNL_ARG_WEIGHTS, keys, b}, {DNNL_ARG_DST, to, products}});
}

void lower(Lowering& state, const search::AttentionContext& context) {
  const Form form = attention_form(state);
  const Heads heads = heads_of(state, 1, context.heads, context.head_dim);
  const memory::dim rows = dim(state.op().output.sizes[0]);
  const BufferId probabilities = state.value(state.input(0), form);
  const BufferId values = state.part(
      state.input(1), features(context.value_begin, context.heads, context.head_dim), form);
  const Form written = destination_form(state, form);
  const memory::desc a =
      dense({dim(state.batch()), heads.count, rows, heads.tokens}, data_type(form));
  const memory::desc b = by_head(state.batch(), heads, form);
  const memory::desc mixed = by_head(state.batch(), {heads.count, rows, heads.width}, written);
  const Primitive primitive = make_batched_product(state.maker(), a, b, mixed, 1.0F);
  const BufferId to = state.make_value(state.current(), written);
  state.add_step(
      "product", primitive,
      {{DNNL_ARG_SRC, probabilities, a}, {DNNL_ARG_WEIGHTS, values, b}, {DNNL_ARG_DST, to, mixed}});
}

// out[t][h][j] = sum over i of in[t][h][i] * weight[h][i][j].
void lower(Lowering& state, const search::HeadProduct& product) {
  const Form form = attention_form(state);
  const Heads heads = heads_of(state, 0, product.heads, product.head_dim);
  const BufferId from = state.value(state.input(), form);
  const Form written = destination_form(state, form);
  const memory::desc a = by_head(state.batch(), heads, form);
  const memory::desc mixed = by_head(state.batch(), heads, written);
  const Dims weight_dims = {1, heads.count, heads.width, heads.width};
  memory weight = cached_constant(state, product.weight, weight_dims)->tensor;
  const memory::desc b = dense(weight_dims, data_type(form));
  if (form == Form::kBf16) weight = state.builder().converted(weight, b);
  const Primitive primitive = make_batched_product(state.maker(), a, b, mixed, 1.0F);
  const BufferId to = state.make_value(state.current(), written);
  state.add_step("product", primitive, {{DNNL_ARG_SRC, from, a}, {DNNL_ARG_DST, to, mixed}},
                 {{DNNL_ARG_WEIGHTS, weight}});
}

void lower(Lowering& state, const search::SpanConvolution& span) {
  const std::size_t tokens = state.op().output.sizes[0];
  const std::size_t features = state.op().output.sizes[1];
  const std::size_t width = features / span.heads;
  const BufferId values = state.value(state.input(0), Form::kF32);
  const BufferId kernels = state.value(state.input(1), Form::kF32);
  const BufferId to = state.make_value(state.current(), Form::kF32);
  const auto one_token = [=](const float* value, const float* kernel, float* out, std::size_t t) {
    for (std::size_t h = 0; h < span.heads; ++h) {
      float* const mixed = out + t * features + h * width;
      std::fill_n(mixed, width, 0.0F);
      for (std::size_t j = 0; j < span.kernel; ++j) {
        const std::size_t source = t + j;  // shifted by half a kernel, to stay above 0
        if (source < span.kernel / 2 || source - span.kernel / 2 >= tokens) continue;
        add_scaled(value + (source - span.kernel / 2) * features + h * width,
                   kernel[(t * span.heads + h) * span.kernel + j], width, mixed);
      }
    }
  };
  const std::size_t kernel_features = span.heads * span.kernel;
  state.add_loop("mix", {values, kernels, to},
                 [=, rows = state.batch() * tokens](std::span<std::byte* const> places) {
                   const auto* const value = reinterpret_cast<const float*>(places[0]);
                   const auto* const kernel = reinterpret_cast<const float*>(places[1]);
                   auto* const out = reinterpret_cast<float*>(places[2]);
#pragma omp parallel for
                   for (std::size_t row = 0; row < rows; ++row) {
                     const std::size_t image = row / tokens;
                     one_token(value + image * tokens * features,
                               kernel + image * tokens * kernel_features,
                               out + image * tokens * features, row % tokens);
                   }
                 });
}

}  // namespace quarry::evaluators
