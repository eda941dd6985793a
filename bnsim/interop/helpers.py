"""Classes and functions of which a script gets those that it uses: what PyTorch has not, or draws by itself."""

from __future__ import annotations

RESIDUAL = '''\
class Residual(nn.Sequential):
    """y = x + f(x), f the modules inside."""

    def forward(self, x):
        return x + super().forward(x)
'''

TIED = '''\
class Tied(nn.Sequential):
    """The modules inside, several times over, with the same weights each time."""

    def __init__(self, times, *modules):
        super().__init__(*modules)
        self.times = times

    def forward(self, x):
        for _ in range(self.times):
            x = super().forward(x)
        return x
'''

ERF = '''\
class Erf(nn.Module):
    """y = erf(x); PyTorch has it as a function alone."""

    def forward(self, x):
        return torch.erf(x)
'''

FROZEN = '''\
class FrozenBatchNorm1d(nn.BatchNorm1d):
    """Normalizes with the running statistics in training, too, and leaves them alone."""

    def __init__(self, features, **options):
        super().__init__(features, **options)
        self.eval()

    def train(self, mode=True):
        return super().train(False)
'''

GHOST = '''\
class GhostBatchNorm1d(nn.BatchNorm1d):
    """Statistics over each of equal parts of the mini-batch; the running ones follow the first part."""

    def __init__(self, features, parts, **options):
        super().__init__(features, **options)
        self.parts = parts

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        first, *others = x.chunk(self.parts)
        by_their_own = [
            nn.functional.batch_norm(part, None, None, self.weight, self.bias, training=True, eps=self.eps)
            for part in others
        ]
        return torch.cat([super().forward(first), *by_their_own])
'''

DROPOUT = '''\
class Dropout(nn.Module):
    """nn.Dropout with the masks that bnsim drew, one after another, in place of new ones."""

    def __init__(self, p, masks):
        super().__init__()
        self.p = p
        self.masks = iter(torch.from_numpy(numbers[masks]))

    def forward(self, x):
        return x * next(self.masks) / (1 - self.p) if self.training else x
'''

NOISE = '''\
class Noise(nn.Module):
    """y = h x + n with the noise n, and where there are any the factors h, that bnsim drew, one after another."""

    def __init__(self, noise, factors=None):
        super().__init__()
        self.noise = iter(torch.from_numpy(numbers[noise]))
        self.factors = iter(torch.from_numpy(numbers[factors])) if factors else None

    def forward(self, x):
        if not self.training:
            return x
        if self.factors:
            x = x * next(self.factors)
        return x + next(self.noise)
'''

OWN_NOISE = '''\
class Noise(nn.Module):
    """y = h x + m + s z: each feature's mean m, spread s and factor h are drawn anew for every mini-batch."""

    def __init__(self, mean, spread, scale=1.0):
        super().__init__()
        self.mean, self.spread, self.scale = mean, spread, scale

    def forward(self, x):
        if not self.training:
            return x
        mean = self.mean * (2 * torch.rand(x.shape[1]) - 1)
        spread = 1 + (self.spread - 1) * torch.rand(x.shape[1]) if self.spread >= 1 else self.spread
        factor = 1 + (self.scale - 1) * torch.rand(x.shape[1])
        return factor * x + mean + spread * torch.randn(x.shape)
'''

CHECK = '''\
class Check:
    """One lane's loss and gradient norms beside bnsim's: printed, and equal, or an AssertionError.

    Equal is: apart by at most TOLERANCE of bnsim's number; or, where rounding alone moves that by more
    (as seen when bnsim ran again with other last bits in the weights), by at most what rounding does.
    """

    compared = loose = 0  # numbers so far, and those of them that rounding alone moves by more than TOLERANCE

    def __init__(self, lane, model):
        self.lane = lane
        self.layers = {name: model.get_submodule(name) for name in numbers[f"{lane}/layers"].tolist()}
        self.titles = ["loss", *(f"{name} {type(layer).__name__}" for name, layer in self.layers.items())]
        print(f"\\n{lane}: loss, and the norm of each layer's gradient before any clipping")
        print("iteration", *(f"{title:>12}" for title in self.titles))

    def __call__(self, iteration, loss):
        found = [loss.item()]
        for layer in self.layers.values():
            parts = [p.grad.flatten() for p in layer.parameters(recurse=False)]
            found.append(torch.cat(parts).norm().item())
        if iteration % PRINT_EVERY == 0:
            cells = zip(self.titles, found, strict=True)
            print(f"{iteration:9}", *(f"{value:{max(12, len(title))}.6g}" for title, value in cells))
        self.compare(np.array(found), "loss_and_norms", iteration)

    def compare(self, found, what, row):
        theirs, rounding = numbers[f"{self.lane}/{what}"][row], numbers[f"{self.lane}/{what}_rounding"][row]
        close = TOLERANCE * np.abs(theirs)
        Check.compared += np.size(theirs)
        Check.loose += np.count_nonzero(rounding > close)
        equal = np.abs(found - theirs) <= np.maximum(close, rounding)
        assert equal.all(), f"{self.lane}, {what} {row}: {found} here, {theirs} in bnsim"

    @classmethod
    def sum_up(cls):
        print(f"\\n{cls.compared - cls.loose} of {cls.compared} numbers are bnsim's to {TOLERANCE}.")
        if cls.loose:
            print(f"The other {cls.loose} are so as nearly as rounding lets bnsim's own be.")
'''

HELPERS = (RESIDUAL, TIED, ERF, FROZEN, GHOST, DROPOUT, NOISE, OWN_NOISE, CHECK)
"""All of them, in the order in which a script has them."""
