"""LeNet and a small GPT, each written once for this package and for PyTorch.
Read `test_summary.py` next, which has them summarized.
"""


def lenet(library):
    """LeNet-5 for 28 x 28 pixels, with max pooling."""
    nn, F = library.nn, library.nn.functional

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(1, 6, 5, padding=2)
            self.second = nn.Conv2d(6, 16, 5)
            self.head = nn.Sequential(
                *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
            )

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.first(x)), 2)
            x = F.max_pool2d(F.relu(self.second(x)), 2)
            return self.head(x.flatten(1))

    return LeNet()


def gpt(library, vocabulary=65, width=64, heads=4, blocks=2, context=32):
    """A small GPT: embeddings as parameters, attention, and a head that shares one layer."""
    nn, F = library.nn, library.nn.functional

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv = nn.Linear(width, 3 * width)
            self.out = nn.Linear(width, width)

        def forward(self, x):
            rows, steps, _ = x.shape
            q, k, v = (
                each.reshape(rows, steps, heads, width // heads).transpose(1, 2)
                for each in self.qkv(x).split(width, 2)
            )
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.out(y.transpose(1, 2).reshape(rows, steps, width))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = Attention()
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width)
            )
            self.dropout = nn.Dropout(0.1)

        def forward(self, x):
            x = x + self.dropout(self.attention(self.ln1(x)))
            return x + self.dropout(self.mlp(self.ln2(x)))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Parameter(library.randn(vocabulary, width))
            self.places = nn.Parameter(library.randn(context, width))
            self.blocks = nn.Sequential(*(Block() for _ in range(blocks)))
            self.norm = nn.LayerNorm(width)
            self.head = nn.Linear(width, vocabulary, bias=False)

        def forward(self, numbers):
            x = F.embedding(numbers, self.tokens) + self.places[: numbers.shape[1]]
            return self.head(self.norm(self.blocks(x)))

    return GPT()
