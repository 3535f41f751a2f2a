"""Frames to the loudspeaker. Knows neither notes nor networks.

Two small processes of their own make the sound, so that nothing that happens in the window's process can stop it:

- the *desk* (:mod:`.desk`) mixes rows of samples into the ring ahead of time. It has a process because mixing is a few
  hundred short numpy calls a second, and beside one busy Python thread each of them waits up to 5 ms for the interpreter:
  measured here, a room's multiply-add went from 0.09 to 3.3 ms. As a process it plays on while the window is frozen.
- the *player* (:mod:`.player`) owns the stream and copies from the ring.

Rows lie in shared memory (:mod:`.rows`); the desk is told which row sounds where (:class:`.mixer.Scene`). The same
:class:`.mixer.MixStream` makes an export, so playback and export agree to the bit.

This file imports nothing: the processes start quickly because they load only what they name.
"""
