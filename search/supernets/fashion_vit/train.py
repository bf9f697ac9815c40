#!/usr/bin/python3
"""Trains the elastic Vision Transformer that Quarry embeds as `fashion_vit`.

Every sub-network of the search space must work without retraining, so the largest, the smallest and
two random sub-networks share each step (sandwich rule, Yu et al. 2019, arXiv 1903.05134) and learn from
the largest one's output (in-place distillation); the largest learns from a convolutional teacher. The
loss is InstaTune's (arXiv 2308.15609, section 3.2): alpha * CE + (1 - alpha) * KL, alpha = 0.3.

    apt-get install python3-torch libopenblas0-openmp dataset-fashion-mnist
    /usr/bin/python3 train.py --work /tmp/fashion_vit      # writes weights.safetensors, golden.json, log.txt

The run is seeded. PyTorch's CPU kernels differ between machines, so another machine's weights differ in
the last digits and its accuracies by about a tenth of a point; the shipped file is the one measured in README.md.
"""
import argparse
import gzip
import json
import math
import os
import random
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = "/usr/share/datasets/fashion-mnist"
MEAN, STD = 0.2860, 0.3530  # of the 60,000 training images, pixels in 0..1
PATCH, TOKENS, DIM, HEAD_DIM, CLASSES = 4, 49, 64, 16, 10
MAX_DEPTH, MAX_HEADS = 6, 4
FFN_WIDTHS = [64, 128, 192, 256]
VALIDATION_PER_CLASS = 500
ALPHA = 0.3


# ---------------------------------------------------------------- data


def read_idx(name):
    with gzip.open(os.path.join(DATA, name)) as file:
        raw = file.read()
    rank = raw[3]
    shape = struct.unpack(">" + "I" * rank, raw[4 : 4 + 4 * rank])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def split_training(labels):
    """Validation is the last 500 images of each class in file order: a rule that any language can repeat."""
    validation = np.sort(
        np.concatenate([np.flatnonzero(labels == c)[-VALIDATION_PER_CLASS:] for c in range(CLASSES)])
    )
    mask = np.ones(len(labels), bool)
    mask[validation] = False
    return np.flatnonzero(mask), validation


def normalise(images):
    return (torch.from_numpy(images.astype(np.float32) / 255.0) - MEAN) / STD


def augmented_view(images, generator):
    """One random view of every image: a shift of up to two pixels and, for half of them, a mirror image."""
    count = images.shape[0]
    padded = F.pad(images.view(count, 1, 28, 28), (2, 2, 2, 2), value=float((0 - MEAN) / STD))
    dy = torch.randint(0, 5, (count,), generator=generator)
    dx = torch.randint(0, 5, (count,), generator=generator)
    flip = torch.rand(count, generator=generator) < 0.5
    rows = dy.view(-1, 1) + torch.arange(28).view(1, -1)
    columns = dx.view(-1, 1) + torch.arange(28).view(1, -1)
    columns = torch.where(flip.view(-1, 1), columns.flip(1), columns)
    return padded[torch.arange(count).view(-1, 1, 1), 0, rows.view(-1, 28, 1), columns.view(-1, 1, 28)]


# ---------------------------------------------------------------- the teacher


