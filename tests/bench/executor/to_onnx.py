"""A Network of ours, as ONNX: to_onnx.py NETWORK.json WEIGHTS.safetensors MODEL.onnx [--form FORM] [--batch N] [--ranges RANGES.json] [--expose]

NETWORK.json and the weights are written by bench_executor (network_dump.cpp). ONNX Runtime has several ways to say the same network
and is not equally fast in all; the benchmark times the forms below and keeps the fastest, so that the peer is at its best:

  f32           plain operators (MatMul, Add, Softmax, LayerNormalization, Erf, Conv, ...), which ONNX Runtime fuses by itself
  f32-gemm      the same with one Gemm for each linear operator of a transformer
  f32-contrib   with ONNX Runtime's own fused operators (Attention, SkipLayerNormalization, BiasGelu), as its transformer optimizer makes
                them
  f32-swish     hard swish in two operators, HardSigmoid and Mul
  dynamic       as onnxruntime.quantization.quantize_dynamic: DynamicQuantizeLinear, MatMulInteger, a scale for every output channel;
                attention products in f32
  dynamic-contrib   with ONNX Runtime's fused QAttention and DynamicQuantizeMatMul
  static        as onnxruntime.quantization.quantize_static in QDQ format: u8 activations, s8 weights with a scale for every output
                channel, integer sums; hard swish, hard sigmoid in f32 between quantizations
  static-swish  the same with hard swish as HardSigmoid in f32 and an integer Mul
  static-relu6  the same with hard swish as x * relu6(x + 3) / 6, all of integers

Batch norms are folded into the convolution before them, with the numbers that Quarry folds. --expose makes every operator's output
(and NAME/before, what it is before its activation) an output of the model, to find ranges.
"""
import argparse
import json
import math

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
CONTRIB = "com.microsoft"


