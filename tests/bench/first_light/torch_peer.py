"""PyTorch's side of bench_first_light: the largest fashion_vit, written with torch.nn as a user would, timed on request.

Reads lines "PRECISION BATCH THREADS" on stdin, answers "MEDIAN_MS" or "absent: why". The better of eager and traced-and-frozen
is reported, so that the peer is at its best.
"""
import statistics
import sys
import time

import torch
import torch.nn.functional as F


class Layer(torch.nn.Module):
    def __init__(self, dim=64, heads=4, ffn=256):
        super().__init__()
        self.heads, self.head_dim = heads, dim // heads
        self.norm1, self.norm2 = torch.nn.LayerNorm(dim), torch.nn.LayerNorm(dim)
        self.qkv, self.out = torch.nn.Linear(dim, 3 * dim), torch.nn.Linear(dim, dim)
        self.fc1, self.fc2 = torch.nn.Linear(dim, ffn), torch.nn.Linear(ffn, dim)

    def forward(self, x):
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        attention = torch.softmax(q @ k.transpose(-2, -1) * self.head_dim**-0.5, -1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(batch, tokens, dim))
        return x + self.fc2(F.relu(self.fc1(self.norm2(x))))


class Vit(torch.nn.Module):
    def __init__(self, dim=64, depth=6):
        super().__init__()
        self.patch = torch.nn.Linear(16, dim)
        self.position = torch.nn.Parameter(torch.randn(49, dim) * 0.02)
        self.layers = torch.nn.Sequential(*[Layer(dim) for _ in range(depth)])
        self.norm, self.head = torch.nn.LayerNorm(dim), torch.nn.Linear(dim, 10)

    def forward(self, images):
        patches = images.view(-1, 7, 4, 7, 4).permute(0, 1, 3, 2, 4).reshape(-1, 49, 16)
        x = self.layers(self.patch(patches) + self.position)
        return self.head(self.norm(x.mean(1)))


def median_ms(model, images):
    with torch.inference_mode():
        begin = time.perf_counter()
        while time.perf_counter() - begin < 0.2:
            model(images)
        samples = []
        begin = time.perf_counter()
        while len(samples) < 30 or (time.perf_counter() - begin < 0.5 and len(samples) < 2000):
            start = time.perf_counter()
            model(images)
            samples.append((time.perf_counter() - start) * 1e3)
    return statistics.median(samples)


def measure(precision, batch, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model, images = Vit().eval(), torch.randn(batch, 28, 28)
    if precision == "bf16":
        model, images = model.to(torch.bfloat16), images.to(torch.bfloat16)
    elif precision == "int8":
        engines = [engine for engine in ("onednn", "x86", "fbgemm", "qnnpack") if engine in torch.backends.quantized.supported_engines]
        if not engines:
            return "absent: this PyTorch has no INT8 engine"
        torch.backends.quantized.engine = engines[0]
        model = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
    best = median_ms(model, images)
    try:
        with torch.inference_mode():
            traced = torch.jit.freeze(torch.jit.trace(model, images))
        best = min(best, median_ms(traced, images))
    except Exception:  # what cannot be traced is measured eagerly only
        pass
    return f"{best:.6f}"


for line in sys.stdin:
    precision, batch, threads = line.split()
    try:
        print(measure(precision, int(batch), int(threads)), flush=True)
    except Exception as error:
        print(f"absent: {type(error).__name__}: {str(error).splitlines()[0]}", flush=True)
