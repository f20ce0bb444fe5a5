"""A VAE written by hand in PyTorch: nn.Module and torch.optim.Adam, plain, fused or compiled."""

import torch
from torch import nn
from torch.nn import functional

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
LOOPS = ("eager", "fused Adam", "compiled")


class HandWritten(nn.Module):
    def __init__(self, kind, latent_dim):
        super().__init__()
        if kind == "mlp":
            self.features = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU())
            self.decoder = nn.Sequential(nn.Linear(latent_dim, 512), nn.ReLU(), nn.Linear(512, 784))
            width = 512
        else:
            self.features = nn.Sequential(
                nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(),
                nn.Linear(3136, 16), nn.ReLU(),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(latent_dim, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                nn.ConvTranspose2d(64, 64, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
                nn.Conv2d(32, 1, 3, 1, 1), nn.Flatten(),
            )  # fmt: skip
            width = 16
        self.mean, self.log_var = nn.Linear(width, latent_dim), nn.Linear(width, latent_dim)

    def forward(self, x):
        h = self.features(x)
        mean, log_var = self.mean(h), self.log_var(h)
        z = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        logits, x = self.decoder(z), x.flatten(1)
        reconstruction = functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
        kl = 0.5 * (log_var.exp() + mean**2 - 1 - log_var).sum(-1)
        return (reconstruction + kl).mean()


def make_step(kind, latent_dim, name="eager"):
    """Return a function of a batch that makes a step, and one that turns its loss into a float."""
    model = HandWritten(kind, latent_dim).to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=name != "eager")
    loss_of = torch.compile(model) if name == "compiled" else model

    def step(x):
        loss = loss_of(torch.from_numpy(x).permute(0, 3, 1, 2).to(DEVICE))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step, float


def make_log_weights(kind, latent_dim):
    """Return a function of examples and a number of draws that gives an array of log-weights."""
    model = HandWritten(kind, latent_dim).to(DEVICE)

    @torch.no_grad()
    def weights(x, num_samples):
        x = torch.from_numpy(x).permute(0, 3, 1, 2).to(DEVICE)
        h = model.features(x)
        mean, log_var = model.mean(h)[:, None], model.log_var(h)[:, None]
        epsilon = torch.randn(len(x), num_samples, latent_dim, device=DEVICE)
        z = mean + torch.exp(0.5 * log_var) * epsilon
        logits = model.decoder(z.flatten(0, 1)).view(len(x), num_samples, 784)
        log_likelihood = (x.flatten(1)[:, None] * logits - functional.softplus(logits)).sum(-1)
        return (log_likelihood + 0.5 * (epsilon**2 + log_var - z**2).sum(-1)).cpu().numpy()

    return weights
