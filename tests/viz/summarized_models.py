"""LeNet, ResNet-18 and a small GPT, each written once for this package and for PyTorch.
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


def resnet18(library, classes=10):
    """ResNet-18 of He et al. (2015), table 1: a 7 x 7 stem, four stages of two basic blocks."""
    nn, F = library.nn, library.nn.functional

    class BasicBlock(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.relu = nn.ReLU(inplace=True)
            self.downsample = nn.Identity()
            if inputs != outputs:
                self.downsample = nn.Sequential(
                    nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
                )

        def forward(self, x):
            y = self.relu(self.bn1(self.conv1(x)))
            return self.relu(self.bn2(self.conv2(y)) + self.downsample(x))

    class ResNet18(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
            self.bn1 = nn.BatchNorm2d(64)
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
            widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
            self.stages = nn.Sequential(
                *(
                    nn.Sequential(BasicBlock(*stage), BasicBlock(stage[1], stage[1], 1))
                    for stage in widths
                )
            )
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.fc = nn.Linear(512, classes)

        def forward(self, x):
            x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
            return self.fc(self.avgpool(self.stages(x)).flatten(1))

    return ResNet18()


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
