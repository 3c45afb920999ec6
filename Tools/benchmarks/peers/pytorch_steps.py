#!/usr/bin/env python3
"""PyTorch on the processor: the critic, generator and refinement steps that `dgflow benchmark` times.

    python3 pytorch_steps.py --width 64 --batch 64 --threads 2

The networks are those of gan_language.py (igul222/improved_wgan_training): dense or width-1 layer, residual blocks
of two width-5 convolutions with factor 0.3, width-1 or dense layer, no normalisation. The critic step is WGAN-GP
(Gulrajani et al., arXiv 1704.00028) with Adam, the refinement step DGflow's for KL (Ansari et al., ICLR 2021):
z + eta grad d(G(z)) + sqrt(2 gamma eta) noise. Latents, weights of interpolation and noise are drawn in each step;
real strings are random symbols in memory.

Prints one JSON document: the version, and for each step and form the median and least seconds of its repetitions.
A form says how the same arithmetic is written, since none is the fastest everywhere: `channels-first` has Conv1d on
[N, C, L], as the published programs; `channels-last` has Conv2d of height 1 on memory in the order [N, L, C]; with
`-joined` the critic step scores real and generated samples in one pass, else in two. A case is a step in a form. Denormal numbers are flushed to
zero. Exit status 69: there is no torch in this Python.
"""
import argparse
import json
import os
import statistics
import sys
import time

