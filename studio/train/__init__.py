"""Training: recipes, data, the one loop, export. The window never imports it."""

from studio.train.recipes import names, run

__all__ = ["names", "run"]
