"""Public programs written for PyTorch, with the flags and edits that shrink each to a few seconds.
Read `programs.py` next, which runs them; their authors' repositories are fetched by the user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Prepare = Callable[[Path], None]


@dataclass(frozen=True)
class Program:
    """What is run in a copy of `folder`, one command after another."""

    name: str
    folder: str
    commands: tuple[str, ...]
    edits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by file: old, new
    prepare: Prepare | None = None
    mnist: bool = False
    needs: str = ""  # a module besides PyTorch that the program cannot do without


def _little_text(folder: Path) -> None:
    """Cut the validation text into the three parts that the program reads."""
    texts = folder / "data" / "wikitext-2"
    lines = (texts / "valid.txt").read_text("utf-8").splitlines(keepends=True)
    for name, start, stop in (("train", 0, 400), ("valid", 400, 440), ("test", 440, 480)):
        (texts / f"{name}.txt").write_text("".join(lines[start:stop]), "utf-8")


def _makemore(kind: str, steps: int) -> Program:
    command = f"makemore.py --type {kind} --max-steps {steps} --num-workers 0"
    return Program(f"makemore {kind}", "makemore", (command,))


def _word_model(kind: str, flags: str = "") -> Program:
    """Its own rate of 20 diverges on so little text, where rounding alone changes every value."""
    command = f"main.py --model {kind} --epochs 1 --emsize 100 --nhid 100 --lr 0.5 {flags}"
    return Program(
        f"word_language_model {kind} {flags}".strip(),
        "examples/word_language_model",
        (command,),
        prepare=_little_text,
    )


PROGRAMS = (
    *(_makemore(kind, steps) for kind, steps in (("bigram", 400), ("mlp", 400), ("rnn", 220))),
    *(_makemore(kind, steps) for kind, steps in (("gru", 220), ("bow", 220), ("transformer", 220))),
    Program(
        "ng-video-lecture gpt",
        "ng-video-lecture",
        ("gpt.py",),
        edits={
            "gpt.py": {
                "batch_size = 64": "batch_size = 16",
                "block_size = 256": "block_size = 32",
                "max_iters = 5000": "max_iters = 60",
                "eval_interval = 500": "eval_interval = 30",
                "eval_iters = 200": "eval_iters = 5",
                "n_embd = 384": "n_embd = 64",
                "n_head = 6": "n_head = 4",
                "n_layer = 6": "n_layer = 4",
                "max_new_tokens=500": "max_new_tokens=100",
            }
        },
    ),
    Program(
        "ng-video-lecture bigram",
        "ng-video-lecture",
        ("bigram.py",),
        edits={"bigram.py": {"max_iters = 3000": "max_iters = 1000", "iters = 200": "iters = 20"}},
    ),
    *(
        Program(f"pytorch-examples {name}", f"pytorch-examples/{folder}", (f"{name}.py",))
        for folder, name in (
            ("tensor", "two_layer_net_tensor"),
            ("autograd", "two_layer_net_autograd"),
            ("autograd", "two_layer_net_custom_function"),
            ("nn", "two_layer_net_nn"),
            ("nn", "two_layer_net_optim"),
            ("nn", "two_layer_net_module"),
            ("nn", "dynamic_net"),
        )
    ),
    Program("mnist", "examples/mnist", ("main.py --epochs 1",), mnist=True),
    Program("vae", "examples/vae", ("main.py --epochs 4",), mnist=True),
    Program("mnist_rnn", "examples/mnist_rnn", ("main.py --epochs 2",), mnist=True),
    Program("regression", "examples/regression", ("main.py",)),
    _word_model("RNN_TANH"),
    _word_model("RNN_RELU"),
    _word_model("LSTM"),
    _word_model("GRU"),
    _word_model("LSTM", "--tied"),
    _word_model("Transformer"),
    *(
        Program(
            name,
            "examples/reinforcement_learning",
            (f"{name}.py",),
            edits={f"{name}.py": {"in count(1):": "in range(1, 61):"}},
            needs="gymnasium",
        )
        for name in ("reinforce", "actor_critic")
    ),
    Program(
        "time_sequence_prediction",
        "examples/time_sequence_prediction",
        ("generate_sine_wave.py", "train.py --steps 1"),
        edits={
            "generate_sine_wave.py": {"L = 1000": "L = 100"},
            "train.py": {
                "future = 1000": "future = 100",
                "load('traindata.pt')": "load('traindata.pt', weights_only=False)",  # or PyTorch's
            },  # own refuses to read an ndarray
        },
        needs="matplotlib",
    ),
    Program(
        "micrograd test_engine",
        "micrograd",
        ("-m pytest -q -p no:cacheprovider test/test_engine.py",),
        needs="pytest",
    ),
)