STEPS = ("critic", "generator", "refinement")
FORMS = ("channels-first", "channels-last")
CASES = [f"{step}/{form}" for form in FORMS for step in STEPS] + [f"critic/{form}-joined" for form in FORMS]
ETA, GAMMA, FLOW_STEPS, WARM_UP = 0.1, 0.01, 25, 2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [
            ("width", 64), ("batch", 64), ("threads", 1), ("vocabulary", 100), ("length", 32), ("blocks", 5),
            ("latent-width", 128), ("repetitions", 5)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seconds", type=float, default=2.0, help="of repetitions of each row, at least")
    parser.add_argument("--case", choices=CASES, action="append", help="may be given several times (all)")
    return parser.parse_args()


given = arguments()
# Before torch starts its threads, which take over the mode of the thread that starts them.
os.environ["OMP_NUM_THREADS"] = str(given.threads)
try:
    import torch
except ImportError:
    print("pytorch_steps: there is no torch in this Python", file=sys.stderr)
    sys.exit(69)
torch.set_flush_denormal(True)
torch.set_num_threads(given.threads)


class Convolution(torch.nn.Module):
    """A convolution of odd width with zeros around, [N, C, L] or, with channels last, [N, C, 1, L]."""

    def __init__(self, inputs, outputs, width, last):
        super().__init__()
        if last:
            self.map = torch.nn.Conv2d(inputs, outputs, (1, width), padding=(0, width // 2))
            self.map.to(memory_format=torch.channels_last)
        else:
            self.map = torch.nn.Conv1d(inputs, outputs, width, padding=width // 2)

    def forward(self, x):
        return self.map(x)


class Block(torch.nn.Module):
    """x + 0.3 conv(relu(conv(relu(x))))."""

    def __init__(self, last):
        super().__init__()
        self.first = Convolution(given.width, given.width, 5, last)
        self.second = Convolution(given.width, given.width, 5, last)

    def forward(self, x):
        return torch.add(x, self.second(torch.relu(self.first(torch.relu(x)))), alpha=0.3)


class Generator(torch.nn.Module):
    """Latents [N, Z] to probabilities [N, V, L], or [N, V, 1, L] in channels-last memory."""

    def __init__(self, last):
        super().__init__()
        self.last = last
        self.dense = torch.nn.Linear(given.latent_width, given.width * given.length)
        self.blocks = torch.nn.Sequential(*(Block(last) for _ in range(given.blocks)))
        self.symbols = Convolution(given.width, given.vocabulary, 1, last)

    def forward(self, latents):
        start = self.dense(latents)
        if self.last:
            start = start.view(-1, 1, given.length, given.width).permute(0, 3, 1, 2)
        else:
            start = start.view(-1, given.width, given.length)
        return self.symbols(self.blocks(start)).softmax(1)


class Critic(torch.nn.Module):
    """Samples as the generator makes them, to scores [N]."""

    def __init__(self, last):
        super().__init__()
        self.last = last
        self.symbols = Convolution(given.vocabulary, given.width, 1, last)
        self.blocks = torch.nn.Sequential(*(Block(last) for _ in range(given.blocks)))
        self.dense = torch.nn.Linear(given.width * given.length, 1)

    def forward(self, samples):
        features = self.blocks(self.symbols(samples))
        if self.last:
            features = features.permute(0, 2, 3, 1)
        return self.dense(features.flatten(1))[:, 0]


class Networks:
    """A generator and a critic in one form, what one of the steps needs, and the steps."""

    def __init__(self, form, trains):
        torch.manual_seed(1)
        last, self.joined = form.startswith("channels-last"), form.endswith("joined")
        self.generator, self.critic = Generator(last), Critic(last)
        if trains:
            def adam(network, rate):
                return torch.optim.Adam(network.parameters(), lr=rate, betas=(0.5, 0.9))
            self.generator_optimiser, self.critic_optimiser = adam(self.generator, 1e-4), adam(self.critic, 3e-4)
            tokens = torch.randint(given.vocabulary, (given.batch, given.length))
            rows = torch.nn.functional.one_hot(tokens, given.vocabulary).float()
            # With channels last this is a view of memory that lies as it should.
            self.real = rows.unsqueeze(1).permute(0, 3, 1, 2) if last else rows.mT.contiguous()
        else:
            self.generator.requires_grad_(False)
            self.critic.requires_grad_(False)
            self.start = torch.randn(given.batch, given.latent_width)
            self.taken, self.latents = 0, self.start

    def critic_step(self):
        with torch.no_grad():
            fake = self.generator(torch.randn(given.batch, given.latent_width))
        if self.joined:
            of_real, of_fake = self.critic(torch.cat((self.real, fake))).chunk(2)
        else:
            of_real, of_fake = self.critic(self.real), self.critic(fake)
        weights = torch.rand(given.batch, *[1] * (fake.dim() - 1))
        mixed = torch.lerp(self.real, fake, weights).requires_grad_()
        gradient, = torch.autograd.grad(self.critic(mixed).sum(), mixed, create_graph=True)
        norms = gradient.flatten(1).norm(dim=1)
        loss = of_fake.mean() - of_real.mean() + 10 * (norms - 1).square().mean()
        self.critic_optimiser.zero_grad()
        loss.backward()
        self.critic_optimiser.step()

    def generator_step(self):
        self.critic.requires_grad_(False)
        loss = -self.critic(self.generator(torch.randn(given.batch, given.latent_width))).mean()
        self.generator_optimiser.zero_grad()
        loss.backward()
        self.generator_optimiser.step()
        self.critic.requires_grad_(True)

    def refinement_step(self):
        if self.taken % FLOW_STEPS == 0:
            self.latents = self.start
        self.taken += 1
        latents = self.latents.detach().requires_grad_()
        gradient, = torch.autograd.grad(self.critic(self.generator(latents)).sum(), latents)
        with torch.no_grad():
            noise = torch.randn_like(latents)
            self.latents = latents + ETA * gradient + (2 * GAMMA * ETA) ** 0.5 * noise


def peak_memory():
    """The most resident bytes of this process, or None."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return None


def timed(body):
    for _ in range(WARM_UP):
        body()
    times = []
    while len(times) < given.repetitions or sum(times) < given.seconds:
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return {
        "repetitions": len(times), "medianSeconds": statistics.median(times), "leastSeconds": min(times),
        "peakMemory": peak_memory()}


def main():
    rows, networks, made = [], None, None
    for case in given.case or CASES:
        step, form = case.split("/")
        trains = step != "refinement"
        if made != (form, trains):
            networks = None  # before the next ones take memory
            networks, made = Networks(form, trains), (form, trains)
        rows.append({"step": step, "form": form, **timed(getattr(networks, step + "_step"))})
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "rows": rows}))


main()
