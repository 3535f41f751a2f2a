"""Frames to the loudspeaker. Knows neither notes nor networks."""
