"""Learning rate: linear warm-up, then steps down, once an epoch (Section IV-B, release)."""

from apnet.config.recipes import Recipe


def learning_rate(recipe: Recipe, epoch: int) -> float:
    """Rate in epoch `epoch`, counted from 0."""
    warmup = 1.0
    if epoch < recipe.warmup_epochs:
        progress = epoch / recipe.warmup_epochs
        warmup = recipe.warmup_factor * (1 - progress) + progress
    drops = sum(milestone <= epoch for milestone in recipe.milestones)
    return recipe.lr * warmup * recipe.gamma**drops