class ConvBlock(torch.nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = torch.nn.BatchNorm2d(outputs)
        self.conv2 = torch.nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = torch.nn.BatchNorm2d(outputs)
        self.skip = torch.nn.Conv2d(inputs, outputs, 1, stride, bias=False) if stride > 1 or inputs != outputs else None

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return F.relu(y + (x if self.skip is None else self.skip(x)))


class Teacher(torch.nn.Module):
    """A small residual network: what a strong teacher costs is paid once, in training."""

    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(1, 24, 3, 1, 1, bias=False)
        self.norm = torch.nn.BatchNorm2d(24)
        self.blocks = torch.nn.Sequential(
            ConvBlock(24, 24, 1), ConvBlock(24, 64, 2), ConvBlock(64, 64, 1), ConvBlock(64, 128, 2), ConvBlock(128, 128, 1)
        )
        self.head = torch.nn.Linear(128, CLASSES)

    def forward(self, images):
        x = images.view(-1, 1, 28, 28).contiguous(memory_format=torch.channels_last)
        x = self.blocks(F.relu(self.norm(self.stem(x))))
        return self.head(x.mean((2, 3))).float()


# ---------------------------------------------------------------- the supernet


class ElasticVit(torch.nn.Module):
    """Pre-norm encoder; a sub-network uses the first layers, the first heads and the first FFN neurons."""

    def __init__(self):
        super().__init__()
        width = MAX_HEADS * HEAD_DIM
        self.patch = torch.nn.Linear(PATCH * PATCH, DIM)
        self.position = torch.nn.Parameter(torch.randn(TOKENS, DIM) * 0.02)
        self.norm1 = torch.nn.ModuleList(torch.nn.LayerNorm(DIM) for _ in range(MAX_DEPTH))
        self.norm2 = torch.nn.ModuleList(torch.nn.LayerNorm(DIM) for _ in range(MAX_DEPTH))
        self.qkv = torch.nn.ModuleList(torch.nn.Linear(DIM, 3 * width) for _ in range(MAX_DEPTH))
        self.out = torch.nn.ModuleList(torch.nn.Linear(width, DIM) for _ in range(MAX_DEPTH))
        self.fc1 = torch.nn.ModuleList(torch.nn.Linear(DIM, FFN_WIDTHS[-1]) for _ in range(MAX_DEPTH))
        self.fc2 = torch.nn.ModuleList(torch.nn.Linear(FFN_WIDTHS[-1], DIM) for _ in range(MAX_DEPTH))
        self.norm = torch.nn.LayerNorm(DIM)
        self.head = torch.nn.Linear(DIM, CLASSES)
        for linear in list(self.qkv) + list(self.out) + list(self.fc1) + list(self.fc2) + [self.patch, self.head]:
            torch.nn.init.trunc_normal_(linear.weight, std=0.05)
            torch.nn.init.zeros_(linear.bias)

    def forward(self, images, config, dtype=torch.bfloat16):
        """images [B, 28, 28] -> logits [B, 10] f32. Linear layers and attention run in `dtype`, norms in f32."""
        batch = images.shape[0]
        patches = images.view(batch, 7, PATCH, 7, PATCH).permute(0, 1, 3, 2, 4).reshape(batch * TOKENS, PATCH * PATCH)

        def linear(x, module, rows, columns):
            return F.linear(x.to(dtype), module.weight[rows, columns].to(dtype), module.bias[rows].to(dtype))

        every = slice(None)
        x = linear(patches, self.patch, every, every).float().view(batch, TOKENS, DIM) + self.position
        x = x.view(batch * TOKENS, DIM)
        for layer in range(config["depth"]):
            heads, ffn = config["heads"][layer], config["ffn"][layer]
            width = heads * HEAD_DIM
            y = self.norm1[layer](x)
            if heads == MAX_HEADS:
                rows = every
            else:
                rows = torch.cat([torch.arange(part * 64, part * 64 + width) for part in range(3)])
            qkv = linear(y, self.qkv[layer], rows, every)
            q, k, v = qkv.view(batch, TOKENS, 3, heads, HEAD_DIM).permute(2, 0, 3, 1, 4).reshape(3, batch * heads, TOKENS, HEAD_DIM)
            scores = torch.bmm(q * (HEAD_DIM**-0.5), k.transpose(1, 2))
            mixed = torch.bmm(torch.softmax(scores.float(), -1).to(dtype), v)
            mixed = mixed.view(batch, heads, TOKENS, HEAD_DIM).transpose(1, 2).reshape(batch * TOKENS, width)
            x = x + linear(mixed, self.out[layer], every, slice(width)).float()
            y = self.norm2[layer](x)
            y = F.relu(linear(y, self.fc1[layer], slice(ffn), every))
            x = x + linear(y, self.fc2[layer], every, slice(ffn)).float()
        x = self.norm(x.view(batch, TOKENS, DIM).mean(1))
        return F.linear(x, self.head.weight, self.head.bias)


LARGEST = {"depth": MAX_DEPTH, "heads": [MAX_HEADS] * MAX_DEPTH, "ffn": [FFN_WIDTHS[-1]] * MAX_DEPTH}
SMALLEST = {"depth": 1, "heads": [1] * MAX_DEPTH, "ffn": [FFN_WIDTHS[0]] * MAX_DEPTH}
MIDDLE = {"depth": 3, "heads": [2] * MAX_DEPTH, "ffn": [128] * MAX_DEPTH}


def random_config(rng):
    return {
        "depth": rng.randint(1, MAX_DEPTH),
        "heads": [rng.randint(1, MAX_HEADS) for _ in range(MAX_DEPTH)],
        "ffn": [rng.choice(FFN_WIDTHS) for _ in range(MAX_DEPTH)],
    }


def macs(config):
    total = TOKENS * PATCH * PATCH * DIM + DIM * CLASSES
    for layer in range(config["depth"]):
        width, ffn = config["heads"][layer] * HEAD_DIM, config["ffn"][layer]
        total += TOKENS * (4 * DIM * width + 2 * DIM * ffn) + 2 * TOKENS * TOKENS * width
    return total


# ---------------------------------------------------------------- training


class Average:
    """Exponential moving average of the weights: what is evaluated and shipped."""

    def __init__(self, model, decay):
        self.decay = decay
        self.values = [p.detach().clone() for p in model.parameters()]

    def update(self, model, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for value, parameter in zip(self.values, model.parameters()):
                value.lerp_(parameter, 1 - decay)

    def copy_to(self, model):
        with torch.no_grad():
            for value, parameter in zip(self.values, model.parameters()):
                parameter.copy_(value)


def kl(logits, target_logits):
    return F.kl_div(F.log_softmax(logits, -1), F.softmax(target_logits, -1), reduction="batchmean")


def learning_rate(step, total, peak, warmup):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))


