"""Recordings in a song: tracks that play a sound file."""

from dataclasses import replace

from studio.music.document import Clip, Document, Provenance, Sound, SoundAt, Take, Track
from studio.music.time import MAX_TICK


def add_sound(document: Document, sound: Sound, tick: int) -> Document:
    """Add a track that plays ``sound`` from ``tick`` on, in one clip; it gets the ids from ``document.next_id`` on."""
    tempo = document.tempo
    tick = min(max(0, tick), MAX_TICK - 1)
    end = min(MAX_TICK, int(tempo.ticks_at_seconds(float(tempo.seconds(tick)) + sound.seconds)) + 1)
    take = Take(provenance=Provenance("imported", source=sound.name), sound=SoundAt(sound.id))
    clip = Clip(document.next_id + 1, tick, max(1, end - tick), (take,), name=sound.name)
    track = Track(document.next_id, sound.name, color=len(document.tracks), room=0.0, clips=(clip,))
    known = any(s.id == sound.id for s in document.sounds)
    return replace(
        document,
        tracks=(*document.tracks, track),
        sounds=document.sounds if known else (*document.sounds, sound),
        next_id=document.next_id + 2,
    )


def sounds_in_use(document: Document) -> tuple[Sound, ...]:
    """The sounds that a take plays: what is worth being saved."""
    used = {take.sound.sound for t in document.tracks for c in t.clips for take in c.takes if take.sound}
    return tuple(sound for sound in document.sounds if sound.id in used)
