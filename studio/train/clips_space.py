"""What lies in a trained VAE's space of codes: a two-dimensional map, and directions that change one attribute at a time."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def principal(codes: Floats) -> tuple[Floats, Floats]:
    """The mean [latent] and the two principal directions [2, latent] of codes [n, latent], a standard deviation long."""
    mean = codes.mean(axis=0)
    _, size, axes = np.linalg.svd(codes - mean, full_matrices=False)
    largest = axes[:2]
    signs = np.sign(largest[np.arange(2), np.abs(largest).argmax(axis=1)])
    return mean, largest * (signs * size[:2] / np.sqrt(len(codes)))[:, None]


def directions(codes: Floats, attributes: Floats, ridge: float = 1e-2) -> tuple[Floats, Floats]:
    """Moves [k, latent] that change each attribute by one standard deviation and leave the others, and the deviations [k].

    Attributes [n, k] are regressed on the codes (ridge); the moves stay where codes lie: they are the codes' covariance
    with the regression's outcomes, made independent of each other.
    """
    spread = attributes.std(axis=0)
    wanted = (attributes - attributes.mean(axis=0)) / np.maximum(spread, 1e-9)
    centred = codes - codes.mean(axis=0)
    covariance = centred.T @ centred / len(codes)
    eye = np.eye(len(covariance)) * ridge * np.trace(covariance) / len(covariance)
    weights = np.linalg.solve(covariance + eye, centred.T @ wanted / len(codes))  # [latent, k]
    along = covariance @ weights
    return np.linalg.solve((weights.T @ along).T, along.T), spread