def read_safetensors(path):
    raw = np.fromfile(path, dtype=np.uint8)
    length = int(raw[:8].view(np.uint64)[0])
    header = json.loads(raw[8:8 + length].tobytes())
    data = raw[8 + length:]
    return {name: data[entry["data_offsets"][0]:entry["data_offsets"][1]].view(np.float32).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def activation_scale(low, high):
    """As evaluators/onednn/quantize.cpp: the range widened to hold zero, in 0..255."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high <= low:
        return np.float32(1.0), np.uint8(0)
    scale = np.float32((high - low) / 255.0)
    return scale, np.uint8(np.clip(np.rint(-low / scale), 0, 255))


def quantize_weight(weight):
    """[outputs, ...] -> s8 of the same shape, one scale per output."""
    largest = np.abs(weight.reshape(weight.shape[0], -1)).max(axis=1)
    scales = np.where(largest > 0, largest / 127.0, 1.0).astype(np.float32)
    column = scales.reshape((-1,) + (1,) * (weight.ndim - 1))
    return np.clip(np.rint(weight / column), -127, 127).astype(np.int8), scales


class Exporter:
    def __init__(self, network, tensors, form, batch, ranges):
        self.network, self.tensors, self.form, self.batch, self.ranges = network, tensors, form, batch, ranges
        self.nodes, self.initializers, self.known = [], [], set()
        self.operators = network["operators"]
        self.names = [op["name"] for op in self.operators]
        self.quantized = form.startswith("static")
        self.before = []  # tensors named NAME/before
        self.readers = {i: [] for i in range(-1, len(self.operators))}
        for i, op in enumerate(self.operators):
            for source in op["inputs"]:
                self.readers[source].append(i)

    # ---------------------------------------------------------------- pieces

    def constant(self, name, values):
        if name not in self.known:
            self.known.add(name)
            self.initializers.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def node(self, kind, inputs, output, domain="", **attributes):
        outputs = output if isinstance(output, list) else [output]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[0] + ":" + kind, domain=domain, **attributes))
        return outputs[0]

    def scalar(self, value):
        return self.constant(f"scalar:{value!r}", np.array(value, np.float32))

    def shape(self, sizes):
        return self.constant("shape:" + ",".join(map(str, sizes)), np.array(sizes, np.int64))

    def tensor(self, index):
        return "input" if index < 0 else self.names[index]

    def sizes(self, index):
        return self.network["input"] if index < 0 else self.operators[index]["output"]

    def weight(self, op, part):
        return self.tensors.get(op.get(part) or "")

    # ---------------------------------------------------------------- static quantization: Q and DQ around what is computed in integers

    def scale_of(self, name):
        low, high = self.ranges[name]
        return activation_scale(low, high)

    def quantize(self, name, source, target):
        """source (f32) -> target (f32), through u8 with the range known as `name`."""
        scale, zero = self.scale_of(name)
        s, z = self.constant(name + ":scale", scale), self.constant(name + ":zero", zero)
        self.node("QuantizeLinear", [source, s, z], target + ":q")
        return self.node("DequantizeLinear", [target + ":q", s, z], target)

    def integer_weights(self, name, weight, bias, source):
        """Names of the dequantized weight and bias of an integer product that reads `source`."""
        values, scales = quantize_weight(weight)
        s = self.constant(name + ":wscale", scales)
        w = self.node("DequantizeLinear", [self.constant(name + ":w", values), s, self.constant(name + ":wzero", np.zeros(len(scales), np.int8))],
                      name + ":weight", axis=0)
        bias_scales = (self.scale_of(source)[0] * scales).astype(np.float32)
        b = self.node("DequantizeLinear",
                      [self.constant(name + ":b", np.clip(np.rint(bias / bias_scales), -2**31 + 1, 2**31 - 1).astype(np.int32)),
                       self.constant(name + ":bscale", bias_scales), self.constant(name + ":bzero", np.zeros(len(scales), np.int32))],
                      name + ":bias", axis=0)
        return w, b

    # ---------------------------------------------------------------- activations

    def activate(self, kind, source, output):
        if kind == "relu":
            return self.node("Relu", [source], output)
        if kind == "relu6":
            return self.node("Clip", [source, self.scalar(0.0), self.scalar(6.0)], output)
        if kind == "gelu":
            x = self.node("Div", [source, self.scalar(math.sqrt(2.0))], output + ":div")
            x = self.node("Erf", [x], output + ":erf")
            x = self.node("Add", [x, self.scalar(1.0)], output + ":add")
            x = self.node("Mul", [source, x], output + ":mul")
            return self.node("Mul", [x, self.scalar(0.5)], output)
        if kind == "hard_swish" and self.form == "static-relu6":
            return self.integer_hard_swish(source, output)
        if kind == "hard_swish" and not self.form.endswith("swish"):
            return self.node("HardSwish", [source], output)
        if kind == "hard_swish":
            gate = self.node("HardSigmoid", [source], output + ":gate", alpha=1.0 / 6.0, beta=0.5)
            if self.quantized:
                self.ranges[output + ":gate"] = (0.0, 1.0)
                gate = self.quantize(output + ":gate", gate, output + ":gated")
            return self.node("Mul", [source, gate], output)
        if kind == "hard_sigmoid":
            return self.node("HardSigmoid", [source], output, alpha=1.0 / 6.0, beta=0.5)
        raise ValueError(f"no ONNX for the activation {kind}")

    def integer_hard_swish(self, source, output):
        """x * relu6(x + 3) / 6: an integer Add, cut by its quantization, and an integer Mul; the sixth is in the scale."""
        three = "three"
        scale, zero = np.float32(3.0 / 255.0), np.uint8(0)
        x = self.node("Add", [source, self.dequantized(three, np.uint8(255), scale, zero)], output + ":shifted")
        x = self.node("Clip", [x, self.scalar(0.0), self.scalar(6.0)], output + ":cut")
        s, z = self.constant("six:scale", np.float32(6.0 / 255.0)), self.constant("six:zero", zero)
        x = self.node("QuantizeLinear", [x, s, z], output + ":cut:q")
        x = self.node("DequantizeLinear", [x, self.constant("sixth:scale", np.float32(1.0 / 255.0)), z], output + ":gate")
        return self.node("Mul", [source, x], output)

    def dequantized(self, name, value, scale, zero):
        return self.node("DequantizeLinear", [self.constant(name, value), self.constant(name + ":scale", scale),
                                              self.constant(name + ":zero", zero)], f"{name}:{len(self.nodes)}")

    def finish(self, op, product):
        """From the product's tensor to the operator's: activation, and quantization where the form wants it."""
        name = op["name"]
        kind = op.get("activation", "none")
        if product != name + "/before":
            raise AssertionError(product)
        if kind != "none":
            self.before.append(product)
        inner = name + ":real" if self.quantized else name
        if kind == "none":
            self.nodes[-1].output[0] = inner
        elif self.quantized and kind not in ("relu", "relu6"):
            # The sum itself must be quantized, or the product before it would not be made of integers.
            self.activate(kind, self.quantize(product, product, product + ":dq"), inner)
        else:
            self.activate(kind, product, inner)
        if self.quantized:
            self.quantize(name, inner, name)

    # ---------------------------------------------------------------- operators

    def linear(self, op, activation=True):
        name, source = op["name"], self.tensor(op["inputs"][0])
        weight, bias = self.weight(op, "weight"), self.weight(op, "bias")
        rows = len(op["output"]) > 1
        product = name + "/before"
        if self.quantized:
            w, b = self.integer_weights(name, weight, bias, source)
            self.node("Gemm", [source, w, b], product, transB=1)
        elif self.form.startswith("dynamic"):
            self.dynamic_linear(op, source, weight, bias, product)
        elif rows and self.form == "f32-gemm":
            flat = self.node("Reshape", [source, self.shape([-1, weight.shape[1]])], name + ":flat")
            flat = self.node("Gemm", [flat, self.constant(name + ":w", weight), self.constant(name + ":b", bias)], name + ":gemm", transB=1)
            self.node("Reshape", [flat, self.shape([self.batch] + op["output"])], product)
        elif rows:
            x = self.node("MatMul", [source, self.constant(name + ":w", weight.T)], name + ":matmul")
            if self.form == "f32-contrib" and op.get("activation") == "gelu":
                self.node("BiasGelu", [x, self.constant(name + ":b", bias)], name, domain=CONTRIB)
                return
            self.node("Add", [x, self.constant(name + ":b", bias)], product)
        else:
            self.node("Gemm", [source, self.constant(name + ":w", weight), self.constant(name + ":b", bias)], product, transB=1)
        self.finish(op, product)

    def dynamic_source(self, source):
        if source + ":u8" not in self.known:
            self.known.add(source + ":u8")
            self.node("DynamicQuantizeLinear", [source], [source + ":u8", source + ":u8scale", source + ":u8zero"])
        return source + ":u8", source + ":u8scale", source + ":u8zero"

    def dynamic_linear(self, op, source, weight, bias, product):
        name = op["name"]
        values, scales = quantize_weight(weight)
        w = self.constant(name + ":w", values.T)
        ws = self.constant(name + ":wscale", scales)
        wz = self.constant(name + ":wzero", np.zeros(len(scales), np.int8))
        b = self.constant(name + ":b", bias)
        if self.form == "dynamic-contrib":
            self.node("DynamicQuantizeMatMul", [source, w, ws, wz, b], product, domain=CONTRIB)
            return
        u8, scale, zero = self.dynamic_source(source)
        x = self.node("MatMulInteger", [u8, w, zero, wz], name + ":integers")
        x = self.node("Cast", [x], name + ":cast", to=FLOAT)
        x = self.node("Mul", [x, self.node("Mul", [scale, ws], name + ":scales")], name + ":scaled")
        self.node("Add", [x, b], product)

    def convolution(self, op):
        name, source = op["name"], self.tensor(op["inputs"][0])
        weight, bias = self.weight(op, "weight"), self.weight(op, "bias")
        bias = np.zeros(len(weight), np.float32) if bias is None else bias
        if "norm" in op:
            norm = op["norm"]
            factor = self.tensors[norm["scale"]] / np.sqrt(self.tensors[norm["variance"]].astype(np.float64) + norm["epsilon"])
            bias = ((bias - self.tensors[norm["mean"]]) * factor + self.tensors[norm["shift"]]).astype(np.float32)
            weight = (weight * factor.reshape(-1, 1, 1, 1)).astype(np.float32)
        if self.quantized:
            w, b = self.integer_weights(name, weight, bias, source)
        else:
            w, b = self.constant(name + ":w", weight), self.constant(name + ":b", bias)
        product = name + "/before"
        self.node("Conv", [source, w, b], product, kernel_shape=[op["kernel"]] * 2, strides=[op["stride"]] * 2, pads=[op["padding"]] * 4,
                  group=op["groups"])
        self.finish(op, product)

    def simple(self, op, kind, inputs, **attributes):
        """An operator that is computed in integers when its input is."""
        name = op["name"]
        if not self.quantized:
            return self.node(kind, inputs, name, **attributes)
        self.node(kind, inputs, name + ":real", **attributes)
        return self.quantize(name, name + ":real", name)

    def layer_norm(self, op):
        name, index = op["name"], op["inputs"][0]
        scale, shift = self.constant(name + ":scale", self.weight(op, "scale")), self.constant(name + ":shift", self.weight(op, "shift"))
        before = self.operators[index] if index >= 0 else None
        if self.form.endswith("contrib") and before is not None and before["kind"] == "add":
            a, b = (self.tensor(i) for i in before["inputs"])
            outputs = [name] if len(self.readers[index]) == 1 else [name, "", "", before["name"]]
            self.node("SkipLayerNormalization", [a, b, scale, shift], outputs, domain=CONTRIB, epsilon=op["epsilon"])
            return
        self.node("LayerNormalization", [self.tensor(index), scale, shift], name, axis=-1, epsilon=op["epsilon"])

    def add(self, op, index):
        fused = [i for i in self.readers[index] if self.operators[i]["kind"] == "layer_norm"]
        if self.form.endswith("contrib") and fused and min(self.readers[index]) == fused[0]:
            return  # the layer norm makes the sum too
        if self.quantized and [self.operators[i].get("activation") for i in self.readers[index]] == ["relu"]:
            self.node("Add", [self.tensor(i) for i in op["inputs"]], op["name"])  # the quantization behind the ReLU cuts
            return
        self.simple(op, "Add", [self.tensor(i) for i in op["inputs"]])

    def heads(self, name, source, begin, op, order):
        """[batch, tokens, features] -> [batch, heads, ...] of a slice of the features."""
        width = op["heads"] * op["head_dim"]
        tokens, features = self.sizes(source)
        x = self.tensor(source)
        if features != width:
            split = self.split(source, width)
            x = split[begin // width]
        x = self.node("Reshape", [x, self.shape([0, 0, op["heads"], op["head_dim"]])], name + ":heads")
        return self.node("Transpose", [x], name + ":moved", perm=order)

    def split(self, source, width):
        name = self.tensor(source)
        parts = [f"{name}:part{i}" for i in range(self.sizes(source)[1] // width)]
        if parts[0] not in self.known:
            self.known.update(parts)
            self.node("Split", [name], parts, axis=-1)
        return parts

    def scores(self, op):
        name = op["name"]
        if self.form.endswith("contrib"):
            return
        q = self.heads(name + ":q", op["inputs"][0], op["query_begin"], op, [0, 2, 1, 3])
        k = self.heads(name + ":k", op["inputs"][1], op["key_begin"], op, [0, 2, 3, 1])
        x = self.node("MatMul", [q, k], name + ":product")
        self.node("Div", [x, self.scalar(math.sqrt(op["head_dim"]))], name)

    def softmax(self, op):
        if not self.form.endswith("contrib"):
            self.node("Softmax", [self.tensor(op["inputs"][0])], op["name"], axis=-1)

    def context(self, op):
        name = op["name"]
        if self.form.endswith("contrib"):
            self.attention(op)
            return
        v = self.heads(name + ":v", op["inputs"][1], op["value_begin"], op, [0, 2, 1, 3])
        x = self.node("MatMul", [self.tensor(op["inputs"][0]), v], name + ":product")
        x = self.node("Transpose", [x], name + ":back", perm=[0, 2, 1, 3])
        self.node("Reshape", [x, self.shape([0, 0, op["heads"] * op["head_dim"]])], name)

    def attention_products(self, context):
        """The linear operators that make a context's queries, keys and values: three, or one that makes all."""
        scores = self.operators[self.operators[context["inputs"][0]]["inputs"][0]]
        return list(dict.fromkeys([scores["inputs"][0], scores["inputs"][1], context["inputs"][1]]))

    def attention(self, op):
        name = op["name"]
        products = [self.operators[i] for i in self.attention_products(op)]
        source = self.tensor(products[0]["inputs"][0])
        weight = np.concatenate([self.weight(p, "weight") for p in products])
        b = self.constant(name + ":b", np.concatenate([self.weight(p, "bias") for p in products]))
        if self.form == "f32-contrib":
            self.node("Attention", [source, self.constant(name + ":w", weight.T), b], name, domain=CONTRIB, num_heads=op["heads"])
            return
        values, scales = quantize_weight(weight)
        u8, scale, zero = self.dynamic_source(source)
        self.node("QAttention", [u8, self.constant(name + ":w", values.T), b, scale, self.constant(name + ":wscale", scales), "", zero,
                                 self.constant(name + ":wzero", np.zeros(len(scales), np.int8))], name, domain=CONTRIB, num_heads=op["heads"])

    # ---------------------------------------------------------------- the network

    def operator(self, index, op):
        kind, name = op["kind"], op["name"]
        source = self.tensor(op["inputs"][0])
        if kind == "linear":
            if self.form.endswith("contrib") and any(self.operators[i]["kind"] in ("attention_scores", "attention_context")
                                                     for i in self.readers[index]):
                return  # a part of Attention
            self.linear(op)
        elif kind == "convolution":
            self.convolution(op)
        elif kind == "layer_norm":
            self.layer_norm(op)
        elif kind == "add":
            self.add(op, index)
        elif kind == "multiply":
            gate = self.tensor(op["inputs"][1])
            if len(self.sizes(op["inputs"][1])) < len(self.sizes(op["inputs"][0])):
                gate = self.node("Reshape", [gate, self.shape([self.batch] + self.sizes(op["inputs"][1]) + [1, 1])], name + ":gate")
                if self.quantized:
                    # A reshape between a quantization and its reader: quantized again with the same scale, so that it is a move of integers.
                    gate = self.quantize(self.tensor(op["inputs"][1]), gate, name + ":gate:dq")
            self.simple(op, "Mul", [source, gate])
        elif kind == "activate":
            if self.quantized:
                self.activate(op["activation"], source, name + ":real")
                self.quantize(name, name + ":real", name)
            else:
                self.activate(op["activation"], source, name)
        elif kind == "pool":
            attributes = dict(kernel_shape=[op["kernel"]] * 2, strides=[op["stride"]] * 2, pads=[op["padding"]] * 4)
            self.simple(op, "MaxPool" if op["pool"] == "max" else "AveragePool", [source], **attributes)
        elif kind == "global_average":
            x = self.node("GlobalAveragePool", [source], name + ":pooled")
            if self.quantized:
                x = self.quantize(name, x, name + ":pooled:dq")
                self.node("Flatten", [x], name + ":real")
                self.quantize(name, name + ":real", name)
            else:
                self.node("Flatten", [x], name)
        elif kind == "tokens":
            tokens, features = op["output"]
            x = self.node("Reshape", [source, self.shape([self.batch, features, tokens])], name + ":flat")
            self.node("Transpose", [x], name, perm=[0, 2, 1])
        elif kind == "class_token":
            token = np.broadcast_to(self.weight(op, "token"), (self.batch, 1, op["output"][1]))
            self.node("Concat", [self.constant(name + ":token", token), source], name, axis=1)
        elif kind == "position_embedding":
            self.node("Add", [source, self.constant(name + ":table", self.weight(op, "table"))], name)
        elif kind == "take_token":
            self.node("Gather", [source, self.constant(name + ":index", np.array(op["index"], np.int64))], name, axis=1)
        elif kind == "attention_scores":
            self.scores(op)
        elif kind == "softmax":
            self.softmax(op)
        elif kind == "attention_context":
            self.context(op)
        else:
            raise ValueError(f"operator {name}: no ONNX for {kind}")

    def model(self, expose):
        if self.quantized:
            self.names_input = "input:dq"
            self.quantize("input", "input", "input:dq")
            self.tensor = lambda index: "input:dq" if index < 0 else self.names[index]
            self.ranges["input:dq"] = self.ranges["input"]
        for index, op in enumerate(self.operators):
            self.operator(index, op)
        last = self.operators[-1]
        outputs = [helper.make_tensor_value_info(last["name"], FLOAT, [self.batch] + last["output"])]
        if expose:
            outputs = [helper.make_tensor_value_info(name, FLOAT, None) for name in self.names + self.before]
        graph = helper.make_graph(self.nodes, "network", [helper.make_tensor_value_info("input", FLOAT, [self.batch] + self.network["input"])],
                                  outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)])
        model.ir_version = 8
        return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("network")
    parser.add_argument("weights")
    parser.add_argument("model")
    parser.add_argument("--form", default="f32")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--ranges")
    parser.add_argument("--expose", action="store_true")
    arguments = parser.parse_args()
    with open(arguments.network) as file:
        network = json.load(file)
    ranges = {}
    if arguments.ranges:
        with open(arguments.ranges) as file:
            ranges = json.load(file)
    exporter = Exporter(network, read_safetensors(arguments.weights), arguments.form, arguments.batch, ranges)
    model = exporter.model(arguments.expose)
    with open(arguments.model, "wb") as file:
        file.write(model.SerializeToString())


if __name__ == "__main__":
    main()
