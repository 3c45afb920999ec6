#!/usr/bin/env python3
"""Golden values for NeuralNetworks and GenerativeModels, from PyTorch in float64.

usage: networks.py [--root PROJECT]

Writes, under PROJECT/Tests:
  NeuralNetworksTests/Fixtures/layers.safetensors        every layer forward and backward
  GenerativeModelsTests/Fixtures/critic-step.safetensors one critic step with its gradient penalty
  GenerativeModelsTests/Fixtures/critic-step-wide.safetensors the same with 16 channels
  GenerativeModelsTests/Fixtures/training.safetensors    twenty critic and ten generator steps
  GenerativeModelsTests/Fixtures/departing.safetensors   the same with what a recipe may have else
  RunsTests/Fixtures/flow.safetensors                    ten DGflow steps for KL, JS and log D
each with a .json of the same name: versions, seed, settings, format and the smallest
|pre-activation| met anywhere in the computation (the margin). Seeds are searched until the margin is
large enough that float32 rounding flips no rectifier.

Everything is computed in float64 by automatic differentiation from inputs that are exactly
representable in float32, then stored as float32 (relative error 6e-8). Tensors have the layout of the
project: sequences [N, L, C], convolution weights [K, in, out], expansion [Z, L, C], reduction [L, C].
Nothing here shares code with the project: convolutions are torch.nn.functional.conv1d, the penalty is
a double backward, the optimiser is torch.optim.Adam.
"""
import argparse, json, math, os, platform

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
DATE = "2026-11-21"
PENALTY = 10.0


def uniform(generator, shape, bound):
    """Uniform values in [-bound, bound] that float32 represents exactly, as float64."""
    return (torch.rand(shape, generator=generator) * 2 - 1).mul(bound).float().double()


def normal(generator, shape):
    return torch.randn(shape, generator=generator).float().double()


class Margin:
    """Smallest |pre-activation| seen by the rectifiers, and lead of a largest probability that is taken."""

    def __init__(self):
        self.smallest = math.inf

    def rectify(self, x):
        self.smallest = min(self.smallest, x.detach().abs().min().item())
        return F.relu(x)

    def decode(self, p):
        """One-hot rows of the largest probabilities; the gradient passes straight through to p."""
        first, second = p.detach().topk(2, dim=2).values.unbind(2)
        self.smallest = min(self.smallest, (first - second).min().item())
        rows = F.one_hot(p.detach().argmax(2), p.shape[2]).double()
        return rows + p - p.detach()


