"""PyTorch's tutorial network on names by language, at the budget of script/measure-sequences.

    python names.py FOLDER [SEED ...]

The network of "NLP From Scratch: Classifying Names with a Character-Level RNN": letters in ASCII, one-hot, an RNN of 128 tanh units, a linear
layer; SGD at 0.15, gradients clipped to 3. Beside it the same network with AdamW and one cycle. 12 epochs, batch 64; 10 % of the
names for validation and 10 % for testing, no name in two parts; the epoch that is best in validation. Prints accuracy and macro F1 on
the test part, in percent, for each seed. Needs torch 2.13.0 and numpy.
"""

import pathlib
import random
import string
import sys
import unicodedata

import torch
from torch import nn

LETTERS = string.ascii_letters + " .,;'_"
EPOCHS, BATCH = 12, 64


def ascii_of(name):
    letters = (c for c in unicodedata.normalize("NFD", name) if unicodedata.category(c) != "Mn")
    return [LETTERS.index(c) if c in LETTERS else len(LETTERS) - 1 for c in letters]


class CharRNN(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.rnn = nn.RNN(len(LETTERS), 128)
        self.out = nn.Linear(128, classes)

    def forward(self, names):
        # Padding takes the place of packing: the state after the last letter is that of the name.
        steps = torch.nn.utils.rnn.pad_sequence([nn.functional.one_hot(n, len(LETTERS)).float() for n in names])
        states, _ = self.rnn(steps)
        last = torch.tensor([len(n) - 1 for n in names])
        return self.out(states[last, torch.arange(len(names))])


def parts(folder, seed):
    files = sorted(pathlib.Path(folder).glob("*.txt"))
    pairs = sorted({(line.strip(), c) for c, f in enumerate(files) for line in f.read_text("utf-8").splitlines() if line.strip()})
    names = sorted({name for name, _ in pairs})
    random.Random(seed).shuffle(names)
    tenth = len(names) // 10
    place = {name: min(2, index // tenth) for index, name in enumerate(names)}
    split = [[], [], []]
    for name, label in pairs:
        split[place[name]].append((torch.tensor(ascii_of(name)), label))
    return split[2], split[0], split[1], len(files)


def measure(network, part, classes):
    network.eval()
    hits, counted = torch.zeros(classes), torch.zeros(2, classes)
    with torch.no_grad():
        for start in range(0, len(part), 512):
            batch = part[start : start + 512]
            labels = torch.tensor([label for _, label in batch])
            found = network([name for name, _ in batch]).argmax(1)
            hits += torch.bincount(labels[found == labels], minlength=classes)
            counted[0] += torch.bincount(labels, minlength=classes)
            counted[1] += torch.bincount(found, minlength=classes)
    f1 = 2 * hits / (counted[0] + counted[1]).clamp(min=1)
    return 100 * (hits.sum() / len(part)).item(), 100 * f1.mean().item()


def train(folder, seed, is_tutorial):
    torch.manual_seed(seed)
    training, validation, test, classes = parts(folder, seed)
    network = CharRNN(classes)
    steps = EPOCHS * -(-len(training) // BATCH)
    if is_tutorial:
        optimizer, schedule = torch.optim.SGD(network.parameters(), lr=0.15), None
    else:
        optimizer = torch.optim.AdamW(network.parameters(), lr=0.003, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.003, total_steps=steps)
    best, result = -1.0, None
    for epoch in range(EPOCHS):
        network.train()
        order = torch.randperm(len(training)).tolist()
        for start in range(0, len(order), BATCH):
            batch = [training[i] for i in order[start : start + BATCH]]
            loss = nn.functional.cross_entropy(network([n for n, _ in batch]), torch.tensor([l for _, l in batch]))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 3)
            optimizer.step()
            if schedule:
                schedule.step()
        accuracy = measure(network, validation, classes)[0]
        if accuracy > best:
            best, result = accuracy, measure(network, test, classes)
    return result


folder, seeds = sys.argv[1], [int(s) for s in sys.argv[2:]] or [0, 1, 2, 3, 4]
for title, is_tutorial in [("as in the tutorial", True), ("AdamW, one cycle", False)]:
    results = [train(folder, seed, is_tutorial) for seed in seeds]
    mean = [sum(r[i] for r in results) / len(results) for i in (0, 1)]
    each = " ".join(f"{a:.2f}/{f:.2f}" for a, f in results)
    print(f"CharRNN of 128, {title:20} {mean[0]:.2f} %, macro F1 {mean[1]:.2f} %  ({each})", flush=True)
