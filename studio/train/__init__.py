"""Training: recipes, data, the one loop, export. The window never imports it."""
