"""What lies in a trained VAE's space of codes: a two-dimensional map, and directions that change one attribute at a time."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def principal(codes: Floats) -> tuple[Floats, Floats, Floats]:
    """Of codes [n, latent] the mean [latent], the root of their covariance [latent, latent], and two directions [2, latent].

    These are the principal ones, a standard deviation long, with the largest number of each above zero.
    """
    mean = codes.mean(axis=0)
    size, axes = np.linalg.eigh(np.cov(codes.T, bias=True))
    size = np.sqrt(np.maximum(size, 0))
    largest = axes[:, :-3:-1].T
    signs = np.sign(largest[np.arange(2), np.abs(largest).argmax(axis=1)])
    return mean, axes * size, largest * (signs * size[:-3:-1])[:, None]


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
    return np.linalg.pinv((weights.T @ along).T) @ along.T, spread
