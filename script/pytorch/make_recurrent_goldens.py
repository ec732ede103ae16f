"""Writes what PyTorch's recurrent layers compute, in double precision, which the tests compare with.

    python script/pytorch/make_recurrent_goldens.py Tests/FoveaTrainingTests/Goldens

Every layer × one or two layers × one or both directions × equal or unequal lengths × a zero or a given state. All inputs
follow from a formula that the tests repeat (`noise`), so that the file holds results only: what a loss that weights every
output with further noise gives for outputs, weights, input and state, and how far PyTorch's own single precision is from it.
"""

import itertools
import json
import pathlib
import sys

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from make_goldens import noise

BATCH, STEPS, INPUTS, HIDDEN, PROJECTED = 3, 5, 2, 3, 2
LENGTHS = [3, 5, 1]


def layer(kind, layers, bidirectional):
    options = {"num_layers": layers, "bidirectional": bidirectional, "batch_first": True}
    if kind == "rnn_tanh":
        return torch.nn.RNN(INPUTS, HIDDEN, **options)
    if kind == "rnn_relu":
        return torch.nn.RNN(INPUTS, HIDDEN, nonlinearity="relu", **options)
    if kind == "gru":
        return torch.nn.GRU(INPUTS, HIDDEN, **options)
    return torch.nn.LSTM(INPUTS, HIDDEN, proj_size=PROJECTED if kind == "lstm_projected" else 0, **options)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def computed(kind, layers, bidirectional, unequal, given, dtype):
    """Results, gradients of the parameters by name, of the input and of the states, in a type."""
    network = layer(kind, layers, bidirectional).to(dtype)
    outputs = PROJECTED if kind == "lstm_projected" else HIDDEN
    directions = 2 if bidirectional else 1
    with torch.no_grad():
        for k, (_, parameter) in enumerate(network.named_parameters()):
            parameter.copy_(noise(parameter.shape, k, 0.6))
    # Channels before steps, as the tests have it.
    x = noise((BATCH, INPUTS, STEPS), 100, 1.5).to(dtype).requires_grad_()
    states = []
    if given:
        states.append(noise((layers * directions, BATCH, outputs), 101, 1).to(dtype).requires_grad_())
        if kind.startswith("lstm"):
            states.append(noise((layers * directions, BATCH, HIDDEN), 102, 1).to(dtype).requires_grad_())
    start = None if not given else tuple(states) if len(states) == 2 else states[0]
    sequences = x.transpose(1, 2)
    if unequal:
        packed = pack_padded_sequence(sequences, torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
        results, state = network(packed, start)
        results, _ = pad_packed_sequence(results, batch_first=True, total_length=STEPS)
    else:
        results, state = network(sequences, start)
    state = list(state) if isinstance(state, tuple) else [state]
    found = [results.transpose(1, 2)] + state
    loss = sum((value * noise(value.shape, 103 + k, 1).to(dtype)).sum() for k, value in enumerate(found))
    loss.backward()
    gradients = {name: parameter.grad for name, parameter in network.named_parameters()}
    return found, gradients, x.grad, [state.grad for state in states]


def error(pairs):
    """The largest error of single precision, relative to the largest element of its tensor."""
    with torch.no_grad():
        return max(float((one.double() - other).abs().max() / other.abs().max()) for one, other in pairs)


def case(*settings):
    kind, layers, bidirectional, unequal, given = settings
    results, gradients, of_input, of_states = computed(*settings, torch.float64)
    single = computed(*settings, torch.float32)
    gradient_pairs = [(single[1][name], gradient) for name, gradient in gradients.items()]
    gradient_pairs += list(zip([single[2], *single[3]], [of_input, *of_states]))
    return {
        "kind": kind, "layers": layers, "bidirectional": bidirectional, "unequal": unequal, "given": given,
        "results": [numbers(value) for value in results],
        "gradients": {name: numbers(gradient) for name, gradient in gradients.items()},
        "input_gradient": numbers(of_input), "state_gradients": [numbers(gradient) for gradient in of_states],
        "float32_errors": [error(zip(single[0], results)), error(gradient_pairs)],
    }


def main():
    kinds = ["rnn_tanh", "rnn_relu", "lstm", "lstm_projected", "gru"]
    cases = [case(*settings) for settings in itertools.product(kinds, [1, 2], *[[False, True]] * 3)]
    path = pathlib.Path(sys.argv[1]) / "recurrent.json"
    path.write_text(json.dumps({"lengths": LENGTHS, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