def accuracy(predict, images, labels, batch=500):
    right = 0
    with torch.no_grad():
        for begin in range(0, len(images), batch):
            right += (predict(images[begin : begin + batch]).argmax(1) == labels[begin : begin + batch]).sum().item()
    return right / len(images)


def train_teacher(images, labels, validation, options, log):
    model = Teacher().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    generator = torch.Generator().manual_seed(options.seed + 1)
    batch, step = 128, 0
    total = options.teacher_epochs * (len(images) // batch)
    for epoch in range(options.teacher_epochs):
        model.train()
        begin = time.time()
        view = augmented_view(images, generator)
        order = torch.randperm(len(images), generator=generator)
        for i in range(len(images) // batch):
            rows = order[i * batch : (i + 1) * batch]
            optimizer.param_groups[0]["lr"] = learning_rate(step, total, 0.1, 400)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(view[rows])
            loss = F.cross_entropy(logits, labels[rows], label_smoothing=0.1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
        model.eval()
        log(f"teacher epoch {epoch + 1}/{options.teacher_epochs}: validation {100 * accuracy(model, *validation):.2f} %, {time.time() - begin:.0f} s")
    return model


def make_views(teacher, images, options, log):
    """Augmented views of the training set with the teacher's logits for exactly those pixels."""
    begin = time.time()
    generator = torch.Generator().manual_seed(options.seed + 2)
    views = []
    teacher.eval()
    for _ in range(options.views):
        view = augmented_view(images, generator)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            logits = torch.cat([teacher(view[i : i + 500]) for i in range(0, len(view), 500)])
        views.append((view.half(), logits.half()))
    log(f"{options.views} views with teacher logits: {time.time() - begin:.0f} s")
    return views


def train_supernet(views, labels, validation, options, log):
    torch.manual_seed(options.seed)
    model, evaluated = ElasticVit(), ElasticVit()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}], lr=1e-3)
    average = Average(model, 0.9995)
    generator = torch.Generator().manual_seed(options.seed + 3)
    rng = random.Random(options.seed + 4)
    batch, step = 64, 0
    steps = len(labels) // batch
    epochs = options.warm_epochs + options.sandwich_epochs
    for epoch in range(epochs):
        begin = time.time()
        view, teacher_logits = views[epoch % len(views)]
        order = torch.randperm(len(labels), generator=generator)
        for i in range(steps):
            rows = order[i * batch : (i + 1) * batch]
            images, target, guide = view[rows].float(), labels[rows], teacher_logits[rows].float()
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, epochs * steps, options.peak, 500)
            optimizer.zero_grad(set_to_none=True)
            logits = model(images, LARGEST)
            (ALPHA * F.cross_entropy(logits, target) + (1 - ALPHA) * kl(logits, guide)).backward()
            if epoch >= options.warm_epochs:
                supernet = logits.detach()
                for config in [SMALLEST] + [random_config(rng) for _ in range(2)]:
                    logits = model(images, config)
                    (ALPHA * F.cross_entropy(logits, target) + (1 - ALPHA) * kl(logits, supernet)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            optimizer.step()
            average.update(model, step)
            step += 1
        average.copy_to(evaluated)
        evaluated.eval()
        scores = [100 * accuracy(lambda x: evaluated(x, c), *validation) for c in (LARGEST, MIDDLE, SMALLEST)]
        stage = "largest" if epoch < options.warm_epochs else "sandwich"
        log(f"epoch {epoch + 1}/{epochs} {stage}: validation {scores[0]:.2f} / {scores[1]:.2f} / {scores[2]:.2f} %, {time.time() - begin:.0f} s")
        torch.save(evaluated.state_dict(), os.path.join(options.work, "supernet.pt"))
    return evaluated


# ---------------------------------------------------------------- results


def round_to_half(model):
    """The file holds f16; everything reported below is measured on what the file holds."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def stored_name(name):
    """qkv.3.weight -> layer3.qkv.weight: the operator's name in Quarry's Network, and its tensor."""
    parts = name.split(".")
    if len(parts) == 3:
        return f"layer{parts[1]}.{parts[0]}.{parts[2]}"
    return {"patch": "patch.embedding", "position": "patch.position", "norm": "head.norm", "head": "head.classifier"}[parts[0]] + (
        "." + parts[1] if len(parts) == 2 else ""
    )


def write_safetensors(model, path):
    header, blobs, offset = {"__metadata__": {"format": "pt", "supernet": "fashion_vit"}}, [], 0
    for name, tensor in model.state_dict().items():
        name = stored_name(name)
        data = tensor.half().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        blobs.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def rank(values):
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values))
    values = np.asarray(values)
    for value in np.unique(values):
        ranks[values == value] = ranks[values == value].mean()
    return ranks


def spearman(a, b):
    return float(np.corrcoef(rank(a), rank(b))[0, 1])


def report(model, validation, test, options, log):
    f32 = torch.float32
    for name, config in (("largest", LARGEST), ("middle", MIDDLE), ("smallest", SMALLEST)):
        v = accuracy(lambda x: model(x, config, f32), *validation)
        t = accuracy(lambda x: model(x, config, f32), *test)
        log(f"{name}: {macs(config) / 1e6:.2f} MMACs, validation {100 * v:.2f} %, test {100 * t:.2f} %")
    rng = random.Random(options.seed + 5)
    rows = []
    for _ in range(options.report_networks):
        config = random_config(rng)
        rows.append((macs(config), accuracy(lambda x: model(x, config, f32), *validation), accuracy(lambda x: model(x, config, f32), *test)))
    cost, v, t = (np.array(column) for column in zip(*rows))
    log(
        f"{len(rows)} random sub-networks: validation {100 * v.min():.2f}..{100 * v.max():.2f} % (std {100 * v.std():.2f}); "
        f"Spearman validation ~ test {spearman(v, t):.3f}, test ~ MACs {spearman(t, cost):.3f}"
    )


def write_golden(model, test, path):
    """f32 logits of five sub-networks on four test images, for the executor's own test."""
    mixed = {"depth": 4, "heads": [1, 3, 2, 4, 1, 1], "ffn": [256, 64, 128, 192, 64, 64]}
    deep = {"depth": 6, "heads": [1, 1, 2, 2, 3, 3], "ffn": [64, 128, 64, 128, 256, 192]}
    networks = []
    for config in (LARGEST, MIDDLE, SMALLEST, mixed, deep):
        with torch.no_grad():
            logits = model(test[0][:4], config, torch.float32)
        networks.append({"config": config, "logits": [[round(v, 6) for v in row] for row in logits.tolist()]})
    with open(path, "w") as file:
        json.dump({"images": "the first four of t10k-images-idx3-ubyte", "networks": networks}, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--work", required=True, help="folder for the log and checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--teacher-epochs", type=int, default=12)
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--warm-epochs", type=int, default=6)
    parser.add_argument("--sandwich-epochs", type=int, default=54)
    parser.add_argument("--peak", type=float, default=1.5e-3, help="peak learning rate")
    parser.add_argument("--report-networks", type=int, default=60)
    parser.add_argument("--checkpoint", help="a supernet.pt of an earlier run: skip training, report and write only")
    parser.add_argument("--limit", type=int, default=0, help="train on the first N images only, to try the script")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    started = time.time()
    log_file = open(os.path.join(options.work, "log.txt"), "a" if options.checkpoint else "w")

    def log(line):
        line = f"[{time.time() - started:6.0f} s] {line}"
        print(line, flush=True)
        log_file.write(line + "\n")
        log_file.flush()

    images, labels = read_idx("train-images-idx3-ubyte.gz"), read_idx("train-labels-idx1-ubyte.gz")
    training, held_out = split_training(labels)
    if options.limit:
        training = training[: options.limit]
    test = (normalise(read_idx("t10k-images-idx3-ubyte.gz")), torch.from_numpy(read_idx("t10k-labels-idx1-ubyte.gz").astype(np.int64)))
    validation = (normalise(images[held_out]), torch.from_numpy(labels[held_out].astype(np.int64)))
    train_images, train_labels = normalise(images[training]), torch.from_numpy(labels[training].astype(np.int64))
    log(f"{len(training)} training and {len(held_out)} validation images, {options.threads} thread(s), seed {options.seed}")

    if options.checkpoint:
        model = ElasticVit()
        model.load_state_dict(torch.load(options.checkpoint))
    else:
        teacher = train_teacher(train_images, train_labels, validation, options, log)
        log(f"teacher: test {100 * accuracy(teacher, *test):.2f} %")
        torch.save(teacher.state_dict(), os.path.join(options.work, "teacher.pt"))
        views = make_views(teacher, train_images, options, log)
        model = train_supernet(views, train_labels, validation, options, log)
    round_to_half(model)
    report(model, validation, test, options, log)
    write_safetensors(model, os.path.join(options.work, "weights.safetensors"))
    write_golden(model, test, os.path.join(options.work, "golden.json"))


if __name__ == "__main__":
    main()
