"""The roll's layers, painted from the bottom up: each is a function of one frame."""
