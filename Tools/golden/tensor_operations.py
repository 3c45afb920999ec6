"""Golden values of the tensor operations, computed by PyTorch.

Run: python3 Tools/golden/tensor_operations.py
Writes Tests/TensorsTests/Fixtures/tensor_operations.json. Convolution, expansion, reduction and
softmax in float64 with gradients by autograd; Adam in float32 by torch.optim.Adam.
Made with PyTorch 2.13.0, 2026-11-21.
"""

import json
import pathlib

import torch

OUTPUT = (
    pathlib.Path(__file__).resolve().parents[2]
    / "Tests/TensorsTests/Fixtures/tensor_operations.json"
)


def flat(tensor):
    return [round(float(value), 9) for value in tensor.detach().reshape(-1)]


def short(generator, *shape):
    """Numbers with few binary digits, exact in float32 and in the file."""
    return (torch.randint(-64, 65, shape, generator=generator) / 64).double()


def convolution(generator, n, length, inputs, outputs, width):
    x = short(generator, n, length, inputs).requires_grad_()
    weight = short(generator, width, inputs, outputs).requires_grad_()
    bias = short(generator, outputs).requires_grad_()
    cotangent = short(generator, n, length, outputs)
    y = torch.nn.functional.conv1d(
        x.transpose(1, 2), weight.permute(2, 1, 0), bias, padding=width // 2
    ).transpose(1, 2)
    dx, dw, db = torch.autograd.grad(y, (x, weight, bias), cotangent)
    return {
        "shape": [n, length, inputs, outputs, width],
        "x": flat(x), "weight": flat(weight), "bias": flat(bias), "cotangent": flat(cotangent),
        "y": flat(y), "dx": flat(dx), "dw": flat(dw), "db": flat(db),
    }


def expansion(generator, n, latents, length, channels):
    z = short(generator, n, latents).requires_grad_()
    weight = short(generator, latents, length, channels).requires_grad_()
    bias = short(generator, length, channels).requires_grad_()
    cotangent = short(generator, n, length, channels)
    y = torch.einsum("nz,zlc->nlc", z, weight) + bias
    dz, dw, db = torch.autograd.grad(y, (z, weight, bias), cotangent)
    return {
        "shape": [n, latents, length, channels],
        "z": flat(z), "weight": flat(weight), "bias": flat(bias), "cotangent": flat(cotangent),
        "y": flat(y), "dz": flat(dz), "dw": flat(dw), "db": flat(db),
    }


def reduction(generator, n, length, channels):
    x = short(generator, n, length, channels).requires_grad_()
    weight = short(generator, length, channels).requires_grad_()
    bias = short(generator, 1).requires_grad_()
    cotangent = short(generator, n)
    scores = torch.einsum("nlc,lc->n", x, weight) + bias
    dx, dw, db = torch.autograd.grad(scores, (x, weight, bias), cotangent)
    return {
        "shape": [n, length, channels],
        "x": flat(x), "weight": flat(weight), "bias": flat(bias), "cotangent": flat(cotangent),
        "scores": flat(scores), "dx": flat(dx), "dw": flat(dw), "db": flat(db),
    }


def softmax(generator, n, length, symbols):
    logits = (8 * short(generator, n, length, symbols)).requires_grad_()
    cotangent = short(generator, n, length, symbols)
    p = torch.softmax(logits, dim=-1)
    (dx,) = torch.autograd.grad(p, logits, cotangent)
    return {
        "shape": [n, length, symbols],
        "logits": flat(logits), "cotangent": flat(cotangent), "p": flat(p), "dx": flat(dx),
    }


def adam(generator, count, steps):
    parameter = torch.nn.Parameter(short(generator, count).float())
    start = flat(parameter)
    optimizer = torch.optim.Adam([parameter], lr=1e-3, betas=(0.5, 0.9), eps=1e-8)
    gradients = []
    for _ in range(steps):
        parameter.grad = short(generator, count).float()
        gradients.append(flat(parameter.grad))
        optimizer.step()
    state = optimizer.state[parameter]
    return {
        "start": start, "gradients": gradients, "parameter": flat(parameter),
        "first": flat(state["exp_avg"]), "second": flat(state["exp_avg_sq"]),
    }


def main():
    generator = torch.Generator().manual_seed(1)
    values = {
        "provenance": f"Tools/golden/tensor_operations.py, PyTorch {torch.__version__}, 2026-11-21",
        "convolutions": [
            convolution(generator, 2, 6, 3, 4, 5),
            convolution(generator, 1, 4, 9, 5, 3),
            convolution(generator, 3, 2, 2, 3, 1),
        ],
        "expansion": expansion(generator, 3, 4, 5, 3),
        "reduction": reduction(generator, 3, 5, 3),
        "softmax": softmax(generator, 2, 3, 11),
        "adam": adam(generator, 11, 6),
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(values, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