def convolve(x, weight, bias):
    """[N, L, Cin], [K, Cin, Cout], [Cout] -> [N, L, Cout]"""
    y = F.conv1d(x.transpose(1, 2), weight.permute(2, 1, 0), bias, padding=weight.shape[0] // 2)
    return y.transpose(1, 2)


def block(x, p, prefix, margin):
    h = convolve(margin.rectify(x), p[prefix + "conv1.weight"], p[prefix + "conv1.bias"])
    return x + 0.3 * convolve(margin.rectify(h), p[prefix + "conv2.weight"], p[prefix + "conv2.bias"])


def blocks_of(p):
    return sum(1 for name in p if name.endswith("conv1.weight"))


def generate(z, p, margin, temperature=1.0):
    h = torch.einsum("nz,zlc->nlc", z, p["input.weight"]) + p["input.bias"]
    for i in range(blocks_of(p)):
        h = block(h, p, f"blocks.{i}.", margin)
    return torch.softmax(convolve(h, p["output.weight"], p["output.bias"]) / temperature, dim=2)


def score(x, p, margin):
    h = convolve(x, p["input.weight"], p["input.bias"])
    for i in range(blocks_of(p)):
        h = block(h, p, f"blocks.{i}.", margin)
    return torch.einsum("nlc,lc->n", h, p["output.weight"]) + p["output.bias"]


def body(g, blocks, width, bias):
    p = {}
    for i in range(blocks):
        for j in (1, 2):
            bound = math.sqrt(12 / (10 * width))
            p[f"blocks.{i}.conv{j}.weight"] = uniform(g, (5, width, width), bound)
            p[f"blocks.{i}.conv{j}.bias"] = uniform(g, (width,), bias)
    return p


def make_generator(g, s, bias=0.1):
    """Initial bounds of the recipe, but biases are not zero, so that their rules are tested too."""
    Z, L, C, V = s["latentWidth"], s["length"], s["width"], s["vocabulary"]
    p = {"input.weight": uniform(g, (Z, L, C), math.sqrt(6 / (Z + L * C)) * 2),
         "input.bias": uniform(g, (L, C), bias)}
    p.update(body(g, s["blocks"], C, bias))
    p["output.weight"] = uniform(g, (1, C, V), math.sqrt(12 / (C + V)))
    p["output.bias"] = uniform(g, (V,), bias)
    return p


def make_critic(g, s, bias=0.1):
    L, C, V = s["length"], s["width"], s["vocabulary"]
    p = {"input.weight": uniform(g, (1, V, C), math.sqrt(12 / (C + V))),
         "input.bias": uniform(g, (C,), bias)}
    p.update(body(g, s["blocks"], C, bias))
    p["output.weight"] = uniform(g, (L, C), math.sqrt(6 / (L * C + 1)))
    p["output.bias"] = uniform(g, (1,), bias)
    return p


def tokens(g, s, count):
    return torch.randint(s["vocabulary"], (count, s["length"]), generator=g)


def one_hot(t, s):
    return F.one_hot(t, s["vocabulary"]).double()


def critic_loss(critic, real, fake, alpha, margin, target=1.0):
    x = (real + alpha[:, None, None] * (fake - real)).detach().requires_grad_(True)
    d_real, d_fake, d_mixed = (score(v, critic, margin) for v in (real, fake, x))
    (g,) = torch.autograd.grad(d_mixed.sum(), x, create_graph=True)
    norms = g.square().sum(dim=(1, 2)).sqrt()
    penalty = ((norms - target) ** 2).mean()
    wasserstein = d_real.mean() - d_fake.mean()
    return PENALTY * penalty - wasserstein, wasserstein, penalty, norms, g


def trainable(p):
    return {name: value.clone().requires_grad_(True) for name, value in p.items()}


# ------------------------------------------------------------------------------------------------
def layers(seed):
    """One example a layer: input, parameters, output, cotangent, input and parameter gradients."""
    g, margin, out = torch.Generator().manual_seed(seed), Margin(), {}
    N, L, C, O, Z, V = 4, 9, 6, 5, 6, 11

    def record(name, x, parameters, f):
        x = x.clone().requires_grad_(True)
        p = trainable(parameters)
        y = f(x, p)
        cotangent, tangent = normal(g, tuple(y.shape)), normal(g, tuple(x.shape))
        grads = torch.autograd.grad(y, [x, *p.values()], cotangent, retain_graph=True)
        _, pushed = torch.autograd.functional.jvp(lambda v: f(v, parameters), x.detach(), tangent)
        entries = {"input": x, "output": y, "cotangent": cotangent, "inputCotangent": grads[0],
                   "tangent": tangent, "outputTangent": pushed}
        entries.update({f"parameters.{k}": v for k, v in p.items()})
        entries.update({f"gradients.{k}": v for k, v in zip(p, grads[1:])})
        out.update({f"{name}.{k}": v for k, v in entries.items()})

    for kernel in (1, 3, 5):
        record(f"convolution{kernel}", normal(g, (N, L, C)),
               {"weight": normal(g, (kernel, C, O)), "bias": normal(g, (O,))},
               lambda x, p: convolve(x, p["weight"], p["bias"]))
    record("expansion", normal(g, (N, Z)),
           {"weight": normal(g, (Z, L, C)), "bias": normal(g, (L, C))},
           lambda x, p: torch.einsum("nz,zlc->nlc", x, p["weight"]) + p["bias"])
    record("reduction", normal(g, (N, L, C)),
           {"weight": normal(g, (L, C)), "bias": normal(g, (1,))},
           lambda x, p: torch.einsum("nlc,lc->n", x, p["weight"]) + p["bias"])
    record("rectifier", normal(g, (N, L, C)), {}, lambda x, p: margin.rectify(x))
    record("softmax", 3 * normal(g, (N, L, V)), {}, lambda x, p: torch.softmax(x, dim=2))
    record("residual", normal(g, (N, L, C)), {k[len("blocks.0."):]: v for k, v in body(g, 1, C, 0.1).items()},
           lambda x, p: block(x, p, "", margin))
    return out, margin, {"samples": N, "length": L, "channels": C}


STEP = dict(latentWidth=6, length=8, width=8, blocks=5, vocabulary=11, samples=4)


# Wide enough for the convolution with fewer multiplications, which begins at 16 channels.
WIDE_STEP = dict(latentWidth=6, length=8, width=16, blocks=2, vocabulary=11, samples=4)


def critic_step(seed, s=STEP):
    g, margin = torch.Generator().manual_seed(seed), Margin()
    generator, critic = make_generator(g, s), make_critic(g, s)
    z, t = normal(g, (s["samples"], s["latentWidth"])), tokens(g, s, s["samples"])
    alpha = torch.rand(s["samples"], generator=g).float().double()
    real = one_hot(t, s)
    with torch.no_grad():
        fake = generate(z, generator, margin)
    p = trainable(critic)
    loss, wasserstein, penalty, norms, slope = critic_loss(p, real, fake, alpha, margin)
    total = torch.autograd.grad(loss, list(p.values()), retain_graph=True, allow_unused=True)
    only = torch.autograd.grad(PENALTY * penalty, list(p.values()), allow_unused=True)
    out = {"latents": z, "tokens": t.double(), "interpolation": alpha, "fake": fake,
           "scores.real": score(real, critic, Margin()), "scores.fake": score(fake, critic, Margin()),
           "inputGradient": slope, "norms": norms, "loss": loss[None], "wasserstein": wasserstein[None],
           "penalty": penalty[None]}
    for name, value in generator.items():
        out[f"generator.{name}"] = value
    for (name, value), grad, penal in zip(critic.items(), total, only):
        out[f"critic.{name}"] = value
        out[f"gradients.{name}"] = torch.zeros_like(value) if grad is None else grad
        out[f"penaltyGradients.{name}"] = torch.zeros_like(value) if penal is None else penal
    # generator step from the same weights and latents
    q = trainable(generator)
    z2 = z.clone().requires_grad_(True)
    g_loss = -score(generate(z2, q, margin), critic, margin).mean()
    grads = torch.autograd.grad(g_loss, [z2, *q.values()])
    out["generatorLoss"] = g_loss[None]
    out["latentGradient"] = -s["samples"] * grads[0]  # gradient of the score itself, per sample
    for name, grad in zip(q, grads[1:]):
        out[f"generatorGradients.{name}"] = grad
    return out, margin, s


TRAINING = dict(latentWidth=6, length=8, width=8, blocks=2, vocabulary=11, samples=4,
                criticRate=3e-4, generatorRate=1e-4, beta1=0.5, beta2=0.9, epsilon=1e-8,
                criticSteps=20, generatorSteps=10)
DEPARTING = dict(TRAINING, temperature=0.5, slopeWanted=0.0, straightThrough=True, rateHalfLife=5)


def training(seed, s=TRAINING):
    """Ten rounds of two critic steps and one generator step, batches given."""
    g, margin = torch.Generator().manual_seed(seed), Margin()

    def sample(z, q):
        p = generate(z, q, margin, s.get("temperature", 1.0))
        return margin.decode(p) if s.get("straightThrough") else p

    generator, critic = make_generator(g, s), make_critic(g, s)
    N, steps = s["samples"], s["criticSteps"]
    every = steps // s["generatorSteps"]
    latents = normal(g, (steps, N, s["latentWidth"]))
    alphas = torch.rand(steps, N, generator=g).float().double()
    batches = torch.stack([tokens(g, s, N) for _ in range(steps)])
    generator_latents = normal(g, (s["generatorSteps"], N, s["latentWidth"]))
    out = {"latents": latents, "interpolation": alphas, "tokens": batches.double(),
           "generatorLatents": generator_latents}
    out.update({f"initial.generator.{k}": v.clone() for k, v in generator.items()})
    out.update({f"initial.critic.{k}": v.clone() for k, v in critic.items()})
    q, p = trainable(generator), trainable(critic)
    betas = (s["beta1"], s["beta2"])
    adam_p = torch.optim.Adam(p.values(), lr=s["criticRate"], betas=betas, eps=s["epsilon"])
    adam_q = torch.optim.Adam(q.values(), lr=s["generatorRate"], betas=betas, eps=s["epsilon"])
    losses, estimates, penalties, generator_losses = [], [], [], []
    for step in range(steps):
        with torch.no_grad():
            fake = sample(latents[step], q)
        if "rateHalfLife" in s:
            factor = 2 ** -(step // every / s["rateHalfLife"])
            adam_p.param_groups[0]["lr"] = factor * s["criticRate"]
            adam_q.param_groups[0]["lr"] = factor * s["generatorRate"]
        loss, wasserstein, penalty, _, _ = critic_loss(
            p, one_hot(batches[step], s), fake, alphas[step], margin, s.get("slopeWanted", 1.0))
        adam_p.zero_grad()
        loss.backward()
        adam_p.step()
        losses.append(loss.item()), estimates.append(wasserstein.item()), penalties.append(penalty.item())
        if margin.smallest < 1e-6:
            return None, margin, s
        if (step + 1) % every == 0:
            round_ = step // every
            frozen = {k: v.detach() for k, v in p.items()}
            g_loss = -score(sample(generator_latents[round_], q), frozen, margin).mean()
            adam_q.zero_grad()
            g_loss.backward()
            adam_q.step()
            generator_losses.append(g_loss.item())
    for name, values in (("criticLosses", losses), ("wasserstein", estimates), ("penalties", penalties),
                         ("generatorLosses", generator_losses)):
        out[name] = torch.tensor(values)
    out.update({f"final.generator.{k}": v for k, v in q.items()})
    out.update({f"final.critic.{k}": v for k, v in p.items()})
    return out, margin, s


FLOW = dict(latentWidth=6, length=8, width=8, blocks=2, vocabulary=11, samples=5,
            stepSize=0.1, noiseWeight=0.01, steps=10)


def flow(seed):
    """z <- z + eta s(d) grad_z d(G(z)) + sqrt(2 gamma eta) xi with s: KL 1, JS sigma(d), log D sigma(-d)."""
    g, margin, s = torch.Generator().manual_seed(seed), Margin(), FLOW
    generator, critic = make_generator(g, s), make_critic(g, s)
    critic["output.weight"] = (critic["output.weight"] * 4).float().double()
    z0 = normal(g, (s["samples"], s["latentWidth"]))
    noise = normal(g, (s["steps"], s["samples"], s["latentWidth"]))
    out = {"latents": z0, "noise": noise}
    out.update({f"generator.{k}": v for k, v in generator.items()})
    out.update({f"critic.{k}": v for k, v in critic.items()})
    weights = {"kl": torch.ones_like, "js": torch.sigmoid, "logd": lambda d: torch.sigmoid(-d)}
    for name, weight in weights.items():
        z, path, values, gradients = z0.clone(), [z0.clone()], [], []
        for step in range(s["steps"]):
            z = z.detach().requires_grad_(True)
            d = score(generate(z, generator, margin), critic, margin)
            (grad,) = torch.autograd.grad(d.sum(), z)
            values.append(d.detach()), gradients.append(grad)
            eta, gamma = s["stepSize"], s["noiseWeight"]
            z = z.detach() + eta * weight(d.detach())[:, None] * grad + math.sqrt(2 * gamma * eta) * noise[step]
            path.append(z.clone())
        out[f"{name}.latents"] = torch.stack(path)
        out[f"{name}.values"] = torch.stack(values)
        out[f"{name}.gradients"] = torch.stack(gradients)
    return out, margin, s


FORMATS = {
    "layers": "<layer>.{input, output, cotangent, inputCotangent, tangent, outputTangent, parameters.<name>, "
              "gradients.<name>}: y = f(x); inputCotangent and gradients are the transposed Jacobians times "
              "cotangent; outputTangent is the Jacobian in x times tangent",
    "critic-step": "generator.*, critic.*: weights; latents [N, Z], tokens [N, L], interpolation [N]; fake [N, L, V]; "
                   "scores.real, scores.fake [N]; inputGradient [N, L, V] and norms [N] at the interpolates; loss = "
                   "mean D(fake) - mean D(real) + 10 penalty, penalty = mean (norm - 1)^2; gradients.* of loss, "
                   "penaltyGradients.* of 10 penalty; generatorLoss = -mean D(G(latents)), generatorGradients.*; "
                   "latentGradient [N, Z] of D(G(z))",
    "critic-step-wide": "as critic-step",
    "training": "initial.{generator,critic}.*, final.*: weights before and after; latents [20, N, Z], tokens [20, N, L], "
                "interpolation [20, N] of the critic steps; generatorLatents [10, N, Z]: a generator step after every "
                "second critic step; criticLosses, wasserstein, penalties [20], generatorLosses [10] before each update",
    "departing": "as training, by a recipe with a softmax temperature, a penalty on squared slopes (slopeWanted), "
                 "decoded samples with straight-through gradients, and rates that halve every rateHalfLife rounds",
    "flow": "generator.*, critic.*: weights; latents [N, Z] start; noise [10, N, Z]; for each divergence kl, js, logd: "
            "<d>.latents [11, N, Z] the whole path, <d>.values [10, N] = D(G(z)) and <d>.gradients [10, N, Z] = its "
            "gradient at the latents before each step",
}


def write(root, folder, name, make, wanted):
    best, seed = None, 0
    for seed in range(4000):
        out, margin, settings = make(seed)
        if out is not None and margin.smallest >= wanted:
            best = out
            break
    if best is None:
        raise SystemExit(f"{name}: no seed below 4000 has a margin of {wanted}")
    path = os.path.join(root, "Tests", folder, "Fixtures", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    arrays = {k: np.ascontiguousarray(v.detach().numpy().astype(np.float32)) for k, v in best.items()}
    save_file(arrays, path + ".safetensors")
    os.chmod(path + ".safetensors", 0o644)
    provenance = {"script": "Tools/golden/networks.py", "date": DATE, "python": platform.python_version(),
                  "torch": torch.__version__, "numpy": np.__version__, "precision": "float64, stored as float32",
                  "seed": seed, "margin": margin.smallest, "marginWanted": wanted,
                  "settings": {**settings, "penalty": PENALTY}, "format": FORMATS[name]}
    with open(path + ".json", "w") as file:
        json.dump(provenance, file, indent=2)
        file.write("\n")
    print(f"{name}: seed {seed}, margin {margin.smallest:.2e}, {os.path.getsize(path + '.safetensors')} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    root = parser.parse_args().root
    write(root, "NeuralNetworksTests", "layers", layers, 1e-3)
    write(root, "GenerativeModelsTests", "critic-step", critic_step, 1e-4)
    write(root, "GenerativeModelsTests", "critic-step-wide", lambda seed: critic_step(seed, WIDE_STEP), 1e-4)
    write(root, "RunsTests", "flow", flow, 1e-5)
    write(root, "GenerativeModelsTests", "training", training, 1e-5)
    write(root, "GenerativeModelsTests", "departing", lambda seed: training(seed, DEPARTING), 1e-5)
