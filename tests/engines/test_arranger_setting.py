from dataclasses import replace

import numpy as np
import pytest

from studio.engines.api import Limits, Part
from studio.engines.arranger_setting import NEW_PARTS, WINDOW_BARS, ArrangeRequest, hole_in, scene_of
from studio.engines.note_columns import CLASS
from studio.errors import StudioError
from studio.music.document import Document, KeyChange
from studio.music.pitch import Key
from tests.writers import BEAT, song

BAR = 4 * BEAT


def request(start=1, bars=2, document=None, **fields):
    return ArrangeRequest(document or song(8), start * BAR, bars * BAR, **{"tracks": (1,), **fields})


def test_a_region_is_written_in_windows():
    scene = scene_of(request(bars=6))
    assert WINDOW_BARS == 4 and scene.windows == ((96, 480), (480, 672))
    assert scene_of(request(bars=1)).windows == ((96, 192),)


def test_targets_know_their_range_and_voices():
    scene = scene_of(request(tracks=(1, 2), new_parts=(NEW_PARTS["Bass"], NEW_PARTS["Piano"])))
    tune, kit, bass, piano = scene.targets
    assert (tune.number, kit.number, bass.number, piano.number) == tuple(CLASS[n] for n in ("Melody", "Drums", "Bass", "Piano"))
    assert (tune.single, kit.single, bass.single, piano.single) == (True, False, True, False)
    assert tune.part.track_id == 1 and bass.part.track_id is None
    assert np.flatnonzero(kit.allowed)[[0, -1]].tolist() == [35, 81]


def test_key_and_limits_narrow_the_range():
    document = replace(song(8), keys=(KeyChange(0, Key(2, "major")),))
    scene = scene_of(request(document=document, key=Key(2, "major"), limits=Limits(low=62, high=74)))
    sounding = np.flatnonzero(scene.targets[0].allowed) - scene.moved
    assert scene.moved == -2 and scene.mode == 1
    assert sounding.min() == 62 and sounding.max() == 74 and set(sounding % 12) == {2, 4, 6, 7, 9, 11, 1}


def test_what_stands_in_the_region_is_not_heard_but_for_locked_and_spared_notes():
    def inside(scene):
        p = scene.piece
        return int(((p.track == CLASS["Melody"]) & (p.time >= 96) & (p.time < 288)).sum())

    assert inside(scene_of(request())) == 0
    assert inside(scene_of(request(spare=1.0))) == 8
    spared = scene_of(request(spare=0.5, seed=1))
    assert 0 < inside(spared) == len(spared.spared[1]) < 8
    tune = song(8).track(1)
    locked = tune.clips[0].with_notes(tune.notes.replace(locked=True))
    assert inside(scene_of(request(document=song(8).with_track(replace(tune, clips=(locked,)))))) == 8


def test_a_hole_hears_what_was_written_before():
    scene = scene_of(request(new_parts=(NEW_PARTS["Bass"],)))
    written = np.array([[96, 24, CLASS["Melody"], 60, 20], [120, 24, CLASS["Melody"], 62, 20]])
    bass = hole_in(scene, scene.targets[1], scene.windows[0], 12, written)
    plain = hole_in(scene, scene.targets[1], scene.windows[0], 12, np.zeros((0, 5), np.int64))
    assert len(bass.time) == len(plain.time) + 2 and not bass.own.any()
    assert (np.diff(bass.time) >= 0).all()


def test_what_is_asked_for_is_told_to_the_network():
    scene = scene_of(request(density=2.0, register=72))
    assert scene.density == 5 and scene.register > 0
    kit = scene_of(request(tracks=(2,), register=72))
    assert hole_in(kit, kit.targets[0], kit.windows[0], 12, np.zeros((0, 5), np.int64)).register == 0
    assert (scene_of(request()).density, scene_of(request()).register) == (0, 0)


def test_a_part_in_an_empty_song():
    scene = scene_of(ArrangeRequest(Document(), 0, BAR, new_parts=(NEW_PARTS["Alto"],)))
    assert scene.targets[0].number == CLASS["Alto"] and scene.mode == 0 and not len(scene.piece)


def test_every_new_part_is_its_own_class():
    for name, part in NEW_PARTS.items():
        assert scene_of(ArrangeRequest(Document(), 0, BAR, new_parts=(part,))).targets[0].number == CLASS[name]


def test_a_second_melody_is_another_part():
    assert scene_of(request(new_parts=(NEW_PARTS["Melody"],))).targets[1].number == CLASS["Second"]


def test_no_note_left_is_told():
    with pytest.raises(StudioError, match="Tin"):
        scene_of(request(tracks=(), new_parts=(Part("Tin whistle", 78),), limits=Limits(low=10, high=20)))
